package dev.idempotency.method;

import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;

import dev.idempotency.IdempotencyTemplate;
import dev.idempotency.IdempotentResultConverter;
import dev.idempotency.IdempotentSteps;
import dev.idempotency.engine.IdempotencyEngine;

/**
 * The ways into the engine beside requests. They differ in where an operation and its key
 * come from, and in nothing else.
 *
 * @since 0.1.0
 */
public final class MethodOperations {

	private final MethodInterceptor interceptor;

	private final IdempotencyTemplate template;

	private final IdempotentSteps steps;

	/**
	 * Creates the ways.
	 * @param engine decides which call runs
	 * @param converter writes and reads results, {@code null} if there are none
	 * @param methods the annotated methods
	 * @param settings the settings of operations without annotation
	 * @param keys lets the client send the keys of steps
	 * @param namespace separates applications on one repository
	 */
	public MethodOperations(IdempotencyEngine engine, @Nullable IdempotentResultConverter converter,
			IdempotentMethods methods, CallSettings.Resolver settings, StepKeys keys, String namespace) {
		OperationCalls calls = new OperationCalls(engine, new ResultCodec(converter));
		this.interceptor = new IdempotentMethodInterceptor(methods, calls, engine, namespace);
		this.template = new DefaultIdempotencyTemplate(calls, settings, namespace);
		this.steps = new DefaultIdempotentSteps(engine, calls, settings, keys);
	}

	/**
	 * Returns what runs annotated methods.
	 * @return the advice
	 */
	MethodInterceptor interceptor() {
		return this.interceptor;
	}

	/**
	 * Returns what runs pieces of code.
	 * @return the template
	 */
	public IdempotencyTemplate template() {
		return this.template;
	}

	/**
	 * Returns what runs steps of operations.
	 * @return the steps
	 */
	public IdempotentSteps steps() {
		return this.steps;
	}

}

package dev.idempotency.method;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;

import dev.idempotency.IdempotencyException;
import dev.idempotency.IdempotencyKey;
import dev.idempotency.engine.IdempotencyEngine;
import dev.idempotency.engine.Operation;
import dev.idempotency.engine.Outcome;
import dev.idempotency.engine.RunningOperation;
import dev.idempotency.engine.RunningOperation.Entered;
import dev.idempotency.repository.RecordId;

/**
 * Runs annotated methods once per key.
 */
final class IdempotentMethodInterceptor implements MethodInterceptor {

	private final IdempotentMethods methods;

	private final OperationCalls calls;

	private final IdempotencyEngine engine;

	private final String namespace;

	IdempotentMethodInterceptor(IdempotentMethods methods, OperationCalls calls, IdempotencyEngine engine,
			String namespace) {
		this.methods = methods;
		this.calls = calls;
		this.engine = engine;
		this.namespace = namespace;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Object target = invocation.getThis();
		Class<?> type = (target != null) ? AopUtils.getTargetClass(target) : invocation.getMethod().getDeclaringClass();
		IdempotentMethod method = this.methods.get(type, invocation.getMethod());
		Operation operation = method.settings().operation();
		IdempotencyKey key = key(method, invocation);
		if (key == null) {
			return withoutKey(operation, invocation);
		}
		RecordId id = RecordId.ofMethod(this.namespace, operation.name(), key);
		OperationCall call = OperationCall.of(operation, id, method.resultType(), method.settings().maxResultSize());
		Object result = this.calls.call(call, (claim) -> new RunningOperation(operation, claim).enter(),
				invocation::proceed);
		return (method.later() && !(result instanceof CompletionStage)) ? CompletableFuture.completedFuture(result)
				: result;
	}

	private @Nullable IdempotencyKey key(IdempotentMethod method, MethodInvocation invocation) {
		long start = System.nanoTime();
		try {
			return method.key(invocation.getThis(), invocation.getArguments());
		}
		catch (IdempotencyException ex) {
			this.engine.ended(method.settings().operation(), Outcome.of(ex), null, start);
			throw ex;
		}
	}

	@SuppressWarnings("try")
	private @Nullable Object withoutKey(Operation operation, MethodInvocation invocation) throws Throwable {
		long start = System.nanoTime();
		try (Entered entered = new RunningOperation(operation, null).enter()) {
			return invocation.proceed();
		}
		finally {
			this.engine.ended(operation, Outcome.KEYLESS, null, start);
		}
	}

}

package dev.idempotency.method;

import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.IdempotentSteps;
import dev.idempotency.engine.AbandonedPolicy;
import dev.idempotency.engine.HeldClaim;
import dev.idempotency.engine.IdempotencyEngine;
import dev.idempotency.engine.Operation;
import dev.idempotency.engine.RunningOperation;
import dev.idempotency.engine.RunningOperation.Entered;
import dev.idempotency.method.OperationCall.OnFailure;
import dev.idempotency.repository.RecordId;

/**
 * Runs steps as operations of their own, whose records belong to that of the operation
 * around them.
 */
final class DefaultIdempotentSteps implements IdempotentSteps {

	/** What no operation is called, so that nobody takes its meters for theirs. */
	private static final String SUFFIX = ".steps";

	private static final int MAX_OPERATION_LENGTH = 255 - SUFFIX.length();

	private static final Duration SHORTEST_TTL = Duration.ofMillis(1);

	private static final long VERSION_8 = 0x8000L;

	private static final long VARIANT = 0x8000_0000_0000_0000L;

	private final IdempotencyEngine engine;

	private final OperationCalls calls;

	private final CallSettings.Resolver settings;

	private final StepKeys keys;

	DefaultIdempotentSteps(IdempotencyEngine engine, OperationCalls calls, CallSettings.Resolver settings,
			StepKeys keys) {
		this.engine = engine;
		this.calls = calls;
		this.settings = settings;
		this.keys = keys;
	}

	@Override
	@SuppressWarnings({ "unchecked", "NullAway" })
	public <T extends @Nullable Object, E extends Exception> T run(String name, Class<T> resultType, Step<T, E> action)
			throws E {
		return (T) this.<E>step(name, resultType, Mode.UNTIL_FINISHED, action::run);
	}

	@Override
	@SuppressWarnings({ "unchecked", "NullAway" })
	public <T extends @Nullable Object, E extends Exception> T run(String name,
			ParameterizedTypeReference<T> resultType, Step<T, E> action) throws E {
		return (T) this.<E>step(name, resultType.getType(), Mode.UNTIL_FINISHED, action::run);
	}

	@Override
	public <E extends Exception> void run(String name, StepWithoutResult<E> action) throws E {
		this.<E>step(name, void.class, Mode.UNTIL_FINISHED, withoutResult(action));
	}

	@Override
	@SuppressWarnings({ "unchecked", "NullAway" })
	public <T extends @Nullable Object, E extends Exception> T atMostOnce(String name, Class<T> resultType,
			Step<T, E> action) throws E {
		return (T) this.<E>step(name, resultType, Mode.AT_MOST_ONCE, action::run);
	}

	@Override
	@SuppressWarnings({ "unchecked", "NullAway" })
	public <T extends @Nullable Object, E extends Exception> T atMostOnce(String name,
			ParameterizedTypeReference<T> resultType, Step<T, E> action) throws E {
		return (T) this.<E>step(name, resultType.getType(), Mode.AT_MOST_ONCE, action::run);
	}

	@Override
	public <E extends Exception> void atMostOnce(String name, StepWithoutResult<E> action) throws E {
		this.<E>step(name, void.class, Mode.AT_MOST_ONCE, withoutResult(action));
	}

	@Override
	@SuppressWarnings({ "unchecked", "NullAway" })
	public <T extends @Nullable Object, E extends Exception> T transactional(String name, Class<T> resultType,
			Step<T, E> action) throws E {
		return (T) this.<E>step(name, resultType, Mode.TRANSACTIONAL, action::run);
	}

	@Override
	@SuppressWarnings({ "unchecked", "NullAway" })
	public <T extends @Nullable Object, E extends Exception> T transactional(String name,
			ParameterizedTypeReference<T> resultType, Step<T, E> action) throws E {
		return (T) this.<E>step(name, resultType.getType(), Mode.TRANSACTIONAL, action::run);
	}

	@Override
	public <E extends Exception> void transactional(String name, StepWithoutResult<E> action) throws E {
		this.<E>step(name, void.class, Mode.TRANSACTIONAL, withoutResult(action));
	}

	private static <E extends Exception> Action<E> withoutResult(StepWithoutResult<E> action) {
		return (key) -> {
			action.run(key);
			return null;
		};
	}

	@SuppressWarnings("try")
	private <E extends Exception> @Nullable Object step(String name, Type resultType, Mode mode, Action<E> action)
			throws E {
		ResultTypes.refuseLaterOnes(resultType);
		RunningOperation running = begin(name);
		HeldClaim claim = running.claim();
		if (claim == null) {
			IdempotencyKey unprotected = new IdempotencyKey(UUID.randomUUID().toString());
			try (Entered entered = this.keys.enter(unprotected)) {
				return action.run(unprotected.value());
			}
		}
		Operation operation = running.operation();
		RecordId id = claim.id().step(operation.name(), name);
		IdempotencyKey key = keyOf(id);
		OperationCall call = new OperationCall(mode.operation(operation, this.engine.remainingTtl(claim)), id,
				claim.fingerprint(), resultType, this.settings.resolve(operation.name()).maxResultSize(),
				mode.onFailure());
		return this.calls.call(call, (any) -> this.keys.enter(key), () -> action.run(key.value()));
	}

	private static RunningOperation begin(String name) {
		RunningOperation running = RunningOperation.current();
		if (running == null) {
			throw new IllegalStateException("The step '" + name + "' is not part of an operation. Call it within an"
					+ " @Idempotent method or IdempotencyTemplate.execute, on the thread of the operation");
		}
		String operation = running.operation().name();
		if (running.operation().transactional()) {
			throw new IllegalStateException("The operation " + operation + " is transactional: it is a single commit,"
					+ " in which the step '" + name + "' would have no record of its own. Remove 'transactional'"
					+ " from its @Idempotent, or call what the step does directly");
		}
		if (!running.beginStep(name)) {
			throw new IllegalStateException("The operation " + operation + " has begun the step '" + name
					+ "' already. Give each step a name of its own, such as 'item-17'");
		}
		return running;
	}

	/**
	 * Returns the key that a step gives its action: a UUID of version 8 (RFC 9562,
	 * section 5.8), made of the identity of its record.
	 */
	private static IdempotencyKey keyOf(RecordId id) {
		ByteBuffer digest = ByteBuffer.wrap(id.toBytes());
		long high = (digest.getLong() & ~0xF000L) | VERSION_8;
		long low = (digest.getLong() & 0x3FFF_FFFF_FFFF_FFFFL) | VARIANT;
		return new IdempotencyKey(new UUID(high, low).toString());
	}

	/**
	 * What a step does.
	 *
	 * @param <E> the type of the exception that it may throw
	 */
	@FunctionalInterface
	private interface Action<E extends Exception> {

		@Nullable Object run(String key) throws E;

	}

	/**
	 * How often a step runs.
	 */
	private enum Mode {

		UNTIL_FINISHED, AT_MOST_ONCE, TRANSACTIONAL;

		OnFailure onFailure() {
			return (this == AT_MOST_ONCE) ? OnFailure.ABANDON : OnFailure.FREE;
		}

		/**
		 * Returns what applies to a step. It waits for an owner that may have died until
		 * the lease has ended.
		 */
		Operation operation(Operation around, Duration ttl) {
			String name = around.name().substring(0, Math.min(around.name().length(), MAX_OPERATION_LENGTH)) + SUFFIX;
			Duration wait = around.lease().plus(around.lease().dividedBy(4));
			return new Operation(name, (ttl.compareTo(SHORTEST_TTL) > 0) ? ttl : SHORTEST_TTL, around.lease(), wait,
					(this == AT_MOST_ONCE) ? AbandonedPolicy.REJECT : AbandonedPolicy.RETRY,
					around.onRepositoryFailure(), around.problemTypePrefix(), this == TRANSACTIONAL,
					Operation.Kind.CALL);
		}

	}

}

package dev.idempotency.repository.redis;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.ClassUtils;

import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.IdempotencyRepositoryException;

/**
 * Runs scripts within a bounded time on the driver at hand, and gives every failure of
 * driver, server or Spring the same face.
 */
final class ScriptExecutor implements AutoCloseable {

	private static final boolean LETTUCE_PRESENT = ClassUtils.isPresent(
			"io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands", ScriptExecutor.class.getClassLoader());

	private final ConnectionGate connections;

	private final Duration timeout;

	private final ReplicaRequirement replicas;

	private final @Nullable LettuceReplicatedDriver replicated;

	/** Whether a driver can be kept: to ask for a connection takes a lock. */
	private final boolean sharing;

	private volatile @Nullable LettuceScriptDriver shared;

	ScriptExecutor(RedisConnectionFactory connectionFactory, Duration timeout, ReplicaRequirement replicas) {
		this.connections = new ConnectionGate(connectionFactory, new ServerCheck(replicas));
		this.timeout = timeout;
		this.replicas = replicas;
		this.sharing = LETTUCE_PRESENT && LettuceScriptDriver.isShared(connectionFactory);
		this.replicated = replicas.isNone() ? null : replicated(connectionFactory, replicas);
	}

	private static LettuceReplicatedDriver replicated(RedisConnectionFactory connectionFactory,
			ReplicaRequirement replicas) {
		LettuceReplicatedDriver driver = LETTUCE_PRESENT ? LettuceReplicatedDriver.of(connectionFactory, replicas)
				: null;
		if (driver == null) {
			throw new IllegalArgumentException("Only Lettuce can wait for replicas of Redis, and the connection"
					+ " factory is a " + connectionFactory.getClass().getName());
		}
		return driver;
	}

	void warmUp() {
		this.connections.warmUp();
	}

	/**
	 * Returns the time until which a call may wait in all.
	 * @return now, plus the timeout, plus that of replicas if they are waited for
	 */
	Deadline deadline() {
		return Deadline.in(this.replicas.isNone() ? this.timeout : this.timeout.plus(this.replicas.timeout()));
	}

	/**
	 * Runs a script.
	 * @param call the call
	 * @return what the script answered
	 */
	Object execute(ScriptCall call) {
		return execute(call, Deadline.in(this.timeout));
	}

	/**
	 * Runs a script.
	 * @param call the call
	 * @param deadline the time until which to wait
	 * @return what the script answered
	 */
	Object execute(ScriptCall call, Deadline deadline) {
		return guarded(call.script().name(), () -> withDriver(deadline, (driver) -> driver.execute(call, deadline)));
	}

	/**
	 * Runs a script whose writes replicas have to acknowledge, if any have to.
	 * @param call the call
	 * @param wrote tells by the answer whether there were writes
	 * @param deadline the time until which to wait in all
	 * @return what the script answered
	 * @throws NotAcknowledgedException if there were, and too few replicas have them
	 */
	Object executeReplicated(ScriptCall call, Predicate<Object> wrote, Deadline deadline) {
		LettuceReplicatedDriver driver = this.replicated;
		if (driver == null) {
			return execute(call, deadline);
		}
		return guarded(call.script().name(), () -> driver.execute(call, wrote, Deadline.in(this.timeout), deadline));
	}

	/**
	 * Claims by a plain command where that can be done. What replicas have to acknowledge
	 * is left to the script, and so is all that is not on the one connection of Lettuce
	 * of which it is known what its server can do.
	 * @param claim the claim
	 * @param deadline the time until which to wait
	 * @return the result, or nothing if the script has to tell
	 */
	Optional<ClaimResult> claim(PlainClaim claim, Deadline deadline) {
		if (!this.sharing || this.replicated != null) {
			return Optional.empty();
		}
		return guarded("claim", () -> withDriver(deadline, (driver) -> (driver instanceof LettuceScriptDriver lettuce)
				? lettuce.claim(claim, deadline) : Optional.empty()));
	}

	/**
	 * Runs a script for several keys; a failure for one does not keep it from the others.
	 * @param script the script
	 * @param calls the calls
	 * @return what the script answered, in the order of the calls
	 */
	List<Object> executeAll(RedisScript script, List<ScriptCall> calls) {
		Deadline deadline = Deadline.in(this.timeout);
		return guarded(script.name(), () -> withDriver(deadline, (driver) -> driver.executeAll(calls, deadline)));
	}

	private <T> T withDriver(Deadline deadline, DriverWork<T> work)
			throws InterruptedException, ExecutionException, TimeoutException {
		LettuceScriptDriver kept = this.shared;
		if (kept != null && kept.isOpen()) {
			return work.run(kept);
		}
		try (RedisConnection connection = this.connections.connect(deadline)) {
			ScriptDriver driver = driver(connection);
			if (this.sharing && driver instanceof LettuceScriptDriver lettuce) {
				this.shared = lettuce;
			}
			return work.run(driver);
		}
	}

	private <T> T guarded(String call, Work<T> work) {
		try {
			return work.run();
		}
		catch (IdempotencyRepositoryException ex) {
			throw ex;
		}
		catch (TimeoutException ex) {
			throw new IdempotencyRepositoryException(
					"Redis did not answer the call '" + call + "' within " + this.timeout.toMillis() + " ms", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IdempotencyRepositoryException("Interrupted before Redis answered the call '" + call + "'", ex);
		}
		catch (ExecutionException ex) {
			throw failure(call, ex.getCause());
		}
		catch (RuntimeException ex) {
			throw failure(call, ex);
		}
	}

	private static IdempotencyRepositoryException failure(String call, @Nullable Throwable cause) {
		return new IdempotencyRepositoryException("The call '" + call + "' to Redis failed", cause);
	}

	private static ScriptDriver driver(RedisConnection connection) {
		if (LETTUCE_PRESENT) {
			ScriptDriver driver = LettuceScriptDriver.of(connection.getNativeConnection());
			if (driver != null) {
				return driver;
			}
		}
		return new SpringScriptDriver(connection.scriptingCommands());
	}

	@Override
	public void close() {
		if (this.replicated != null) {
			this.replicated.close();
		}
	}

	/**
	 * What may fail in the ways of a driver.
	 *
	 * @param <T> the type of the answer
	 */
	@FunctionalInterface
	private interface Work<T> {

		T run() throws InterruptedException, ExecutionException, TimeoutException;

	}

	/**
	 * What is done with a driver.
	 *
	 * @param <T> the type of the answer
	 */
	@FunctionalInterface
	private interface DriverWork<T> {

		T run(ScriptDriver driver) throws InterruptedException, ExecutionException, TimeoutException;

	}

}

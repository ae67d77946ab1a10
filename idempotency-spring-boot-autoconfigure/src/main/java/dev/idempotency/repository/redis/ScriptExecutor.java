package dev.idempotency.repository.redis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.ClassUtils;

import dev.idempotency.repository.IdempotencyRepositoryException;

/**
 * Runs scripts within a bounded time on the driver at hand, and gives every failure of
 * driver, server or Spring the same face.
 */
final class ScriptExecutor {

	private static final boolean LETTUCE_PRESENT = ClassUtils.isPresent(
			"io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands", ScriptExecutor.class.getClassLoader());

	private final ConnectionGate connections;

	private final Duration timeout;

	ScriptExecutor(RedisConnectionFactory connectionFactory, Duration timeout) {
		this.connections = new ConnectionGate(connectionFactory);
		this.timeout = timeout;
	}

	void warmUp() {
		this.connections.warmUp();
	}

	/**
	 * Runs a script.
	 * @param call the call
	 * @return what the script answered
	 */
	Object execute(ScriptCall call) {
		return withDriver(call.script(), (driver, deadline) -> driver.execute(call, deadline));
	}

	/**
	 * Runs a script for several keys; a failure for one does not keep it from the others.
	 * @param script the script
	 * @param calls the calls
	 * @return what the script answered, in the order of the calls
	 */
	List<Object> executeAll(RedisScript script, List<ScriptCall> calls) {
		return withDriver(script, (driver, deadline) -> driver.executeAll(calls, deadline));
	}

	private <T> T withDriver(RedisScript script, Work<T> work) {
		Deadline deadline = Deadline.in(this.timeout);
		try (RedisConnection connection = this.connections.connect(deadline)) {
			return work.run(driver(connection), deadline);
		}
		catch (TimeoutException ex) {
			throw new IdempotencyRepositoryException(
					"Redis did not answer the call '" + script.name() + "' within " + this.timeout.toMillis() + " ms",
					ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IdempotencyRepositoryException(
					"Interrupted before Redis answered the call '" + script.name() + "'", ex);
		}
		catch (ExecutionException ex) {
			throw failure(script, ex.getCause());
		}
		catch (RuntimeException ex) {
			throw failure(script, ex);
		}
	}

	private static IdempotencyRepositoryException failure(RedisScript script, @Nullable Throwable cause) {
		return new IdempotencyRepositoryException("The call '" + script.name() + "' to Redis failed", cause);
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

	/**
	 * What is done with a driver.
	 *
	 * @param <T> the type of the answer
	 */
	@FunctionalInterface
	private interface Work<T> {

		T run(ScriptDriver driver, Deadline deadline) throws InterruptedException, ExecutionException, TimeoutException;

	}

}

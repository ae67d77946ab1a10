package dev.idempotency.repository.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

import io.lettuce.core.AbstractRedisAsyncCommands;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Runs scripts on Lettuce's own futures, because waiting for them can be bounded without
 * a thread and whatever the command timeout is (60 s unless configured), and because
 * calls sent together form a pipeline, in a cluster too.
 */
final class LettuceScriptDriver implements ScriptDriver {

	private final RedisClusterAsyncCommands<byte[], byte[]> commands;

	private LettuceScriptDriver(RedisClusterAsyncCommands<byte[], byte[]> commands) {
		this.commands = commands;
	}

	/**
	 * Returns the driver for a native connection as Spring Data Redis hands it out.
	 * @param nativeConnection the native connection
	 * @return the driver, or {@code null} if this is not a connection of Lettuce
	 */
	@SuppressWarnings("unchecked")
	static @Nullable ScriptDriver of(Object nativeConnection) {
		if (nativeConnection instanceof RedisClusterAsyncCommands<?, ?> commands) {
			return new LettuceScriptDriver((RedisClusterAsyncCommands<byte[], byte[]>) commands);
		}
		return null;
	}

	/**
	 * Returns whether all connections of a factory are one and the same to the server, as
	 * long as that is open.
	 * @param connectionFactory the factory
	 * @return whether a driver can be kept
	 */
	static boolean isShared(RedisConnectionFactory connectionFactory) {
		return connectionFactory instanceof LettuceConnectionFactory lettuce && lettuce.getShareNativeConnection()
				&& !lettuce.getValidateConnection();
	}

	/**
	 * Returns whether the connection has not been closed.
	 * @return {@code false} if the driver is of no use any more
	 */
	boolean isOpen() {
		return this.commands instanceof AbstractRedisAsyncCommands<?, ?> implementation
				&& implementation.getConnection().isOpen();
	}

	@Override
	public Object execute(ScriptCall call, Deadline deadline)
			throws InterruptedException, ExecutionException, TimeoutException {
		RedisFuture<Object> future = evalSha(call);
		try {
			return deadline.await(future);
		}
		catch (ExecutionException ex) {
			if (!RedisScript.isMissing(ex)) {
				throw ex;
			}
			future = eval(call);
			return deadline.await(future);
		}
		finally {
			// Keeps a call that was not sent yet from being sent when nobody waits for it
			future.cancel(false);
		}
	}

	@Override
	public List<Object> executeAll(List<ScriptCall> calls, Deadline deadline)
			throws InterruptedException, ExecutionException, TimeoutException {
		List<RedisFuture<Object>> futures = new ArrayList<>(calls.size());
		try {
			for (ScriptCall call : calls) {
				futures.add(evalSha(call));
			}
			for (int i = 0; i < calls.size(); i++) {
				if (isMissing(futures.get(i), deadline)) {
					futures.set(i, eval(calls.get(i)));
				}
			}
			List<Object> answers = new ArrayList<>(calls.size());
			for (RedisFuture<Object> future : futures) {
				answers.add(deadline.await(future));
			}
			return answers;
		}
		finally {
			futures.forEach((future) -> future.cancel(false));
		}
	}

	private static boolean isMissing(RedisFuture<Object> future, Deadline deadline)
			throws InterruptedException, TimeoutException {
		try {
			deadline.await(future);
			return false;
		}
		catch (ExecutionException ex) {
			return RedisScript.isMissing(ex);
		}
	}

	private RedisFuture<Object> evalSha(ScriptCall call) {
		RedisScript script = call.script();
		return this.commands.evalsha(script.sha(), outputType(script), keys(call), call.arguments());
	}

	private RedisFuture<Object> eval(ScriptCall call) {
		RedisScript script = call.script();
		return this.commands.eval(script.source(), outputType(script), keys(call), call.arguments());
	}

	private static byte[][] keys(ScriptCall call) {
		return new byte[][] { call.key() };
	}

	private static ScriptOutputType outputType(RedisScript script) {
		return (script.returnType() == ReturnType.VALUE) ? ScriptOutputType.VALUE : ScriptOutputType.INTEGER;
	}

}

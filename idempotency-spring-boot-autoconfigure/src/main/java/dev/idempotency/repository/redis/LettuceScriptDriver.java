package dev.idempotency.repository.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

import io.lettuce.core.AbstractRedisAsyncCommands;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import dev.idempotency.repository.ClaimResult;

/**
 * Runs scripts on Lettuce's own futures, because waiting for them can be bounded without
 * a thread and whatever the command timeout is (60 s unless configured), and because
 * calls sent together form a pipeline, in a cluster too.
 */
final class LettuceScriptDriver implements ScriptDriver {

	private static final RedisScript PROBE = RedisScript.load("probe", ReturnType.INTEGER);

	private final RedisClusterAsyncCommands<byte[], byte[]> commands;

	/** Whether the server can claim by a plain command, once it was asked. */
	private volatile @Nullable Boolean plain;

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

	/**
	 * Claims by a plain command, if the server can. An error of it is never the last word
	 * (it may lack memory, which replays do not need): the script tells, and can be sent
	 * after a command whatever became of that.
	 * @param claim the claim
	 * @param deadline the time until which to wait
	 * @return the result, or nothing if the script has to tell
	 */
	Optional<ClaimResult> claim(PlainClaim claim, Deadline deadline)
			throws InterruptedException, ExecutionException, TimeoutException {
		if (!canBePlain(claim, deadline)) {
			return Optional.empty();
		}
		RedisFuture<byte[]> future = this.commands.setGet(claim.key(), claim.value(),
				SetArgs.Builder.nx().px(claim.timeToLive()));
		try {
			return claim.result(deadline.await(future));
		}
		catch (ExecutionException ex) {
			if (!(ex.getCause() instanceof RedisCommandExecutionException error)) {
				throw ex;
			}
			// An older server of a cluster, or one that took over
			if (String.valueOf(error.getMessage()).contains("syntax error")) {
				this.plain = false;
			}
			return Optional.empty();
		}
		finally {
			future.cancel(false);
		}
	}

	private boolean canBePlain(PlainClaim claim, Deadline deadline)
			throws InterruptedException, ExecutionException, TimeoutException {
		Boolean known = this.plain;
		if (known == null) {
			known = Long.valueOf(1).equals(execute(new ScriptCall(PROBE, claim.key()), deadline));
			this.plain = known;
		}
		return known;
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

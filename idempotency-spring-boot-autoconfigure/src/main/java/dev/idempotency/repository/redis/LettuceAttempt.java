package dev.idempotency.repository.redis;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.ReturnType;

/**
 * A script and the {@code WAIT} after it, on one connection and only as long as this
 * lasts. The driver reconnects by itself and sends again what was not answered; on the
 * new connection, {@code WAIT} would know of no write and answer at once.
 */
final class LettuceAttempt implements RedisConnectionStateListener {

	private final StatefulRedisConnection<byte[], byte[]> connection;

	private final ReplicaRequirement replicas;

	private final CompletableFuture<Object> lost = new CompletableFuture<>();

	private final RedisFuture<Object> answer;

	private @Nullable RedisFuture<Long> acknowledged;

	/**
	 * Sends a script.
	 * @param connection where to
	 * @param replicas what to wait for
	 * @param call the script
	 * @param cached whether the server should have the script
	 * @param asking whether the node would otherwise send the call elsewhere
	 * @param wait whether to send {@code WAIT} without waiting for the answer first
	 */
	LettuceAttempt(StatefulRedisConnection<byte[], byte[]> connection, ReplicaRequirement replicas, ScriptCall call,
			boolean cached, boolean asking, boolean wait) {
		this.connection = connection;
		this.replicas = replicas;
		connection.addListener(this);
		RedisAsyncCommands<byte[], byte[]> commands = connection.async();
		if (asking) {
			RedisFuture<String> unused = commands.asking();
		}
		this.answer = cached ? commands.evalsha(call.script().sha(), outputType(call), keys(call), call.arguments())
				: commands.eval(call.script().source(), outputType(call), keys(call), call.arguments());
		this.acknowledged = wait ? sendWait() : null;
	}

	private static byte[][] keys(ScriptCall call) {
		return new byte[][] { call.key() };
	}

	private static ScriptOutputType outputType(ScriptCall call) {
		return (call.script().returnType() == ReturnType.VALUE) ? ScriptOutputType.VALUE : ScriptOutputType.INTEGER;
	}

	private RedisFuture<Long> sendWait() {
		return this.connection.async().waitForReplication(this.replicas.count(), this.replicas.timeout().toMillis());
	}

	@Override
	public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
		this.lost.completeExceptionally(new IOException("The connection to Redis was lost"));
	}

	/**
	 * Waits for the answer of the script.
	 * @param deadline the time until which to wait
	 * @return the answer
	 */
	Object answer(Deadline deadline) throws InterruptedException, ExecutionException, TimeoutException {
		return deadline.await(unlessLost(this.answer));
	}

	/**
	 * Waits for the answer of the script, to see whether it is an error of the server.
	 * @param deadline the time until which to wait
	 * @return the error, or {@code null} if there is none
	 */
	@Nullable String error(Deadline deadline) throws InterruptedException, ExecutionException, TimeoutException {
		try {
			answer(deadline);
			return null;
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof RedisCommandExecutionException error && error.getMessage() != null) {
				return error.getMessage();
			}
			throw ex;
		}
	}

	/**
	 * Waits for the replicas.
	 * @param deadline the time until which to wait
	 * @return how many acknowledged
	 */
	long acknowledged(Deadline deadline) throws InterruptedException, ExecutionException, TimeoutException {
		RedisFuture<Long> wait = (this.acknowledged != null) ? this.acknowledged : sendWait();
		this.acknowledged = wait;
		return deadline.await(unlessLost(wait));
	}

	private <T> CompletableFuture<T> unlessLost(RedisFuture<T> future) {
		@SuppressWarnings("unchecked")
		CompletableFuture<T> never = (CompletableFuture<T>) this.lost;
		return future.toCompletableFuture().applyToEither(never, Function.identity());
	}

	/**
	 * Ends the attempt, after which nothing is sent that has not been.
	 * @return the time when the connection is free, or fails if it is not to be used any
	 * more
	 */
	CompletableFuture<?> end() {
		CompletableFuture<?> free = (this.acknowledged != null) ? unlessLost(this.acknowledged)
				: CompletableFuture.completedFuture(null);
		if (!free.isDone()) {
			free = free.orTimeout(this.replicas.timeout().toMillis() + 1000, TimeUnit.MILLISECONDS);
		}
		return free.whenComplete((result, failure) -> abandon());
	}

	/**
	 * Ends the attempt on a connection that is not to be used any more.
	 */
	void abandon() {
		this.connection.removeListener(this);
		this.answer.cancel(false);
		if (this.acknowledged != null) {
			this.acknowledged.cancel(false);
		}
	}

}

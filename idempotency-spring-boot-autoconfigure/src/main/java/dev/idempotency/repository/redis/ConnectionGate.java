package dev.idempotency.repository.redis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Keeps callers from queueing up, one connect timeout after the other, behind a factory
 * that cannot connect: the first connection is made by one thread of its own, and callers
 * wait for it no longer than they may.
 */
final class ConnectionGate {

	private final RedisConnectionFactory connectionFactory;

	private final AtomicReference<@Nullable ServerCheck> check;

	private final AtomicReference<@Nullable CompletableFuture<Void>> attempt = new AtomicReference<>();

	private volatile boolean connected;

	/**
	 * Creates the gate.
	 * @param connectionFactory makes the connections
	 * @param check what to do with the first of them, while nobody waits for it
	 */
	ConnectionGate(RedisConnectionFactory connectionFactory, ServerCheck check) {
		this.connectionFactory = connectionFactory;
		this.check = new AtomicReference<>(check);
	}

	/**
	 * Begins to connect, without waiting for it: the first request need not.
	 */
	void warmUp() {
		CompletableFuture<Void> unused = attempt();
	}

	/**
	 * Returns a connection, to be closed by the caller.
	 * @param deadline the time until which to wait for the first connection
	 * @return the connection
	 */
	RedisConnection connect(Deadline deadline) throws InterruptedException, ExecutionException, TimeoutException {
		if (!this.connected) {
			deadline.await(attempt());
		}
		try {
			return this.connectionFactory.getConnection();
		}
		catch (RuntimeException ex) {
			this.connected = false;
			throw ex;
		}
	}

	private CompletableFuture<Void> attempt() {
		CompletableFuture<Void> attempt = new CompletableFuture<>();
		CompletableFuture<Void> running = this.attempt.compareAndExchange(null, attempt);
		if (running != null) {
			return running;
		}
		try {
			Thread thread = new Thread(() -> run(attempt), "idempotency-redis-connect");
			thread.setDaemon(true);
			thread.start();
		}
		catch (Throwable ex) {
			finish(attempt, ex);
		}
		return attempt;
	}

	private void run(CompletableFuture<Void> attempt) {
		try (RedisConnection connection = this.connectionFactory.getConnection()) {
			connection.getNativeConnection();
			this.connected = true;
			finish(attempt, null);
			ServerCheck due = this.check.getAndSet(null);
			if (due != null) {
				due.run(connection);
			}
		}
		catch (Throwable ex) {
			finish(attempt, ex);
		}
	}

	private void finish(CompletableFuture<Void> attempt, @Nullable Throwable failure) {
		this.attempt.compareAndSet(attempt, null);
		if (failure != null) {
			attempt.completeExceptionally(failure);
		}
		else {
			attempt.complete(null);
		}
	}

}

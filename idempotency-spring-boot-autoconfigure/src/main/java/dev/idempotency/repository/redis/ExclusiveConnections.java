package dev.idempotency.repository.redis;

import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.codec.ByteArrayCodec;

/**
 * Connections of Lettuce that one caller at a time uses, because {@code WAIT} would block
 * all callers of a shared one. They are made when needed and kept; there is a limit to
 * them, and a caller waits for one no longer than it may.
 */
final class ExclusiveConnections implements AutoCloseable {

	static final int LIMIT = 32;

	private final Semaphore permits = new Semaphore(LIMIT, true);

	private final Deque<StatefulConnection<byte[], byte[]>> idle = new ConcurrentLinkedDeque<>();

	private final Supplier<AbstractRedisClient> client;

	private volatile boolean closed;

	/**
	 * Creates the set, without any connection.
	 * @param client returns the client that connects, which is another one after a
	 * restart of the connection factory
	 */
	ExclusiveConnections(Supplier<AbstractRedisClient> client) {
		this.client = client;
	}

	/**
	 * Returns a connection, to be given back or discarded by the caller.
	 * @param deadline the time until which to wait for it
	 * @return the connection
	 */
	StatefulConnection<byte[], byte[]> acquire(Deadline deadline)
			throws InterruptedException, ExecutionException, TimeoutException {
		if (!deadline.tryAcquire(this.permits)) {
			throw new TimeoutException("All " + LIMIT + " connections are in use");
		}
		StatefulConnection<byte[], byte[]> connection = this.idle.pollFirst();
		while (connection != null && !connection.isOpen()) {
			close(connection);
			connection = this.idle.pollFirst();
		}
		return (connection != null) ? connection : connect(deadline);
	}

	private StatefulConnection<byte[], byte[]> connect(Deadline deadline)
			throws InterruptedException, ExecutionException, TimeoutException {
		CompletableFuture<StatefulConnection<byte[], byte[]>> attempt = new CompletableFuture<>();
		try {
			// Of its own, for the driver connects as long as its own timeout says
			Thread thread = new Thread(() -> connect(attempt), "idempotency-redis-connect");
			thread.setDaemon(true);
			thread.start();
		}
		catch (Throwable ex) {
			attempt.completeExceptionally(ex);
		}
		try {
			return deadline.await(attempt);
		}
		catch (TimeoutException | InterruptedException ex) {
			CompletableFuture<?> unused = attempt.whenComplete((late, failure) -> {
				if (late != null) {
					giveBack(late);
				}
				else {
					this.permits.release();
				}
			});
			throw ex;
		}
		catch (ExecutionException ex) {
			this.permits.release();
			throw ex;
		}
	}

	private void connect(CompletableFuture<StatefulConnection<byte[], byte[]>> attempt) {
		try {
			attempt.complete(connect(this.client.get()));
		}
		catch (Throwable ex) {
			attempt.completeExceptionally(ex);
		}
	}

	/**
	 * Connects without the factory's settings for reading from replicas: {@code WAIT} has
	 * to go where the write goes.
	 */
	private static StatefulConnection<byte[], byte[]> connect(AbstractRedisClient client) {
		if (client instanceof RedisClusterClient cluster) {
			return cluster.connect(ByteArrayCodec.INSTANCE);
		}
		return ((RedisClient) client).connect(ByteArrayCodec.INSTANCE);
	}

	void giveBack(StatefulConnection<byte[], byte[]> connection) {
		this.idle.addFirst(connection);
		if (this.closed && this.idle.remove(connection)) {
			close(connection);
		}
		this.permits.release();
	}

	void discard(StatefulConnection<byte[], byte[]> connection) {
		close(connection);
		this.permits.release();
	}

	@Override
	public void close() {
		this.closed = true;
		for (StatefulConnection<byte[], byte[]> connection = this.idle
			.pollFirst(); connection != null; connection = this.idle.pollFirst()) {
			close(connection);
		}
	}

	private static void close(StatefulConnection<byte[], byte[]> connection) {
		// The driver warns of a second time
		if (!(connection instanceof RedisChannelHandler<?, ?> handler) || !handler.isClosed()) {
			CompletableFuture<?> unused = connection.closeAsync();
		}
	}

}

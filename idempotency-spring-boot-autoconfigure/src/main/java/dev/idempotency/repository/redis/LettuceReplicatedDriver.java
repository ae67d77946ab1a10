package dev.idempotency.repository.redis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Runs scripts, each with a {@code WAIT} for replicas after it.
 * <p>
 * {@code WAIT} is about the writes of its own connection and blocks this connection on
 * the server. So both go to the same connection, which nobody else uses meanwhile: one of
 * its own, since those of the application are shared. They are sent together and take one
 * round trip. In a cluster the driver speaks to the node of the key itself, and follows
 * the redirections of that node.
 */
final class LettuceReplicatedDriver implements AutoCloseable {

	private static final int MOST_ATTEMPTS = 5;

	private final ExclusiveConnections connections;

	private final ReplicaRequirement replicas;

	/**
	 * Whether replicas acknowledged the last time. If not, {@code WAIT} is only sent
	 * after a write: it would keep the connection busy for nothing after a read.
	 */
	private volatile boolean acknowledging = true;

	private LettuceReplicatedDriver(LettuceConnectionFactory connectionFactory, ReplicaRequirement replicas) {
		this.connections = new ExclusiveConnections(connectionFactory::getRequiredNativeClient);
		this.replicas = replicas;
	}

	/**
	 * Returns the driver for a connection factory.
	 * @param connectionFactory the factory
	 * @param replicas what to wait for
	 * @return the driver, or {@code null} if the factory is not that of Lettuce
	 */
	static @Nullable LettuceReplicatedDriver of(RedisConnectionFactory connectionFactory, ReplicaRequirement replicas) {
		return (connectionFactory instanceof LettuceConnectionFactory lettuce)
				? new LettuceReplicatedDriver(lettuce, replicas) : null;
	}

	/**
	 * Runs a script.
	 * @param call the call
	 * @param wrote tells by the answer whether the script wrote something: if not, nobody
	 * has to acknowledge it
	 * @param deadline the time until which to wait for the answer of the script
	 * @param acknowledgement the time until which to wait for the replicas
	 * @return what the script answered
	 * @throws NotAcknowledgedException if the script wrote something that too few
	 * replicas have
	 */
	Object execute(ScriptCall call, Predicate<Object> wrote, Deadline deadline, Deadline acknowledgement)
			throws InterruptedException, ExecutionException, TimeoutException {
		StatefulConnection<byte[], byte[]> connection = this.connections.acquire(deadline);
		CompletableFuture<?> free = CompletableFuture.failedFuture(new IllegalStateException("Not in a known state"));
		try {
			LettuceAttempt attempt = new Route(connection, call, deadline).run();
			try {
				Object answer = attempt.answer(deadline);
				long acknowledged = this.replicas.count();
				if (wrote.test(answer)) {
					acknowledged = acknowledged(call, attempt, acknowledgement);
					this.acknowledging = acknowledged >= this.replicas.count();
				}
				free = attempt.end();
				this.replicas.check(call, acknowledged);
				return answer;
			}
			finally {
				if (free.isCompletedExceptionally()) {
					attempt.abandon();
				}
			}
		}
		finally {
			handBack(connection, free);
		}
	}

	private long acknowledged(ScriptCall call, LettuceAttempt attempt, Deadline deadline) throws InterruptedException {
		try {
			return attempt.acknowledged(deadline);
		}
		catch (ExecutionException ex) {
			throw this.replicas.unknown(call, ex.getCause());
		}
		catch (TimeoutException | RuntimeException ex) {
			throw this.replicas.unknown(call, ex);
		}
	}

	private void handBack(StatefulConnection<byte[], byte[]> connection, CompletableFuture<?> free) {
		CompletableFuture<?> unused = free.whenComplete((result, failure) -> {
			if (failure == null) {
				this.connections.giveBack(connection);
			}
			else {
				this.connections.discard(connection);
			}
		});
	}

	@Override
	public void close() {
		this.connections.close();
	}

	/**
	 * The way of one call to the node that has its key and knows its script.
	 */
	private final class Route {

		private final StatefulConnection<byte[], byte[]> connection;

		private final ScriptCall call;

		private final Deadline deadline;

		Route(StatefulConnection<byte[], byte[]> connection, ScriptCall call, Deadline deadline) {
			this.connection = connection;
			this.call = call;
			this.deadline = deadline;
		}

		LettuceAttempt run() throws InterruptedException, ExecutionException, TimeoutException {
			StatefulRedisConnection<byte[], byte[]> node = owner();
			boolean cached = true;
			boolean asking = false;
			for (int number = 1;; number++) {
				LettuceAttempt attempt = new LettuceAttempt(node, LettuceReplicatedDriver.this.replicas, this.call,
						cached, asking, LettuceReplicatedDriver.this.acknowledging);
				String error = error(attempt);
				Redirection redirection = (error != null) ? Redirection.of(error) : null;
				boolean unknownScript = error != null && error.startsWith("NOSCRIPT");
				if ((redirection == null && !unknownScript) || number == MOST_ATTEMPTS) {
					return attempt;
				}
				CompletableFuture<?> unused = attempt.end();
				cached = cached && !unknownScript;
				if (redirection != null) {
					node = node(redirection);
				}
				asking = redirection != null && redirection.once();
			}
		}

		private @Nullable String error(LettuceAttempt attempt)
				throws InterruptedException, ExecutionException, TimeoutException {
			boolean answered = false;
			try {
				String error = attempt.error(this.deadline);
				answered = true;
				return error;
			}
			finally {
				if (!answered) {
					attempt.abandon();
				}
			}
		}

		private StatefulRedisConnection<byte[], byte[]> owner()
				throws InterruptedException, ExecutionException, TimeoutException {
			if (!(this.connection instanceof StatefulRedisClusterConnection<byte[], byte[]> cluster)) {
				return (StatefulRedisConnection<byte[], byte[]>) this.connection;
			}
			RedisClusterNode master = cluster.getPartitions().getMasterBySlot(SlotHash.getSlot(this.call.key()));
			if (master == null) {
				throw new RedisException("The cluster has no master for the slot of the key");
			}
			return this.deadline.await(cluster.getConnectionAsync(master.getNodeId()));
		}

		private StatefulRedisConnection<byte[], byte[]> node(Redirection redirection)
				throws InterruptedException, ExecutionException, TimeoutException {
			if (this.connection instanceof StatefulRedisClusterConnection<byte[], byte[]> cluster) {
				return this.deadline.await(cluster.getConnectionAsync(redirection.host(), redirection.port()));
			}
			throw new RedisException("Not configured as a cluster, but redirected");
		}

	}

}

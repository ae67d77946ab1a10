package dev.idempotency.repository.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.IdempotencyRecord.State;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.RecordedResponse;
import dev.idempotency.test.RedisNode;
import dev.idempotency.test.ReplicatedRedis;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is left of claims and records when a master is killed while they are made, and its
 * only replica takes over: with {@code min-replicas=1} all that was acknowledged.
 */
@Timeout(240)
class RedisFailoverTests {

	private static final Logger logger = LoggerFactory.getLogger(RedisFailoverTests.class);

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);

	@Test
	void aClusterThatLosesAMasterKeepsWhatWasAcknowledgedToLettuce() throws Exception {
		try (ReplicatedRedis cluster = ReplicatedRedis.clusterWithFailOver()) {
			failOver(cluster, ConnectionFactories.refreshingLettuce(cluster.address()));
		}
	}

	@Test
	void aClusterThatLosesAMasterKeepsWhatWasAcknowledgedToJedis() throws Exception {
		try (ReplicatedRedis cluster = ReplicatedRedis.clusterWithFailOver()) {
			failOver(cluster, ConnectionFactories.jedis(cluster.address()));
		}
	}

	@Test
	void aSentinelThatPromotesAReplicaKeepsWhatWasAcknowledgedToLettuce() throws Exception {
		try (ReplicatedRedis servers = ReplicatedRedis.sentinel()) {
			failOver(servers, ConnectionFactories.lettuce(servers.address()));
		}
	}

	@Test
	void aSentinelThatPromotesAReplicaKeepsWhatWasAcknowledgedToJedis() throws Exception {
		try (ReplicatedRedis servers = ReplicatedRedis.sentinel()) {
			failOver(servers, ConnectionFactories.jedis(servers.address()));
		}
	}

	private static void failOver(ReplicatedRedis servers, RedisConnectionFactory connectionFactory) throws Exception {
		RedisNode master = servers.master();
		RedisNode replica = servers.replicas().get(0);
		try (RedisIdempotencyRepository repository = new RedisIdempotencyRepository(connectionFactory, "failover:",
				Duration.ofSeconds(1), 1, Duration.ofMillis(500)); Load load = new Load(repository)) {
			load.awaitMore(300);
			master.kill();
			logger.info("Killed after {} records", load.completed.size());
			Awaitility.await()
				.atMost(LONG_ENOUGH)
				// It drops its clients when it is promoted
				.ignoreExceptions()
				.until(() -> replica.info("replication").contains("role:master"));
			logger.info("Promoted after {} records, {} failures", load.completed.size(), load.failures);
			comeBack(servers, master, replica);
			Awaitility.await()
				.atMost(LONG_ENOUGH)
				// It drops its clients when it is promoted
				.ignoreExceptions()
				.until(() -> replica.info("replication").contains("state=online"));
			load.awaitMore(500);
			load.stop();
			logger.info("{} records, {} failures, {} claims found their own leftovers", load.completed.size(),
					load.failures, load.inTheWay);
			assertThat(load.failures).hasPositiveValue();
			assertThat(load.acquiredTwice).isEmpty();
			awaitAnswer(repository, load.completed.keySet().iterator().next());
			load.completed.forEach((id, response) -> {
				IdempotencyRecord record = repository.find(id).orElseThrow(() -> new AssertionError("Lost: " + id));
				assertThat(record.state()).isEqualTo(State.COMPLETED);
				assertThat(record.response()).isEqualTo(response);
			});
		}
		finally {
			((DisposableBean) connectionFactory).destroy();
		}
	}

	private static void comeBack(ReplicatedRedis servers, RedisNode master, RedisNode replica) {
		if (servers.masters().size() > 1) {
			// The cluster makes it a replica
			master.restart();
		}
		else {
			master.restart("replicaof " + RedisNode.HOST + " " + replica.port());
		}
	}

	private static void awaitAnswer(RedisIdempotencyRepository repository, RecordId id) {
		Awaitility.await()
			.ignoreExceptionsInstanceOf(IdempotencyRepositoryException.class)
			.until(() -> repository.find(id), (found) -> true);
	}

	/** Requests of several clients, each tried again until it has an answer. */
	private static final class Load implements AutoCloseable {

		private static final int CLIENTS = 4;

		private static final Duration RETRY_AFTER = Duration.ofMillis(20);

		private static final Duration LEASE = Duration.ofMinutes(10);

		private final RedisIdempotencyRepository repository;

		private final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);

		private final AtomicLong tokens = new AtomicLong();

		private final Map<RecordId, Long> acquired = new ConcurrentHashMap<>();

		private final Map<RecordId, RecordedResponse> completed = new ConcurrentHashMap<>();

		private final Queue<RecordId> acquiredTwice = new ConcurrentLinkedQueue<>();

		private final AtomicInteger failures = new AtomicInteger();

		private final AtomicInteger inTheWay = new AtomicInteger();

		private volatile String lastFailure = "none";

		private volatile boolean stopped;

		Load(RedisIdempotencyRepository repository) {
			this.repository = repository;
			for (int i = 0; i < CLIENTS; i++) {
				this.clients.execute(() -> {
					while (!this.stopped) {
						request(RecordId.of("failover", "", new IdempotencyKey(UUID.randomUUID().toString())));
					}
				});
			}
		}

		private void request(RecordId id) {
			while (!this.stopped) {
				long token = this.tokens.incrementAndGet();
				Boolean acquired = attempt(() -> claim(id, token));
				if (acquired == null) {
					continue;
				}
				if (!acquired) {
					// A claim that failed without anybody knowing whether it was written
					this.inTheWay.incrementAndGet();
					return;
				}
				complete(id, token);
				// Its retry, or the request of a rival
				attempt(() -> claim(id, this.tokens.incrementAndGet()));
				return;
			}
		}

		private boolean claim(RecordId id, long token) {
			Claim claim = new Claim(id, token, "operation", Fingerprint.of(new byte[32]), LEASE, LEASE, null);
			if (!(this.repository.claim(claim) instanceof ClaimResult.Acquired)) {
				return false;
			}
			if (this.acquired.putIfAbsent(id, token) != null) {
				this.acquiredTwice.add(id);
			}
			return true;
		}

		private void complete(RecordId id, long token) {
			RecordedResponse response = new RecordedResponse(201,
					Long.toString(token).getBytes(StandardCharsets.US_ASCII));
			while (!this.stopped) {
				Boolean recorded = attempt(() -> this.repository.complete(id, token, response));
				if (recorded != null) {
					assertThat(recorded).isTrue();
					this.completed.put(id, response);
					return;
				}
				attempt(() -> claim(id, this.tokens.incrementAndGet()));
			}
		}

		private Boolean attempt(Callable<Boolean> call) {
			try {
				return call.call();
			}
			catch (IdempotencyRepositoryException ex) {
				this.failures.incrementAndGet();
				this.lastFailure = ex + ", caused by " + ex.getCause();
				// As clients do
				LockSupport.parkNanos(RETRY_AFTER.toNanos());
				return null;
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}

		void awaitMore(int records) {
			int enough = this.completed.size() + records;
			Awaitility.await()
				.atMost(LONG_ENOUGH)
				.untilAsserted(() -> assertThat(this.completed.size()).as("Records; last failure: %s", this.lastFailure)
					.isGreaterThanOrEqualTo(enough));
		}

		void stop() throws InterruptedException {
			this.stopped = true;
			this.clients.shutdown();
			assertThat(this.clients.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
		}

		@Override
		public void close() {
			this.stopped = true;
			this.clients.shutdownNow();
		}

	}

}

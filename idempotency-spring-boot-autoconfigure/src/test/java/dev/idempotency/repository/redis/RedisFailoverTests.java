package dev.idempotency.repository.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.data.redis.connection.RedisConfiguration;
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
import dev.idempotency.test.ReplicatedRedis;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is left of claims and records when a replica takes over from its master while they
 * are made: with {@code min-replicas=1} all that was acknowledged; without, the drivers
 * at least go on with the new master.
 */
@Timeout(240)
class RedisFailoverTests {

	private static final Logger logger = LoggerFactory.getLogger(RedisFailoverTests.class);

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);

	static Stream<Named<Supplier<ReplicatedRedis>>> servers() {
		return Stream.of(Named.of("cluster", ReplicatedRedis::clusterWithFailOver),
				Named.of("Sentinel", ReplicatedRedis::sentinel));
	}

	static Stream<Named<Function<RedisConfiguration, RedisConnectionFactory>>> drivers() {
		return Stream.of(Named.of("Lettuce", ConnectionFactories::refreshingLettuce),
				Named.of("Jedis", ConnectionFactories::jedis));
	}

	static Stream<Arguments> serversAndDrivers() {
		return servers().flatMap((servers) -> drivers().map((driver) -> Arguments.of(servers, driver)));
	}

	@ParameterizedTest
	@MethodSource("servers")
	void aMasterThatDiesTakesNothingAlongThatItsReplicaAcknowledged(Supplier<ReplicatedRedis> start) {
		try (ReplicatedRedis servers = start.get();
				Clients clients = new Clients(ConnectionFactories.refreshingLettuce(servers.address()), 1)) {
			clients.awaitMore(300);
			servers.loseMaster();
			servers.restartMaster();
			clients.awaitMore(500);
			clients.stop();
			assertThat(clients.failures).hasPositiveValue();
			clients.assertNothingIsLost();
		}
	}

	@ParameterizedTest
	@MethodSource("servers")
	void aMasterThatHandsOverLosesNothingThatItsReplicaAcknowledged(Supplier<ReplicatedRedis> start) {
		try (ReplicatedRedis servers = start.get();
				Clients clients = new Clients(ConnectionFactories.refreshingLettuce(servers.address()), 1)) {
			clients.awaitMore(300);
			servers.handOver();
			clients.awaitMore(500);
			clients.stop();
			clients.assertNothingIsLost();
		}
	}

	@ParameterizedTest
	@MethodSource("serversAndDrivers")
	void clientsThatWaitForNoReplicaGoOnWithTheOneThatTookOver(Supplier<ReplicatedRedis> start,
			Function<RedisConfiguration, RedisConnectionFactory> connect) {
		try (ReplicatedRedis servers = start.get();
				Clients clients = new Clients(connect.apply(servers.address()), 0)) {
			clients.awaitMore(300);
			servers.loseMaster();
			clients.awaitMore(500);
			clients.stop();
		}
	}

	/** Several clients, who try each of their requests again until it has an answer. */
	private static final class Clients implements AutoCloseable {

		private static final int NUMBER = 4;

		private static final Duration RETRY_AFTER = Duration.ofMillis(20);

		private static final Duration LEASE = Duration.ofMinutes(10);

		private final RedisConnectionFactory connectionFactory;

		private final RedisIdempotencyRepository repository;

		private final ExecutorService threads = Executors.newFixedThreadPool(NUMBER);

		private final List<Future<?>> running = new ArrayList<>();

		private final AtomicLong tokens = new AtomicLong();

		private final Map<RecordId, Long> acquired = new ConcurrentHashMap<>();

		private final Map<RecordId, RecordedResponse> completed = new ConcurrentHashMap<>();

		private final Queue<RecordId> acquiredTwice = new ConcurrentLinkedQueue<>();

		private final Queue<RecordId> lost = new ConcurrentLinkedQueue<>();

		private final AtomicInteger failures = new AtomicInteger();

		private final AtomicInteger inTheWay = new AtomicInteger();

		private volatile String lastFailure = "none";

		private volatile boolean stopped;

		Clients(RedisConnectionFactory connectionFactory, int minReplicas) {
			this.connectionFactory = connectionFactory;
			this.repository = new RedisIdempotencyRepository(connectionFactory, "failover:", Duration.ofSeconds(1),
					minReplicas, Duration.ofMillis(500));
			for (int i = 0; i < NUMBER; i++) {
				this.running.add(this.threads.submit(() -> {
					while (!this.stopped) {
						request(RecordId.of("failover", "", new IdempotencyKey(UUID.randomUUID().toString())));
					}
				}));
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
					if (recorded) {
						this.completed.put(id, response);
					}
					else {
						this.lost.add(id);
					}
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
				this.lastFailure = ex + ", caused by " + NestedExceptionUtils.getMostSpecificCause(ex);
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

		void stop() {
			this.stopped = true;
			assertThat(this.running).allSatisfy((client) -> assertThat(client).succeedsWithin(LONG_ENOUGH));
			logger.info("{} records, {} failures, {} claims found their own leftovers", this.completed.size(),
					this.failures, this.inTheWay);
		}

		void assertNothingIsLost() {
			assertThat(this.acquiredTwice).isEmpty();
			assertThat(this.lost).isEmpty();
			this.completed.forEach((id, response) -> {
				IdempotencyRecord record = find(id).orElseThrow(() -> new AssertionError("Lost: " + id));
				assertThat(record.state()).isEqualTo(State.COMPLETED);
				assertThat(record.response()).isEqualTo(response);
			});
		}

		private Optional<IdempotencyRecord> find(RecordId id) {
			return Awaitility.await()
				.pollInSameThread()
				.pollDelay(Duration.ZERO)
				.atMost(LONG_ENOUGH)
				.ignoreExceptionsInstanceOf(IdempotencyRepositoryException.class)
				.until(() -> this.repository.find(id), (found) -> true);
		}

		@Override
		public void close() {
			this.stopped = true;
			this.threads.shutdownNow();
			this.repository.close();
			ConnectionFactories.destroy(this.connectionFactory);
		}

	}

}

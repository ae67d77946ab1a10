package dev.idempotency.repository.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.lettuce.core.KillArgs;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.SlotHash;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.IdempotencyRecord.State;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.RecordedResponse;
import dev.idempotency.test.RedisNode;
import dev.idempotency.test.ReplicatedRedis;
import dev.idempotency.test.TcpProxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Claims and completions that replicas have to acknowledge, with replicas that do and
 * replicas that do not.
 */
@Timeout(60)
class MinReplicasTests {

	private static final Duration HASTE = Duration.ofMillis(300);

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);

	private static final Duration LEASE = Duration.ofMinutes(10);

	private static final RecordedResponse RESPONSE = new RecordedResponse(201, new byte[300]);

	private static final Pattern CALLS = Pattern.compile("cmdstat_(\\w+):calls=(\\d+)");

	private static final Pattern BLOCKED_MANY = Pattern.compile("blocked_clients:\\d\\d");

	private static ReplicatedRedis standalone;

	private static ReplicatedRedis cluster;

	private static List<Setup> setups;

	@BeforeAll
	static void start() {
		standalone = ReplicatedRedis.standalone();
		cluster = ReplicatedRedis.cluster();
		setups = List.of(new Setup("one server", standalone, LONG_ENOUGH), new Setup("cluster", cluster, LONG_ENOUGH));
	}

	@AfterAll
	static void stop() {
		for (Setup setup : setups) {
			setup.close();
		}
		standalone.close();
		cluster.close();
	}

	static Stream<Setup> setups() {
		return setups.stream();
	}

	@AfterEach
	void recover() {
		standalone.resumeReplicas();
		cluster.resumeReplicas();
		cluster.awaitAgreement();
		for (Setup setup : setups) {
			Awaitility.await()
				.pollDelay(Duration.ZERO)
				.atMost(LONG_ENOUGH)
				.ignoreExceptionsInstanceOf(IdempotencyRepositoryException.class)
				.until(() -> setup.claim(newId(), 1), (answer) -> true);
		}
	}

	@ParameterizedTest
	@MethodSource("setups")
	void whatIsAcknowledgedIsOnTheReplica(Setup setup) {
		for (int i = 0; i < 50; i++) {
			RecordId id = newId();
			assertThat(setup.claim(id, 1)).isInstanceOf(ClaimResult.Acquired.class);
			assertThat(setup.stateOnReplica(id)).isZero();
			assertThat(setup.complete(id, 1)).isTrue();
			assertThat(setup.stateOnReplica(id)).isOne();
		}
	}

	@ParameterizedTest
	@MethodSource("setups")
	void aCallIsOneEvalshaAndOneWait(Setup setup) {
		RecordId id = newId();
		setup.claim(setup.newIdBeside(id), 1);
		assertThat(setup.commandsOf(id, () -> setup.claim(id, 1))).containsOnlyOnce("evalsha", "wait")
			.doesNotContain("eval");
		assertThat(setup.commandsOf(id, () -> setup.complete(id, 1))).containsOnlyOnce("evalsha", "wait");
	}

	@ParameterizedTest
	@MethodSource("setups")
	void aClaimThatIsNotAcknowledgedIsRefusedAndItsKeyFree(Setup setup) {
		RecordId id = newId();
		setup.servers().suspendReplicas();
		assertThatExceptionOfType(IdempotencyRepositoryException.class).isThrownBy(() -> setup.claimHastily(id, 1))
			.withMessage("Only 0 of 1 replicas acknowledged the call 'claim' within 300 ms");
		assertThat(setup.repository().find(id)).isEmpty();
		setup.servers().resumeReplicas();
		assertThat(setup.claim(id, 2)).isInstanceOf(ClaimResult.Acquired.class);
	}

	@ParameterizedTest
	@MethodSource("setups")
	void aCompletionThatIsNotAcknowledgedIsTriedAgainUntilItIs(Setup setup) {
		RecordId id = newId();
		setup.claim(id, 1);
		setup.servers().suspendReplicas();
		for (int i = 0; i < 3; i++) {
			assertThatExceptionOfType(IdempotencyRepositoryException.class)
				.isThrownBy(() -> setup.completeHastily(id, 1))
				.withMessage("Only 0 of 1 replicas acknowledged the call 'complete' within 300 ms");
		}
		setup.servers().resumeReplicas();
		assertThat(setup.complete(id, 1)).isTrue();
		assertThat(setup.stateOnReplica(id)).isOne();
		assertThat(setup.repository().find(id).orElseThrow().response()).isEqualTo(RESPONSE);
	}

	@ParameterizedTest
	@MethodSource("setups")
	void aReplayNeedsNoReplica(Setup setup) {
		RecordId id = newId();
		setup.claim(id, 1);
		setup.complete(id, 1);
		setup.servers().suspendReplicas();
		assertThat(setup.claimHastily(id, 2)).isInstanceOfSatisfying(ClaimResult.Existing.class,
				(existing) -> assertThat(existing.record().state()).isEqualTo(State.COMPLETED));
		assertThat(setup.completeHastily(id, 2)).isFalse();
	}

	@ParameterizedTest
	@MethodSource("setups")
	void serversThatForgotTheScriptsGetThemAgain(Setup setup) {
		RecordId id = newId();
		setup.forgetScripts();
		assertThat(setup.claim(id, 1)).isInstanceOf(ClaimResult.Acquired.class);
		setup.forgetScripts();
		assertThat(setup.complete(id, 1)).isTrue();
	}

	@Test
	void replaysAreNotHeldUpByReplicasThatAreAway() {
		Setup setup = setups.get(0);
		RecordId id = newId();
		setup.claim(id, 1);
		setup.complete(id, 1);
		standalone.suspendReplicas();
		assertThatExceptionOfType(IdempotencyRepositoryException.class)
			.isThrownBy(() -> setup.claimHastily(newId(), 1));
		long start = System.nanoTime();
		for (int i = 0; i < 100; i++) {
			assertThat(setup.claimHastily(id, 2)).isInstanceOf(ClaimResult.Existing.class);
		}
		// Held up, it would be half a minute
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
	}

	@Test
	void manyWaitTogetherAndNobodyElseWaits() {
		Setup setup = setups.get(0);
		ExecutorService threads = Executors.newFixedThreadPool(2 * ExclusiveConnections.LIMIT);
		try {
			standalone.suspendReplicas();
			List<Future<ClaimResult>> claims = claimTogether(setup, threads);
			Awaitility.await()
				.atMost(LONG_ENOUGH)
				.until(() -> BLOCKED_MANY.matcher(standalone.master().info("clients")).find());
			try (RedisConnection application = setup.connectionFactory().getConnection()) {
				assertThat(application.ping()).isEqualTo("PONG");
			}
			assertThat(claims).noneMatch(Future::isDone);
			standalone.resumeReplicas();
			assertThat(claims).allSatisfy(
					(claim) -> assertThat(claim).succeedsWithin(LONG_ENOUGH).isInstanceOf(ClaimResult.Acquired.class));
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static List<Future<ClaimResult>> claimTogether(Setup setup, ExecutorService threads) {
		return IntStream.range(0, 2 * ExclusiveConnections.LIMIT)
			.mapToObj((i) -> threads.submit(() -> setup.claim(newId(), 1)))
			.toList();
	}

	@Test
	void connectionsAreLimitedAndWhoGetsNoneFailsInTime() throws Exception {
		LettuceConnectionFactory connectionFactory = setups.get(0).connectionFactory();
		try (ExclusiveConnections connections = new ExclusiveConnections(connectionFactory::getRequiredNativeClient)) {
			List<StatefulConnection<byte[], byte[]>> all = new ArrayList<>();
			for (int i = 0; i < ExclusiveConnections.LIMIT; i++) {
				all.add(connections.acquire(Deadline.in(LONG_ENOUGH)));
			}
			assertThat(all).doesNotHaveDuplicates();
			assertThatExceptionOfType(TimeoutException.class)
				.isThrownBy(() -> connections.acquire(Deadline.in(Duration.ofMillis(50))))
				.withMessage("All 32 connections are in use");
			connections.giveBack(all.get(3));
			assertThat(connections.acquire(Deadline.in(LONG_ENOUGH))).isSameAs(all.get(3));
			connections.discard(all.get(5));
			assertThat(connections.acquire(Deadline.in(LONG_ENOUGH))).isNotIn(all);
			all.forEach(connections::giveBack);
		}
	}

	@ParameterizedTest
	@MethodSource("setups")
	void aConnectionThatIsLostMeanwhileAcknowledgesNothing(Setup setup) throws Exception {
		RecordId id = newId();
		RedisNode master = setup.master(id);
		ExecutorService thread = Executors.newSingleThreadExecutor();
		Setup own = setup.anew();
		try {
			own.claim(newId(), 1);
			own.servers().suspendReplicas();
			Future<ClaimResult> claim = thread.submit(() -> own.claim(id, 1));
			Awaitility.await().atMost(LONG_ENOUGH).until(() -> master.info("clients").contains("blocked_clients:1"));
			master.call((commands) -> commands.clientKill(KillArgs.Builder.typeNormal().skipme()));
			own.servers().resumeReplicas();
			assertThat(claim).failsWithin(LONG_ENOUGH)
				.withThrowableThat()
				.withCauseInstanceOf(IdempotencyRepositoryException.class);
		}
		finally {
			own.close();
			thread.shutdownNow();
		}
	}

	@Test
	void aSlotThatMovesIsFollowed() {
		Setup setup = setups.get(1);
		RecordId id = newId();
		int slot = slot(id);
		RedisNode source = setup.master(id);
		RedisNode target = cluster.masters().stream().filter((node) -> node != source).findFirst().orElseThrow();
		String sourceId = source.call((commands) -> commands.clusterMyId());
		String targetId = target.call((commands) -> commands.clusterMyId());
		target.call((commands) -> commands.clusterSetSlotImporting(slot, sourceId));
		source.call((commands) -> commands.clusterSetSlotMigrating(slot, targetId));
		assertThat(setup.claim(id, 1)).isInstanceOf(ClaimResult.Acquired.class);
		assertThat(setup.complete(id, 1)).isTrue();
		assertThat(keys(target, slot)).isOne();
		target.call((commands) -> commands.clusterSetSlotNode(slot, targetId));
		source.call((commands) -> commands.clusterSetSlotNode(slot, targetId));
		assertThat(setup.claim(id, 2)).isInstanceOf(ClaimResult.Existing.class);
		RecordId other = Stream.generate(MinReplicasTests::newId)
			.filter((candidate) -> slot(candidate) == slot)
			.findFirst()
			.orElseThrow();
		assertThat(setup.claim(other, 1)).isInstanceOf(ClaimResult.Acquired.class);
		assertThat(keys(target, slot)).isEqualTo(2);
	}

	private static long keys(RedisNode node, int slot) {
		Long keys = node.call((commands) -> commands.clusterCountKeysInSlot(slot));
		return keys;
	}

	@Test
	void aFactoryThatIsRestartedIsUsedAgainAtOnce() {
		Setup setup = setups.get(0);
		setup.claim(newId(), 1);
		setup.connectionFactory().stop();
		assertThatExceptionOfType(IdempotencyRepositoryException.class).isThrownBy(() -> setup.claim(newId(), 1));
		setup.connectionFactory().start();
		assertThat(setup.claim(newId(), 1)).isInstanceOf(ClaimResult.Acquired.class);
	}

	@Test
	void aServerThatBecameAReplicaIsLeftBehind() {
		try (ReplicatedRedis servers = ReplicatedRedis.standalone();
				TcpProxy address = new TcpProxy(RedisNode.HOST, servers.master().port())) {
			LettuceConnectionFactory connectionFactory = ConnectionFactories
				.lettuce(new RedisStandaloneConfiguration(RedisNode.HOST, address.port()));
			try (RedisIdempotencyRepository repository = new RedisIdempotencyRepository(connectionFactory, "min:",
					LONG_ENOUGH, 1, LONG_ENOUGH)) {
				repository.claim(claimOf(newId(), 1));
				RedisNode successor = servers.replicas().get(0);
				successor.call((commands) -> commands.replicaofNoOne());
				servers.master().call((commands) -> commands.replicaof(RedisNode.HOST, successor.port()));
				address.redirect(successor.port());
				assertThatExceptionOfType(IdempotencyRepositoryException.class)
					.isThrownBy(() -> repository.claim(claimOf(newId(), 1)))
					.withStackTraceContaining("READONLY");
				assertThat(repository.claim(claimOf(newId(), 1))).isInstanceOf(ClaimResult.Acquired.class);
			}
			finally {
				connectionFactory.destroy();
			}
		}
	}

	private static RecordId newId() {
		return RecordId.of("replicas", "", new IdempotencyKey(UUID.randomUUID().toString()));
	}

	private static int slot(RecordId id) {
		return SlotHash.getSlot(key(id));
	}

	private static String key(RecordId id) {
		return "min:" + Base64.getUrlEncoder().withoutPadding().encodeToString(id.toBytes());
	}

	private static Claim claimOf(RecordId id, long token) {
		return new Claim(id, token, "operation", Fingerprint.of(new byte[32]), LEASE, LEASE, null);
	}

	/** A repository that waits for one replica, and what it works with. */
	private static final class Setup {

		private final String name;

		private final ReplicatedRedis servers;

		private final LettuceConnectionFactory connectionFactory;

		private final RedisIdempotencyRepository repository;

		/** For calls that are to fail. */
		private final RedisIdempotencyRepository hasty;

		Setup(String name, ReplicatedRedis servers, Duration replicaTimeout) {
			this.name = name;
			this.servers = servers;
			this.connectionFactory = ConnectionFactories.lettuce(servers.address());
			this.repository = new RedisIdempotencyRepository(this.connectionFactory, "min:", Duration.ofSeconds(10), 1,
					replicaTimeout);
			this.hasty = new RedisIdempotencyRepository(this.connectionFactory, "min:", Duration.ofSeconds(10), 1,
					HASTE);
		}

		Setup anew() {
			return new Setup(this.name, this.servers, LONG_ENOUGH);
		}

		LettuceConnectionFactory connectionFactory() {
			return this.connectionFactory;
		}

		RedisIdempotencyRepository repository() {
			return this.repository;
		}

		ReplicatedRedis servers() {
			return this.servers;
		}

		ClaimResult claim(RecordId id, long token) {
			return this.repository.claim(claimOf(id, token));
		}

		ClaimResult claimHastily(RecordId id, long token) {
			return this.hasty.claim(claimOf(id, token));
		}

		boolean completeHastily(RecordId id, long token) {
			return this.hasty.complete(id, token, RESPONSE);
		}

		boolean complete(RecordId id, long token) {
			return this.repository.complete(id, token, RESPONSE);
		}

		RedisNode master(RecordId id) {
			return this.servers.master(slot(id));
		}

		RecordId newIdBeside(RecordId id) {
			RedisNode master = master(id);
			return Stream.generate(MinReplicasTests::newId)
				.filter((other) -> master(other) == master)
				.findFirst()
				.orElseThrow();
		}

		/** Reads the second byte of the record: 0 is in flight, 1 is completed. */
		int stateOnReplica(RecordId id) {
			return this.servers.replica(slot(id)).call((commands) -> {
				if (this.servers.masters().size() > 1) {
					commands.readOnly();
				}
				return commands.getrange(key(id), 1, 1).getBytes(StandardCharsets.ISO_8859_1)[0];
			});
		}

		List<String> commandsOf(RecordId id, Runnable call) {
			RedisNode master = master(id);
			master.call((commands) -> commands.configResetstat());
			call.run();
			Matcher matcher = CALLS.matcher(master.info("commandstats"));
			List<String> calls = new ArrayList<>();
			while (matcher.find()) {
				IntStream.range(0, Integer.parseInt(matcher.group(2))).forEach((i) -> calls.add(matcher.group(1)));
			}
			return calls;
		}

		void forgetScripts() {
			this.servers.masters().forEach((master) -> master.call((commands) -> commands.scriptFlush()));
		}

		void close() {
			this.repository.close();
			this.hasty.close();
			this.connectionFactory.destroy();
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

}

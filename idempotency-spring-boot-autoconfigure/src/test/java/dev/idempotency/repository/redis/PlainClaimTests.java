package dev.idempotency.repository.redis;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import redis.embedded.RedisServer;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.IdempotencyRecord.State;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.Lease;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.RecordedResponse;
import dev.idempotency.repository.UnreadableRecordException;
import dev.idempotency.test.Ports;
import dev.idempotency.test.RedisServers;
import dev.idempotency.test.TcpProxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Claims by a plain command beside claims by script, of this version of the library and
 * of an earlier one, and servers that refuse the command.
 */
class PlainClaimTests {

	private static final String PREFIX = "plain:";

	private static final Duration LEASE = Duration.ofSeconds(30);

	private static final Duration TTL = Duration.ofHours(24);

	private static final RecordedResponse RESPONSE = new RecordedResponse(201, new byte[300]);

	private static final byte BY_SCRIPT = 2;

	private static final byte BY_COMMAND = 3;

	private static LettuceConnectionFactory lettuce;

	private static JedisConnectionFactory jedis;

	private static IdempotencyRepository plain;

	private static IdempotencyRepository scripted;

	private static IdempotencyRepository earlier;

	private final RecordId id = newId();

	@BeforeAll
	static void connect() {
		RedisStandaloneConfiguration server = RedisServers.newer();
		lettuce = ConnectionFactories.lettuce(server);
		jedis = ConnectionFactories.jedis(server);
		plain = repository(lettuce);
		scripted = new RedisIdempotencyRepository(jedis, PREFIX, Duration.ofSeconds(10));
		earlier = EarlierVersion.repository(jedis, PREFIX);
	}

	@AfterAll
	static void disconnect() {
		if (lettuce != null) {
			lettuce.destroy();
			jedis.destroy();
		}
	}

	@Test
	void theFirstScriptThatWritesGivesTheRecordItsTimeOfCreation() {
		for (Runnable write : List.<Runnable>of(() -> assertThat(renew(plain)).isTrue(),
				() -> assertThat(complete(plain)).isTrue())) {
			plain.delete(this.id);
			Instant before = serverTime();
			assertAcquired(plain.claim(claim(1)));
			Instant after = serverTime();
			assertThat(version()).isEqualTo(BY_COMMAND);
			IdempotencyRecord undated = find();
			assertThat(undated.createdAt()).isBetween(before, after);
			assertThat(undated.leaseUntil()).isEqualTo(undated.createdAt().plus(LEASE));
			assertThat(undated.expiresAt()).isEqualTo(undated.createdAt().plus(TTL));
			write.run();
			assertThat(version()).isEqualTo(BY_SCRIPT);
			assertThat(find().createdAt()).isEqualTo(undated.createdAt());
			assertThat(find().expiresAt()).isEqualTo(undated.expiresAt());
		}
	}

	@Test
	void aTakeOverGivesTheRecordTheTimeOfItsFirstClaim() {
		assertAcquired(plain.claim(claim(this.id, 1, Duration.ZERO, TTL)));
		IdempotencyRecord abandoned = find();
		assertThat(abandoned.state()).isEqualTo(State.ABANDONED);
		assertThat(existing(plain.claim(claim(2)))).isEqualTo(abandoned);
		assertAcquired(plain.claim(claim(2).takingOver(abandoned)));
		assertThat(version()).isEqualTo(BY_SCRIPT);
		assertThat(find().createdAt()).isEqualTo(abandoned.createdAt());
		assertThat(find().expiresAt()).isEqualTo(abandoned.expiresAt());
		assertThat(complete(plain)).isFalse();
	}

	@Test
	void aLeaseThatIsLongerThanTheTtlChangesNoTime() {
		Instant before = serverTime();
		assertAcquired(plain.claim(claim(this.id, 1, Duration.ofHours(2), Duration.ofHours(1))));
		assertThat(find().createdAt()).isBetween(before, serverTime());
		assertThat(find().leaseUntil()).isEqualTo(find().createdAt().plus(Duration.ofHours(2)));
		assertThat(find().expiresAt()).isEqualTo(find().createdAt().plus(Duration.ofHours(1)));
	}

	@Test
	void anAnswerWithTheClaimsOwnTokenIsAnAcquiredClaimAlsoOnceItWasRenewed() {
		assertAcquired(plain.claim(claim(1)));
		assertAcquired(plain.claim(claim(1)));
		assertThat(version()).isEqualTo(BY_COMMAND);
		assertThat(renew(plain)).isTrue();
		assertAcquired(plain.claim(claim(1)));
		assertThat(existing(plain.claim(claim(2))).token()).isEqualTo(1);
	}

	@Test
	void aClaimWhoseAnswerWasLostIsSentAgainAndAcquired() throws Exception {
		RedisStandaloneConfiguration server = RedisServers.newer();
		TcpProxy proxy = new TcpProxy(server.getHostName(), server.getPort());
		LettuceConnectionFactory connections = connect(proxy.port());
		try {
			RedisIdempotencyRepository repository = repository(connections);
			repository.claim(claim(newId(), 1, LEASE, TTL));
			proxy.tear(TcpProxy.Way.TO_CLIENT);
			CompletableFuture<ClaimResult> claiming = CompletableFuture.supplyAsync(() -> repository.claim(claim(1)));
			Awaitility.await().until(() -> plain.find(this.id).isPresent());
			IdempotencyRecord record = find();
			assertThat(claiming).isNotDone();
			proxy.mend();
			assertAcquired(claiming.get());
			assertThat(find()).isEqualTo(record);
			assertThat(version()).isEqualTo(BY_COMMAND);
		}
		finally {
			connections.destroy();
			proxy.close();
		}
	}

	@Test
	void aRecordWhoseKeyLostItsEndIsNeitherReadNorTouched() {
		assertAcquired(plain.claim(claim(1)));
		try (RedisConnection connection = lettuce.getConnection()) {
			connection.keyCommands().persist(key());
		}
		assertThatExceptionOfType(UnreadableRecordException.class).isThrownBy(() -> plain.claim(claim(2)));
		assertThatExceptionOfType(UnreadableRecordException.class).isThrownBy(() -> complete(plain));
		assertThat(version()).isEqualTo(BY_COMMAND);
		assertThat(plain.delete(this.id)).isTrue();
	}

	@Test
	void everyInstanceOfThisVersionAnswersWhateverWroteTheRecord() {
		for (IdempotencyRepository writer : List.of(plain, scripted, earlier)) {
			plain.delete(this.id);
			assertAcquired(writer.claim(claim(1)));
			assertInFlight(plain, scripted);
			assertThat(renew(writer)).isTrue();
			assertInFlight(plain, scripted, earlier);
			assertThat(complete(writer)).isTrue();
			for (IdempotencyRepository reader : List.of(plain, scripted, earlier)) {
				assertThat(existing(reader.claim(claim(2))).response()).isEqualTo(RESPONSE);
			}
		}
	}

	@Test
	void anInstanceOfAnEarlierVersionTouchesNoRecordThatItCannotRead() {
		assertAcquired(plain.claim(claim(1)));
		IdempotencyRecord record = find();
		assertThatExceptionOfType(UnreadableRecordException.class).isThrownBy(() -> earlier.claim(claim(2)));
		assertThatExceptionOfType(UnreadableRecordException.class)
			.isThrownBy(() -> earlier.claim(claim(2).takingOver(record)));
		assertThatExceptionOfType(UnreadableRecordException.class).isThrownBy(() -> complete(earlier));
		assertThat(renew(earlier)).isFalse();
		assertThat(find()).isEqualTo(record);
		assertThat(complete(plain)).isTrue();
		assertThat(existing(earlier.claim(claim(2))).response()).isEqualTo(RESPONSE);
	}

	@Test
	void instancesOfBothVersionsNeverRunAKeyTwice() throws Exception {
		List<RecordId> ids = Stream.generate(PlainClaimTests::newId).limit(500).toList();
		Map<RecordId, AtomicInteger> runs = new ConcurrentHashMap<>();
		ids.forEach((each) -> runs.put(each, new AtomicInteger()));
		AtomicInteger refused = new AtomicInteger();
		List<IdempotencyRepository> instances = List.of(plain, plain, scripted, earlier, earlier);
		CyclicBarrier together = new CyclicBarrier(instances.size());
		ExecutorService threads = Executors.newFixedThreadPool(instances.size());
		try {
			List<Future<?>> clients = new ArrayList<>();
			for (IdempotencyRepository instance : instances) {
				clients.add(threads.submit(() -> {
					for (RecordId each : ids) {
						together.await(30, TimeUnit.SECONDS);
						request(instance, each, runs, refused);
					}
					return null;
				}));
			}
			for (Future<?> client : clients) {
				client.get();
			}
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(runs.values()).allMatch((count) -> count.get() == 1);
		assertThat(refused.get()).as("answers of an earlier version that it cannot read the record").isPositive();
	}

	/** Sends a request until it has a response: that of its run, or of another's. */
	private static void request(IdempotencyRepository instance, RecordId id, Map<RecordId, AtomicInteger> runs,
			AtomicInteger refused) {
		while (true) {
			Claim claim = claim(id, ThreadLocalRandom.current().nextLong(), LEASE, TTL);
			try {
				if (instance.claim(claim) instanceof ClaimResult.Existing existing) {
					if (existing.record().state() == State.COMPLETED) {
						assertThat(existing.record().response()).isEqualTo(RESPONSE);
						return;
					}
					continue;
				}
			}
			catch (UnreadableRecordException ex) {
				assertThat(instance).isSameAs(earlier);
				refused.incrementAndGet();
				continue;
			}
			runs.get(id).incrementAndGet();
			if (ThreadLocalRandom.current().nextBoolean()) {
				assertThat(instance.renew(List.of(new Lease(id, claim.token(), LEASE)))).isEmpty();
			}
			assertThat(instance.complete(id, claim.token(), RESPONSE)).isTrue();
		}
	}

	@Test
	void aServerWithoutMemoryStillAnswersRetries() throws IOException {
		int port = Ports.free();
		RedisServer server = RedisServers.startNewer(port);
		LettuceConnectionFactory connections = connect(port);
		LettuceConnectionFactory laterConnections = connect(port);
		try {
			RedisIdempotencyRepository repository = repository(connections);
			RecordId running = newId();
			assertAcquired(repository.claim(claim(1)));
			assertThat(complete(repository)).isTrue();
			assertAcquired(repository.claim(claim(running, 1, LEASE, TTL)));
			setMaxMemory(connections, "1");
			for (RedisIdempotencyRepository each : List.of(repository, repository(laterConnections))) {
				assertThat(existing(each.claim(claim(2))).response()).isEqualTo(RESPONSE);
				assertThat(existing(each.claim(claim(running, 2, LEASE, TTL))).state()).isEqualTo(State.IN_FLIGHT);
				RecordId other = newId();
				assertThatExceptionOfType(IdempotencyRepositoryException.class)
					.isThrownBy(() -> each.claim(claim(other, 1, LEASE, TTL)))
					.havingRootCause()
					.withMessageContaining("OOM");
				assertThat(each.find(other)).isEmpty();
			}
			setMaxMemory(connections, "0");
			RecordId next = newId();
			assertAcquired(repository.claim(claim(next, 1, LEASE, TTL)));
			assertThat(version(connections, next)).isEqualTo(BY_COMMAND);
		}
		finally {
			connections.destroy();
			laterConnections.destroy();
			server.stop();
		}
	}

	@Test
	void anOlderServerThatTookOverGetsScripts() throws IOException {
		int port = Ports.free();
		RedisServer older = RedisServers.start(port);
		RedisStandaloneConfiguration newer = RedisServers.newer();
		TcpProxy proxy = new TcpProxy(newer.getHostName(), newer.getPort());
		LettuceConnectionFactory connections = connect(proxy.port());
		LettuceConnectionFactory direct = connect(port);
		try {
			RedisIdempotencyRepository repository = repository(connections);
			assertAcquired(repository.claim(claim(1)));
			assertThat(version()).isEqualTo(BY_COMMAND);
			proxy.redirect(port);
			proxy.heal();
			assertAcquired(repository.claim(claim(1)));
			assertThat(version(direct, this.id)).isEqualTo(BY_SCRIPT);
			assertThat(existing(repository.claim(claim(2))).token()).isEqualTo(1);
			assertThat(complete(repository)).isTrue();
			assertThat(existing(repository.claim(claim(2))).response()).isEqualTo(RESPONSE);
			assertThat(commandStatistics(direct, "set")).as("tried once").contains("failed_calls=1");
		}
		finally {
			connections.destroy();
			direct.destroy();
			proxy.close();
			older.stop();
		}
	}

	@Test
	void aUserWhoseScriptsMayNotAskForTheEndOfAKeyClaimsByScript() {
		RedisStandaloneConfiguration server = RedisServers.newer();
		try (RedisConnection connection = lettuce.getConnection()) {
			connection.execute("ACL",
					Stream
						.of(("SETUSER scripts reset on >secret ~plain:* +evalsha +eval +get +set +getrange +setrange"
								+ " +pexpire +del +time +hello +client +ping")
							.split(" "))
						.map((word) -> word.getBytes(StandardCharsets.US_ASCII))
						.toArray(byte[][]::new));
		}
		RedisStandaloneConfiguration restricted = new RedisStandaloneConfiguration(server.getHostName(),
				server.getPort());
		restricted.setUsername("scripts");
		restricted.setPassword("secret");
		LettuceConnectionFactory connections = ConnectionFactories.lettuce(restricted);
		try {
			RedisIdempotencyRepository repository = repository(connections);
			assertAcquired(repository.claim(claim(1)));
			assertThat(version()).isEqualTo(BY_SCRIPT);
			assertThat(complete(repository)).isTrue();
		}
		finally {
			connections.destroy();
		}
	}

	private static void assertAcquired(ClaimResult result) {
		assertThat(result).isInstanceOf(ClaimResult.Acquired.class);
	}

	private static IdempotencyRecord existing(ClaimResult result) {
		assertThat(result).isInstanceOf(ClaimResult.Existing.class);
		return ((ClaimResult.Existing) result).record();
	}

	private void assertInFlight(IdempotencyRepository... readers) {
		IdempotencyRecord record = find();
		for (IdempotencyRepository reader : readers) {
			assertThat(existing(reader.claim(claim(2)))).isEqualTo(record);
			assertThat(reader.find(this.id)).contains(record);
		}
		assertThat(record.state()).isEqualTo(State.IN_FLIGHT);
		assertThat(record.token()).isEqualTo(1);
	}

	private IdempotencyRecord find() {
		return plain.find(this.id).orElseThrow();
	}

	private boolean renew(IdempotencyRepository repository) {
		return repository.renew(List.of(new Lease(this.id, 1, LEASE))).isEmpty();
	}

	private boolean complete(IdempotencyRepository repository) {
		return repository.complete(this.id, 1, RESPONSE);
	}

	private Claim claim(long token) {
		return claim(this.id, token, LEASE, TTL);
	}

	private static Claim claim(RecordId id, long token, Duration lease, Duration ttl) {
		return new Claim(id, token, "operation", Fingerprint.of(new byte[32]), lease, ttl, null);
	}

	private static RecordId newId() {
		return RecordId.of("plain", "", new IdempotencyKey(UUID.randomUUID().toString()));
	}

	private static LettuceConnectionFactory connect(int port) {
		return ConnectionFactories.lettuce(new RedisStandaloneConfiguration("127.0.0.1", port));
	}

	private static RedisIdempotencyRepository repository(LettuceConnectionFactory connections) {
		return new RedisIdempotencyRepository(connections, PREFIX, Duration.ofSeconds(10));
	}

	private static void setMaxMemory(LettuceConnectionFactory connections, String bytes) {
		try (RedisConnection connection = connections.getConnection()) {
			connection.serverCommands().setConfig("maxmemory", bytes);
		}
	}

	private static String commandStatistics(LettuceConnectionFactory connections, String command) {
		try (RedisConnection connection = connections.getConnection()) {
			return connection.serverCommands().info("commandstats").getProperty("cmdstat_" + command);
		}
	}

	private static Instant serverTime() {
		try (RedisConnection connection = lettuce.getConnection()) {
			return Instant.ofEpochMilli(connection.serverCommands().time(TimeUnit.MILLISECONDS));
		}
	}

	private byte version() {
		return version(lettuce, this.id);
	}

	private static byte version(LettuceConnectionFactory connections, RecordId id) {
		try (RedisConnection connection = connections.getConnection()) {
			return connection.stringCommands().get(key(id))[0];
		}
	}

	private byte[] key() {
		return key(this.id);
	}

	private static byte[] key(RecordId id) {
		return (PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(id.toBytes()))
			.getBytes(StandardCharsets.UTF_8);
	}

}

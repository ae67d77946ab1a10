package dev.idempotency.repository.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.IdempotencyRecord.State;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.Lease;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.RecordedResponse;
import dev.idempotency.repository.UnreadableRecordException;
import dev.idempotency.test.RedisServers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What Redis adds to the contract: the cost of a call, the form of a record, its life
 * time, and servers that forgot the scripts.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisIdempotencyRepositoryTests {

	private static final Logger logger = LoggerFactory.getLogger(RedisIdempotencyRepositoryTests.class);

	private static final String PREFIX = "idempotency:";

	private static final Duration LEASE = Duration.ofSeconds(30);

	private static final Duration TTL = Duration.ofHours(24);

	private static final RecordedResponse RESPONSE = new RecordedResponse(201, new byte[300]);

	private LettuceConnectionFactory server;

	private List<RedisConnectionFactory> connectionFactories = List.of();

	/** Whether the server can claim by a plain command. */
	private boolean plain;

	private RecordId id;

	private RedisIdempotencyRepository repository;

	RedisStandaloneConfiguration standalone() {
		return RedisServers.standalone();
	}

	@BeforeAll
	void connect() {
		this.server = ConnectionFactories.lettuce(standalone());
		this.connectionFactories = List.of(this.server, ConnectionFactories.jedis(standalone()),
				ConnectionFactories.lettuce(RedisServers.cluster()), ConnectionFactories.jedis(RedisServers.cluster()));
		try (RedisConnection connection = this.server.getConnection()) {
			String version = connection.serverCommands().info("server").getProperty("redis_version");
			this.plain = Integer.parseInt(version.substring(0, version.indexOf('.'))) >= 7;
		}
	}

	@AfterAll
	void disconnect() throws Exception {
		for (RedisConnectionFactory connectionFactory : this.connectionFactories) {
			((DisposableBean) connectionFactory).destroy();
		}
	}

	Stream<RedisConnectionFactory> connectionFactories() {
		return this.connectionFactories.stream();
	}

	@BeforeEach
	void createRepository() {
		this.id = newId();
		this.repository = repository(this.server);
	}

	@Test
	void aCallIsOneScriptOrOneSetButForAClaimOfWhatRuns() {
		everyCallOnce();
		Map<String, Integer> claimed = this.plain ? Map.of("set", 1) : ofScript("get", "set");
		Map<String, Integer> replayed = this.plain ? Map.of("set", 1) : ofScript("get");
		Map<String, Integer> inFlight = this.plain ? ofScript("set", "get", "pexpiretime") : ofScript("get");
		Map<String, Integer> renewed = this.plain ? ofScript("getrange", "setrange", "pexpire", "pexpiretime")
				: ofScript("getrange", "setrange", "pexpire");
		assertThat(commandsOf(() -> claim(1))).isEqualTo(claimed);
		assertThat(commandsOf(() -> claim(2))).isEqualTo(inFlight);
		assertThat(commandsOf(() -> renew(1))).isEqualTo(renewed);
		assertThat(commandsOf(() -> renew(1))).isEqualTo(ofScript("getrange", "setrange", "pexpire"));
		assertThat(commandsOf(() -> complete(1))).isEqualTo(ofScript("get", "set"));
		assertThat(commandsOf(() -> complete(1))).isEqualTo(ofScript("get", "pexpire"));
		assertThat(commandsOf(() -> claim(2))).isEqualTo(replayed);
		assertThat(commandsOf(this::find)).isEqualTo(ofScript("get"));
		assertThat(commandsOf(this::delete)).isEqualTo(ofScript("getrange", "del"));
		claim(3);
		assertThat(commandsOf(() -> release(3)))
			.isEqualTo(this.plain ? ofScript("getrange", "del", "pexpiretime") : ofScript("getrange", "del"));
	}

	private static Map<String, Integer> ofScript(String... commands) {
		return Stream.concat(Stream.of("evalsha", "time"), Stream.of(commands))
			.collect(Collectors.toMap((command) -> command, (command) -> 1));
	}

	@Test
	void aClaimThatTheDriverSendsAgainIsAcquired() {
		claim(1);
		IdempotencyRecord record = this.repository.find(this.id).orElseThrow();
		assertThat(claim(1)).isInstanceOf(ClaimResult.Acquired.class);
		assertThat(this.repository.find(this.id).orElseThrow().createdAt()).isEqualTo(record.createdAt());
		assertThat(this.repository.find(this.id).orElseThrow().expiresAt()).isEqualTo(record.expiresAt());
		complete(1);
		assertThat(claim(1)).isInstanceOf(ClaimResult.Existing.class);
	}

	@ParameterizedTest
	@MethodSource("connectionFactories")
	void everyCallWorksOnAServerThatForgotTheScripts(RedisConnectionFactory connectionFactory) {
		this.repository = repository(connectionFactory);
		forgetScripts(connectionFactory);
		assertThat(claim(1)).isInstanceOf(ClaimResult.Acquired.class);
		forgetScripts(connectionFactory);
		assertThat(claim(2)).isInstanceOf(ClaimResult.Existing.class);
		forgetScripts(connectionFactory);
		assertThat(renew(1)).isTrue();
		forgetScripts(connectionFactory);
		assertThat(complete(1)).isTrue();
		forgetScripts(connectionFactory);
		assertThat(find().response()).isEqualTo(RESPONSE);
		forgetScripts(connectionFactory);
		assertThat(delete()).isTrue();
		assertThat(claim(3)).isInstanceOf(ClaimResult.Acquired.class);
		forgetScripts(connectionFactory);
		assertThat(release(3)).isTrue();
	}

	@ParameterizedTest
	@MethodSource("connectionFactories")
	void aRenewalOfManyWorksOnAServerThatForgotTheScripts(RedisConnectionFactory connectionFactory) {
		this.repository = repository(connectionFactory);
		List<RecordId> ids = Stream.generate(RedisIdempotencyRepositoryTests::newId).limit(50).toList();
		ids.forEach((each) -> this.repository.claim(claim(each, 1, LEASE, TTL)));
		forgetScripts(connectionFactory);
		assertThat(this.repository.renew(ids.stream().map((each) -> new Lease(each, 1, TTL)).toList())).isEmpty();
		assertThat(ids).allSatisfy((each) -> {
			IdempotencyRecord renewed = this.repository.find(each).orElseThrow();
			assertThat(renewed.leaseUntil()).isAfter(renewed.createdAt().plus(LEASE));
		});
	}

	@Test
	void aRecordOfAnUnknownVersionIsNeitherReadNorTouched() {
		claim(1);
		complete(1);
		byte[] value = get();
		for (byte version : new byte[] { 1, 3, 4 }) {
			value[0] = version;
			assertUnreadableAndUntouched(value, "version " + version);
		}
	}

	@Test
	void aRecordInAnUnknownStateIsNeitherReadNorTouched() {
		claimByScript();
		byte[] value = get();
		value[1] = 9;
		assertUnreadableAndUntouched(value, "corrupted");
	}

	@Test
	void aRecordThatIsCutShortInItsHeaderIsNeitherReadNorTouched() {
		claimByScript();
		byte[] value = get();
		for (int length = 1; length < 48; length++) {
			assertUnreadableAndUntouched(Arrays.copyOf(value, length), "corrupted");
		}
	}

	@Test
	void anEmptyValueIsNotTakenForAnAcquiredClaim() {
		set(new byte[0]);
		assertUnreadable(() -> claim(2), "corrupted");
		assertUnreadable(this::find, "corrupted");
		assertUnreadable(() -> complete(1), "corrupted");
		assertThat(release(1)).isFalse();
		assertThat(get()).isEmpty();
	}

	@Test
	void aRecordThatIsCutShortAfterItsHeaderIsNotRead() {
		claim(1);
		complete(1);
		byte[] value = get();
		for (int length = 48; length < value.length; length++) {
			set(Arrays.copyOf(value, length));
			assertUnreadable(() -> claim(2), "corrupted");
			assertUnreadable(this::find, "corrupted");
		}
		set(Arrays.copyOf(value, value.length + 1));
		assertUnreadable(() -> claim(2), "corrupted");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aUserNeedsTheDocumentedCommandsAndNoOther(boolean lettuce) throws Exception {
		RedisStandaloneConfiguration address = standalone();
		try (RedisConnection connection = this.server.getConnection()) {
			connection.execute("ACL", Stream
				.of("SETUSER orders reset on >secret ~idempotency:* +evalsha +eval +get +set +getrange +setrange +pexpire"
						+ " +del +time +hello +client +ping" + (this.plain ? " +pexpiretime" : ""))
				.flatMap((rule) -> Stream.of(rule.split(" ")))
				.map((word) -> word.getBytes(StandardCharsets.US_ASCII))
				.toArray(byte[][]::new));
			connection.scriptingCommands().scriptFlush();
		}
		RedisStandaloneConfiguration restricted = new RedisStandaloneConfiguration(address.getHostName(),
				address.getPort());
		restricted.setUsername("orders");
		restricted.setPassword("secret");
		RedisConnectionFactory user = lettuce ? ConnectionFactories.lettuce(restricted)
				: ConnectionFactories.jedis(restricted);
		this.repository = repository(user);
		everyCallOnce();
		claim(1);
		assertThat(complete(1)).isTrue();
		assertThat(complete(1)).isTrue();
		assertThat(claim(2)).isInstanceOf(ClaimResult.Existing.class);
		assertThat(delete()).isTrue();
		((DisposableBean) user).destroy();
	}

	@Test
	@DisplayName("5.7 a key that holds something else is unreadable to every call")
	void aKeyOfAnotherTypeIsNeitherReadNorTouched() {
		try (RedisConnection connection = this.server.getConnection()) {
			connection.listCommands().rPush(key(), key());
		}
		assertUnreadable(() -> claim(2), "unknown");
		assertUnreadable(this::find, "unknown");
		assertUnreadable(() -> complete(1), "corrupted");
		assertUnreadable(() -> release(1), "corrupted");
		assertThat(renew(1)).isFalse();
		assertThat(delete()).isTrue();
		assertThat(claim(1)).isInstanceOf(ClaimResult.Acquired.class);
	}

	@Test
	void anUnreadableRecordCanBeDeleted() {
		set("something else".getBytes(StandardCharsets.UTF_8));
		assertThat(delete()).isTrue();
		assertThat(claim(1)).isInstanceOf(ClaimResult.Acquired.class);
	}

	@Test
	void aRecordWithAResponseOf300BytesTakesAtMostOneKilobyte() {
		claim(1);
		long inFlight = memoryUsage();
		complete(1);
		long completed = memoryUsage();
		logger.info("Redis memory per record: {} bytes in flight, {} bytes with a response of 300", inFlight,
				completed);
		assertThat(inFlight).isLessThanOrEqualTo(400);
		assertThat(completed).isLessThanOrEqualTo(1024);
	}

	@Test
	void aClaimLivesForItsTtl() {
		claim(1);
		assertTimeToLive(TTL);
	}

	@Test
	void aClaimLivesForItsLeaseIfThatIsLonger() {
		this.repository.claim(claim(this.id, 1, Duration.ofDays(1), Duration.ofSeconds(30)));
		assertTimeToLive(TTL);
	}

	@Test
	void aRenewalKeepsTheTtl() {
		claim(1);
		renew(1);
		assertTimeToLive(TTL);
	}

	@Test
	void aRenewalBeyondTheTtlKeepsTheRecordForTheLease() {
		this.repository.claim(claim(this.id, 1, Duration.ofSeconds(5), Duration.ofSeconds(5)));
		renew(1);
		assertTimeToLive(LEASE);
	}

	@Test
	void aCompletedRecordLivesForTheRestOfItsTtl() {
		this.repository.claim(claim(this.id, 1, Duration.ofDays(1), Duration.ofSeconds(30)));
		complete(1);
		assertTimeToLive(LEASE);
	}

	@Test
	void aRecordCompletedAfterItsTtlIsGone() {
		this.repository.claim(claim(this.id, 1, LEASE, Duration.ZERO));
		assertThat(get()).isNotNull();
		assertThat(complete(1)).isTrue();
		assertThat(get()).isNull();
	}

	@Test
	void aTakeOverKeepsTheTtlOfTheFirstClaim() {
		this.repository.claim(claim(this.id, 1, Duration.ZERO, LEASE));
		IdempotencyRecord abandoned = find();
		assertThat(abandoned.state()).isEqualTo(State.ABANDONED);
		assertThat(this.repository.claim(claim(this.id, 2, LEASE, TTL).takingOver(abandoned)))
			.isInstanceOf(ClaimResult.Acquired.class);
		assertTimeToLive(LEASE);
	}

	@Test
	void aCompletedRecordWhoseTtlHasPassedIsReplacedByTheScriptThoughItsKeyIsStillThere() {
		this.repository = repository(this.connectionFactories.get(1));
		claim(1);
		complete(1);
		ByteBuffer record = ByteBuffer.wrap(get());
		int createdAt = 10;
		set(record.putLong(createdAt, record.getLong(createdAt) - TTL.toMillis()).array());
		assertThat(this.repository.find(this.id)).isEmpty();
		assertThat(claim(2)).isInstanceOf(ClaimResult.Acquired.class);
		assertTimeToLive(TTL);
	}

	@Test
	void aConnectionThatWasClosedIsNotUsedAnyMore() {
		LettuceConnectionFactory connections = ConnectionFactories.lettuce(standalone());
		try {
			this.repository = repository(connections);
			claim(1);
			connections.resetConnection();
			assertThat(renew(1)).isTrue();
			connections.stop();
			assertThatExceptionOfType(IdempotencyRepositoryException.class).isThrownBy(() -> renew(1));
			connections.start();
			assertThat(renew(1)).isTrue();
		}
		finally {
			connections.destroy();
		}
	}

	@Test
	void aClaimWithoutLeaseAndTtlIsGoneAtOnce() {
		assertThat(this.repository.claim(claim(this.id, 1, Duration.ZERO, Duration.ZERO)))
			.isInstanceOf(ClaimResult.Acquired.class);
		assertThat(this.repository.find(this.id)).isEmpty();
		Awaitility.await().until(() -> get() == null);
	}

	private void everyCallOnce() {
		RecordId other = newId();
		this.repository.claim(claim(other, 1, LEASE, TTL));
		this.repository.claim(claim(other, 2, LEASE, TTL));
		this.repository.find(other);
		this.repository.renew(List.of(new Lease(other, 1, LEASE)));
		this.repository.complete(other, 1, RESPONSE);
		this.repository.release(other, 1);
		this.repository.delete(other);
	}

	private static void forgetScripts(RedisConnectionFactory connectionFactory) {
		try (RedisConnection connection = connectionFactory.getConnection()) {
			connection.scriptingCommands().scriptFlush();
		}
	}

	private void assertUnreadableAndUntouched(byte[] value, String message) {
		set(value);
		assertUnreadable(() -> claim(2), message);
		assertUnreadable(() -> this.repository
			.claim(new Claim(this.id, 2, "operation", Fingerprint.of(new byte[32]), LEASE, TTL, 1L)), message);
		assertUnreadable(this::find, message);
		assertUnreadable(() -> complete(1), "corrupted");
		assertUnreadable(() -> release(1), "corrupted");
		assertThat(renew(1)).isFalse();
		assertThat(get()).isEqualTo(value);
	}

	private static void assertUnreadable(ThrowingCallable call, String message) {
		assertThatExceptionOfType(UnreadableRecordException.class).isThrownBy(call).withMessageContaining(message);
	}

	private void assertTimeToLive(Duration expected) {
		try (RedisConnection connection = this.server.getConnection()) {
			Duration timeToLive = Duration.ofMillis(connection.keyCommands().pTtl(key()));
			assertThat(timeToLive).isBetween(expected.minusSeconds(10), expected);
		}
	}

	private ClaimResult claim(long token) {
		return this.repository.claim(claim(this.id, token, LEASE, TTL));
	}

	private void claimByScript() {
		repository(this.connectionFactories.get(1)).claim(claim(this.id, 1, LEASE, TTL));
	}

	private boolean complete(long token) {
		return this.repository.complete(this.id, token, RESPONSE);
	}

	private boolean release(long token) {
		return this.repository.release(this.id, token);
	}

	private boolean renew(long token) {
		return this.repository.renew(List.of(new Lease(this.id, token, LEASE))).isEmpty();
	}

	private IdempotencyRecord find() {
		return this.repository.find(this.id).orElseThrow();
	}

	private boolean delete() {
		return this.repository.delete(this.id);
	}

	private static RedisIdempotencyRepository repository(RedisConnectionFactory connectionFactory) {
		return new RedisIdempotencyRepository(connectionFactory, PREFIX, Duration.ofSeconds(10));
	}

	private static RecordId newId() {
		return RecordId.of("redis", "", new IdempotencyKey(UUID.randomUUID().toString()));
	}

	private static Claim claim(RecordId id, long token, Duration lease, Duration ttl) {
		return new Claim(id, token, "payment-controller-create", Fingerprint.of(new byte[32]), lease, ttl, null);
	}

	private byte[] key() {
		return (PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(this.id.toBytes()))
			.getBytes(StandardCharsets.UTF_8);
	}

	private byte[] get() {
		try (RedisConnection connection = this.server.getConnection()) {
			return connection.stringCommands().get(key());
		}
	}

	private void set(byte[] value) {
		try (RedisConnection connection = this.server.getConnection()) {
			connection.stringCommands().set(key(), value);
		}
	}

	private long memoryUsage() {
		try (RedisConnection connection = this.server.getConnection()) {
			byte[] script = "return redis.call('MEMORY', 'USAGE', KEYS[1])".getBytes(StandardCharsets.UTF_8);
			Long bytes = connection.scriptingCommands().eval(script, ReturnType.INTEGER, 1, key());
			return bytes;
		}
	}

	/** Counts the commands of a call, those within its script included. */
	private Map<String, Integer> commandsOf(Runnable call) {
		try (RedisConnection connection = this.server.getConnection()) {
			connection.serverCommands().resetConfigStats();
			call.run();
			Properties stats = connection.serverCommands().info("commandstats");
			Map<String, Integer> calls = new TreeMap<>();
			stats.forEach((name, value) -> calls.put(name.toString().replace("cmdstat_", ""),
					Integer.valueOf(value.toString().replaceAll("calls=(\\d+),.*", "$1"))));
			calls.keySet().removeIf((name) -> name.startsWith("config") || "info".equals(name));
			return calls;
		}
	}

}

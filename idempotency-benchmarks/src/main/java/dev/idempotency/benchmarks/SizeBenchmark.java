package dev.idempotency.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

import com.zaxxer.hikari.HikariDataSource;
import org.HdrHistogram.Histogram;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.RecordedResponse;
import dev.idempotency.repository.jdbc.JdbcIdempotencyRepository;
import dev.idempotency.repository.jdbc.JdbcIdempotencySchema;
import dev.idempotency.repository.redis.RedisIdempotencyRepository;

/**
 * How much room records take on PostgreSQL and Redis, and what it would save and cost to
 * compress their responses.
 */
public final class SizeBenchmark {

	private static final String TABLE = "idempotency_record";

	private static final int SIZING_BODY = 300;

	private static final List<Integer> BODIES = List.of(SIZING_BODY, 3_000, 30_000, 300_000);

	private static final List<Integer> RATES = List.of(1, 10, 100, 1_000);

	private static final List<Duration> TTLS = List.of(Duration.ofHours(1), Duration.ofHours(24), Duration.ofDays(7));

	/** What the headers of a usual response take. */
	private static final String HEADERS = "1;2;Content-Type;application/json;Location;/payments/"
			+ UUID.nameUUIDFromBytes(new byte[0]);

	private static final int LARGEST_TOTAL = 60_000_000;

	private static final int MOST_RECORDS = 20_000;

	private final Random random = new Random(1);

	private long tokens;

	private final Report report;

	private final List<Store> stores;

	private SizeBenchmark(List<Store> stores, String servers) {
		this.stores = stores;
		this.report = new Report("The size of records", SizeBenchmark.class, servers);
	}

	/**
	 * Runs the benchmark.
	 * @param args not used
	 * @throws Exception if it fails
	 */
	public static void main(String[] args) throws Exception {
		try (RedisProcess redis = RedisProcess.start()) {
			LettuceConnectionFactory connections = new LettuceConnectionFactory(RedisProcess.HOST, redis.port());
			connections.start();
			try {
				run(redis, connections);
			}
			finally {
				connections.destroy();
			}
		}
	}

	private static void run(RedisProcess redis, LettuceConnectionFactory connections) throws Exception {
		try (PostgresProcess postgres = PostgresProcess.start(Map.of());
				HikariDataSource dataSource = postgres.dataSource(2);
				RedisIdempotencyRepository redisRepository = new RedisIdempotencyRepository(connections, "idempotency:",
						Duration.ofSeconds(30))) {
			execute(dataSource, JdbcIdempotencySchema.script("postgresql", TABLE));
			Store ofRedis = new Store("Redis", redisRepository,
					() -> Long.parseLong(info(connections, "memory", "used_memory")));
			Store ofPostgres = new Store("PostgreSQL",
					new JdbcIdempotencyRepository(dataSource, TABLE, Duration.ofSeconds(30)),
					() -> query(dataSource, "select pg_total_relation_size('" + TABLE + "')"));
			new SizeBenchmark(List.of(ofRedis, ofPostgres), postgres.version() + " and " + redis.version()).run();
		}
	}

	private void run() throws IOException {
		this.report
			.line("A record with a JSON response and two headers. \"deflated\": compressed by Deflate at its fastest"
					+ " level, which the library does not do; times include it. Stored bytes are the growth of the"
					+ " store per record, with indexes; times are the medians of one client.");
		this.report.line("");
		this.report.line("| body | store | form | response bytes | stored bytes | complete ms | replay ms |");
		this.report.line("|---|---|---|---|---|---|---|");
		long[] sizes = new long[this.stores.size()];
		for (int body : BODIES) {
			for (int i = 0; i < sizes.length; i++) {
				long plain = measure(body, this.stores.get(i), false);
				sizes[i] = (body == SIZING_BODY) ? plain : sizes[i];
				measure(body, this.stores.get(i), true);
			}
		}
		for (int i = 0; i < sizes.length; i++) {
			sizing(this.stores.get(i), sizes[i]);
		}
		this.report.write("size.md");
	}

	private void sizing(Store store, long size) {
		this.report.line("");
		this.report.line("%s: %,d bytes a record (%d bytes of body), live records × size", store.name, size,
				SIZING_BODY);
		this.report.line("");
		this.report.line("| new keys per second | ttl 1 h | ttl 24 h | ttl 7 d |");
		this.report.line("|---|---|---|---|");
		for (int rate : RATES) {
			this.report.line("| %,d | %s |", rate,
					String.join(" | ", TTLS.stream().map((ttl) -> readable(rate * ttl.toSeconds() * size)).toList()));
		}
	}

	private static String readable(long bytes) {
		return (bytes < 1_000_000_000) ? String.format(Locale.ROOT, "%.0f MB", bytes / 1e6)
				: String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
	}

	private long measure(int body, Store store, boolean deflated) {
		int count = Math.min(MOST_RECORDS, LARGEST_TOTAL / body);
		RecordId[] ids = new RecordId[count];
		Histogram complete = histogram();
		Histogram replay = histogram();
		long before = store.size.bytes();
		int length = 0;
		for (int i = 0; i < count; i++) {
			byte[] content = response(body);
			ids[i] = RecordId.of("size", "", new IdempotencyKey(new UUID(this.random.nextLong(), i).toString()));
			Claim claim = claim(ids[i]);
			store.repository.claim(claim);
			long start = System.nanoTime();
			byte[] stored = deflated ? deflate(content) : content;
			store.repository.complete(ids[i], claim.token(), new RecordedResponse(201, stored));
			complete.recordValue(System.nanoTime() - start);
			length = stored.length;
		}
		long size = (store.size.bytes() - before) / count;
		for (RecordId id : ids) {
			long start = System.nanoTime();
			ClaimResult.Existing existing = (ClaimResult.Existing) store.repository.claim(claim(id));
			RecordedResponse response = existing.record().response();
			byte[] content = (response != null) ? response.content() : null;
			if (content == null || (deflated && inflate(content, body + HEADERS.length()).length < body)) {
				throw new IllegalStateException("The response is not what it was");
			}
			replay.recordValue(System.nanoTime() - start);
		}
		this.report.line("| %,d | %s | %s | %,d | %,d | %.3f | %.3f |", body, store.name,
				deflated ? "deflated" : "plain", length, size, complete.getValueAtPercentile(50) / 1e6,
				replay.getValueAtPercentile(50) / 1e6);
		return size;
	}

	private static Histogram histogram() {
		return new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
	}

	private Claim claim(RecordId id) {
		return new Claim(id, ++this.tokens, "payment-controller-create", Fingerprint.of(id.toBytes()),
				Duration.ofSeconds(30), Duration.ofHours(24), null);
	}

	/** A list of payments, as an API would return it. */
	private byte[] response(int body) {
		StringBuilder json = new StringBuilder(HEADERS).append('[');
		while (json.length() < body + HEADERS.length()) {
			json.append("""
					{"id":"%s","amount":%d,"refunded":0,"currency":"EUR","reference":"order %d","createdAt":"%s"},"""
				.formatted(new UUID(this.random.nextLong(), this.random.nextLong()), this.random.nextInt(100_000),
						this.random.nextInt(1_000_000),
						Instant.ofEpochMilli(1_790_000_000_000L + this.random.nextInt())));
		}
		json.setLength(body + HEADERS.length());
		return json.toString().getBytes(StandardCharsets.UTF_8);
	}

	private static byte[] deflate(byte[] content) {
		Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
		try {
			deflater.setInput(content);
			deflater.finish();
			byte[] buffer = new byte[content.length + 64];
			return Arrays.copyOf(buffer, deflater.deflate(buffer));
		}
		finally {
			deflater.end();
		}
	}

	private static byte[] inflate(byte[] content, int length) {
		Inflater inflater = new Inflater(true);
		try {
			inflater.setInput(content);
			byte[] buffer = new byte[length];
			return Arrays.copyOf(buffer, inflater.inflate(buffer));
		}
		catch (DataFormatException ex) {
			throw new IllegalStateException(ex);
		}
		finally {
			inflater.end();
		}
	}

	private static void execute(HikariDataSource dataSource, String script) throws SQLException {
		try (Connection connection = dataSource.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute(script);
		}
	}

	private static long query(HikariDataSource dataSource, String query) {
		try (Connection connection = dataSource.getConnection();
				Statement statement = connection.createStatement();
				ResultSet result = statement.executeQuery(query)) {
			result.next();
			return result.getLong(1);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String info(LettuceConnectionFactory connections, String section, String name) {
		try (RedisConnection connection = connections.getConnection()) {
			Properties info = connection.serverCommands().info(section);
			return String.valueOf((info != null) ? info.getProperty(name) : null);
		}
	}

	/**
	 * A server with its repository.
	 *
	 * @param name what the report calls it
	 * @param repository the repository
	 * @param size how much it has stored
	 */
	private record Store(String name, IdempotencyRepository repository, Size size) {
	}

	/**
	 * Tells how much a server has stored.
	 */
	private interface Size {

		long bytes();

	}

}

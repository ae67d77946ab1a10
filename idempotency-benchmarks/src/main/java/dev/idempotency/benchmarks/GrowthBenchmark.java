package dev.idempotency.benchmarks;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import com.zaxxer.hikari.HikariDataSource;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import org.HdrHistogram.Histogram;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
 * How long claims take among ten thousand, a million and ten million live records.
 */
public final class GrowthBenchmark {

	private static final Logger logger = LoggerFactory.getLogger(GrowthBenchmark.class);

	private static final int[] POSTGRES_SIZES = sizes("postgres", "10000,1000000,10000000");

	private static final int[] REDIS_SIZES = sizes("redis", "10000,1000000,5000000");

	private static final Duration PHASE = Duration.ofSeconds(Integer.getInteger("seconds", 30));

	private static final String TABLE = "idempotency_record";

	private static final Duration TTL = Duration.ofHours(24);

	/** Writes records like those of claims, a thousand by each call. */
	private static final String FILL = """
			for n = ARGV[1], ARGV[1] + 999 do
				redis.call('SET', KEYS[1] .. redis.sha1hex(n), ARGV[2], 'PX', 86400000)
			end
			return 1
			""";

	private static final int FILLED_AT_ONCE = 1000;

	private final Report report;

	private long tokens;

	private GrowthBenchmark(Report report) {
		this.report = report;
	}

	/**
	 * Runs the benchmark. The system properties {@code postgres} and {@code redis}
	 * (numbers of records, divided by commas) and {@code seconds} (of each phase) change
	 * its size.
	 * @param args not used
	 * @throws Exception if it fails
	 */
	public static void main(String[] args) throws Exception {
		try (PostgresProcess postgres = PostgresProcess.start(Map.of("max_wal_size", "8GB", "shared_buffers", "2GB"));
				HikariDataSource dataSource = postgres.dataSource(2);
				RedisProcess redis = RedisProcess.start()) {
			Report report = new Report("Claims among many records", GrowthBenchmark.class,
					postgres.version() + " (2 GB of shared buffers, without fsync) and " + redis.version());
			GrowthBenchmark benchmark = new GrowthBenchmark(report);
			report.line("One client claims and completes new keys, and then repeats each of them, for %d seconds; times"
					+ " are those of the repository's calls.", PHASE.toSeconds());
			report.line("");
			report.line("| live records | claims | claim p50 µs | p99 µs | replay p50 µs | p99 µs |");
			report.line("|---|---|---|---|---|---|");
			benchmark.onPostgres(dataSource);
			benchmark.onRedis(redis);
			report.write("growth.md");
		}
	}

	private static int[] sizes(String name, String otherwise) {
		return Stream.of(System.getProperty(name, otherwise).split(",")).mapToInt(Integer::parseInt).toArray();
	}

	private void onPostgres(HikariDataSource dataSource) throws SQLException {
		execute(dataSource, JdbcIdempotencySchema.script("postgresql", TABLE));
		IdempotencyRepository repository = new JdbcIdempotencyRepository(dataSource, TABLE, Duration.ofSeconds(30));
		measure(repository);
		int filled = 0;
		for (int size : POSTGRES_SIZES) {
			execute(dataSource,
					"""
							insert into %s (token, created_at, lease_until, expires_at, completed_at, status, id, fingerprint,
								operation, response)
							select n, now.ms, 0, now.ms + 86400000, now.ms, 201, sha256(('id' || n)::bytea),
								sha256(('fingerprint' || n)::bytea), 'payment-controller-create', decode(repeat('61', 400), 'hex')
							from generate_series(%d, %d) n, (select (extract(epoch from now()) * 1000)::bigint as ms) now;
							vacuum analyze %s;
							checkpoint
							"""
						.formatted(TABLE, filled + 1, size, TABLE));
			filled = size;
			report("PostgreSQL", size, repository);
		}
	}

	private static void execute(HikariDataSource dataSource, String statements) throws SQLException {
		try (Connection connection = dataSource.getConnection(); Statement statement = connection.createStatement()) {
			for (String each : statements.split(";", -1)) {
				statement.execute(each);
			}
		}
	}

	private void onRedis(RedisProcess redis) {
		RedisClient client = RedisClient.create(RedisURI.create(RedisProcess.HOST, redis.port()));
		LettuceConnectionFactory connections = new LettuceConnectionFactory(RedisProcess.HOST, redis.port());
		connections.afterPropertiesSet();
		connections.start();
		try (StatefulRedisConnection<byte[], byte[]> connection = client.connect(ByteArrayCodec.INSTANCE);
				RedisIdempotencyRepository repository = new RedisIdempotencyRepository(connections, "idempotency:",
						Duration.ofSeconds(30))) {
			measure(repository);
			int filled = 0;
			for (int size : REDIS_SIZES) {
				for (; filled < size; filled += FILLED_AT_ONCE) {
					connection.sync()
						.eval(FILL.getBytes(StandardCharsets.UTF_8), ScriptOutputType.INTEGER,
								new byte[][] { "idempotency:".getBytes(StandardCharsets.UTF_8) },
								Integer.toString(filled).getBytes(StandardCharsets.UTF_8), new byte[480]);
				}
				report("Redis", size, repository);
			}
		}
		finally {
			connections.destroy();
			client.shutdown();
		}
	}

	private void report(String store, int size, IdempotencyRepository repository) {
		Phase phase = measure(repository);
		this.report.line("| %s, %,d | %,d | %.0f | %.0f | %.0f | %.0f |", store, size, phase.claims().getTotalCount(),
				micros(phase.claims(), 50), micros(phase.claims(), 99), micros(phase.replays(), 50),
				micros(phase.replays(), 99));
		logger.info("{} {}: {}", store, size, phase.claims().getValueAtPercentile(50));
	}

	private static double micros(Histogram times, double percentile) {
		return times.getValueAtPercentile(percentile) / 1e3;
	}

	private Phase measure(IdempotencyRepository repository) {
		Phase phase = new Phase(histogram(), histogram());
		long end = System.nanoTime() + PHASE.toNanos();
		while (System.nanoTime() < end) {
			RecordId id = RecordId.of("benchmark", "", new IdempotencyKey(UUID.randomUUID().toString()));
			Claim claim = claim(id);
			phase.claims().recordValue(timed(repository, claim, ClaimResult.Acquired.class));
			repository.complete(id, claim.token(), new RecordedResponse(201, new byte[400]));
			phase.replays().recordValue(timed(repository, claim(id), ClaimResult.Existing.class));
		}
		return phase;
	}

	private static Histogram histogram() {
		return new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
	}

	private Claim claim(RecordId id) {
		return new Claim(id, ++this.tokens, "payment-controller-create", Fingerprint.of(id.toBytes()),
				Duration.ofSeconds(30), TTL, null);
	}

	private static long timed(IdempotencyRepository repository, Claim claim, Class<? extends ClaimResult> expected) {
		long start = System.nanoTime();
		ClaimResult result = repository.claim(claim);
		long nanos = System.nanoTime() - start;
		if (!expected.isInstance(result)) {
			throw new IllegalStateException("The claim was answered by " + result);
		}
		return nanos;
	}

	/**
	 * What was measured.
	 *
	 * @param claims nanoseconds of claims of new keys
	 * @param replays nanoseconds of claims of completed keys
	 */
	private record Phase(Histogram claims, Histogram replays) {
	}

}

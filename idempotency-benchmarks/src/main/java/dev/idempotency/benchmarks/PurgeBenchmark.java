package dev.idempotency.benchmarks;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

import com.zaxxer.hikari.HikariDataSource;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.engine.IdempotencyListener;
import dev.idempotency.engine.RecordPurger;
import dev.idempotency.repository.Claim;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.RecordedResponse;
import dev.idempotency.repository.jdbc.JdbcIdempotencyRepository;
import dev.idempotency.repository.jdbc.JdbcIdempotencySchema;

/**
 * How long claims take on PostgreSQL before, while and after a million expired records
 * are purged by two nodes, with the purge's default batches.
 */
public final class PurgeBenchmark {

	private static final String TABLE = "idempotency_record";

	private static final Duration PHASE = Duration.ofSeconds(Integer.getInteger("seconds", 20));

	private static final int ROWS = Integer.getInteger("rows", 1_000_000);

	private static final int CLIENTS = Integer.getInteger("clients", 4);

	private static final int NODES = 2;

	private static final int BATCH_SIZE = 1000;

	private final AtomicLong tokens = new AtomicLong();

	private final AtomicLong purged = new AtomicLong();

	private final Report report;

	private final HikariDataSource dataSource;

	private final JdbcIdempotencyRepository repository;

	private PurgeBenchmark(HikariDataSource dataSource, String server) {
		this.report = new Report("Claims while expired records are purged", PurgeBenchmark.class, server);
		this.dataSource = dataSource;
		this.repository = new JdbcIdempotencyRepository(dataSource, TABLE, Duration.ofSeconds(30));
	}

	/**
	 * Runs the benchmark. The system properties {@code rows}, {@code seconds} (of the
	 * phases before and after) and {@code clients} change its size.
	 * @param args not used
	 * @throws Exception if it fails
	 */
	public static void main(String[] args) throws Exception {
		try (PostgresProcess postgres = PostgresProcess.start(Map.of("synchronous_commit", "on"));
				HikariDataSource dataSource = postgres.dataSource(CLIENTS + NODES)) {
			new PurgeBenchmark(dataSource, postgres.version()).run();
		}
	}

	private void run() throws Exception {
		execute(JdbcIdempotencySchema.script("postgresql", TABLE));
		fill();
		measure(after(Duration.ofSeconds(5)));
		this.report.line("%,d expired rows; %d clients claim and complete, one key after the other;"
				+ " %d nodes purge batches of %d.", ROWS, CLIENTS, NODES, BATCH_SIZE);
		this.report.line("");
		this.report.line("| phase | seconds | claims | p50 ms | p99 ms | p99.9 ms | max ms |");
		this.report.line("|---|---|---|---|---|---|---|");
		report("before", after(PHASE));
		List<RecordPurger> nodes = new ArrayList<>();
		for (int i = 0; i < NODES; i++) {
			nodes.add(new RecordPurger(this.repository, Duration.ofMillis(100), BATCH_SIZE, new Counter()));
		}
		report("purge", () -> this.purged.get() < ROWS);
		nodes.forEach(RecordPurger::close);
		report("after", after(PHASE));
		this.report.line("");
		this.report.line("%,d rows were purged, %,d expired rows were left.", this.purged.get(), expiredRows());
		this.report.write("purge.md");
	}

	private void fill() throws SQLException {
		execute("""
				insert into %s (token, created_at, lease_until, expires_at, completed_at, status, id, fingerprint,
					operation, response)
				select n, n, n, n, n, 201, sha256(('id' || n)::bytea), sha256(('fingerprint' || n)::bytea),
					'payment-controller-create', decode(repeat('61', 400), 'hex')
				from generate_series(1, %d) n;
				vacuum analyze %s
				""".formatted(TABLE, ROWS, TABLE));
	}

	private void execute(String statements) throws SQLException {
		try (Connection connection = this.dataSource.getConnection();
				Statement statement = connection.createStatement()) {
			for (String each : statements.split(";", -1)) {
				statement.execute(each);
			}
		}
	}

	private long expiredRows() throws SQLException {
		try (Connection connection = this.dataSource.getConnection();
				Statement statement = connection.createStatement();
				ResultSet count = statement.executeQuery(
						"select count(*) from " + TABLE + " where expires_at <= " + System.currentTimeMillis())) {
			count.next();
			return count.getLong(1);
		}
	}

	private static BooleanSupplier after(Duration duration) {
		long end = System.nanoTime() + duration.toNanos();
		return () -> System.nanoTime() < end;
	}

	private void report(String phase, BooleanSupplier goesOn) throws ExecutionException, InterruptedException {
		long start = System.nanoTime();
		Histogram claims = measure(goesOn);
		this.report.line("| %s | %.1f | %,d | %.2f | %.2f | %.2f | %.2f |", phase, (System.nanoTime() - start) / 1e9,
				claims.getTotalCount(), millis(claims.getValueAtPercentile(50)),
				millis(claims.getValueAtPercentile(99)), millis(claims.getValueAtPercentile(99.9)),
				millis(claims.getMaxValue()));
	}

	private static double millis(long nanos) {
		return nanos / 1e6;
	}

	private Histogram measure(BooleanSupplier goesOn) throws ExecutionException, InterruptedException {
		Histogram claims = new ConcurrentHistogram(TimeUnit.MINUTES.toNanos(1), 3);
		ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
		try {
			List<Future<?>> running = new ArrayList<>();
			for (int i = 0; i < CLIENTS; i++) {
				running.add(clients.submit(() -> {
					while (goesOn.getAsBoolean()) {
						claims.recordValue(claimAndComplete());
					}
				}));
			}
			for (Future<?> client : running) {
				client.get();
			}
		}
		finally {
			clients.shutdown();
		}
		return claims;
	}

	private long claimAndComplete() {
		RecordId id = RecordId.of("benchmark", "", new IdempotencyKey(UUID.randomUUID().toString()));
		long token = this.tokens.incrementAndGet();
		Claim claim = new Claim(id, token, "payment-controller-create", Fingerprint.of(id.toBytes()),
				Duration.ofSeconds(30), Duration.ofHours(24), null);
		long start = System.nanoTime();
		this.repository.claim(claim);
		long nanos = System.nanoTime() - start;
		this.repository.complete(id, token, new RecordedResponse(201, new byte[400]));
		return nanos;
	}

	/**
	 * Counts the purged records of all nodes.
	 */
	private final class Counter implements IdempotencyListener {

		@Override
		public void onPurge(int count) {
			PurgeBenchmark.this.purged.addAndGet(count);
		}

	}

}

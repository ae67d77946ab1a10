package dev.idempotency.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;

import dev.idempotency.benchmarks.Load.Result;

/**
 * What becomes of throughput, latency and memory with more clients and with larger
 * responses.
 */
public final class ScaleBenchmark {

	private static final Logger logger = LoggerFactory.getLogger(ScaleBenchmark.class);

	private static final Duration TURN = Duration.ofSeconds(Integer.getInteger("seconds", 10));

	private static final Duration WARM_UP = Duration.ofSeconds(Integer.getInteger("warm-up", 60));

	private static final int[] CLIENTS = { 1, 16, 64, 256 };

	private static final int[] SIZES = { 300, 10_000, 1_000_000 };

	private static final int CLIENTS_OF_SIZES = 4;

	private final Report report;

	private ScaleBenchmark(Report report) {
		this.report = report;
	}

	/**
	 * Runs the benchmark. The system properties {@code seconds} (of each measurement) and
	 * {@code warm-up} (seconds) change its size.
	 * @param args not used
	 * @throws Exception if it fails
	 */
	public static void main(String[] args) throws Exception {
		try (RedisProcess redis = RedisProcess.start();
				PostgresProcess postgres = PostgresProcess.start(PostgresProcess.DURABLE);
				ServerProcess onRedis = ServerProcess
					.start(List.of("spring.autoconfigure.exclude=" + DataSourceAutoConfiguration.class.getName(),
							"spring.data.redis.host=" + RedisProcess.HOST, "spring.data.redis.port=" + redis.port(),
							"idempotency.repository=redis"));
				ServerProcess onPostgres = ServerProcess
					.start(List.of("spring.datasource.url=" + PostgresProcess.url(postgres.port()),
							"idempotency.jdbc.initialize-schema=always", "idempotency.repository=jdbc"))) {
			Report report = new Report("More clients, larger responses", ScaleBenchmark.class,
					postgres.version() + " (with fsync) and " + redis.version());
			ScaleBenchmark benchmark = new ScaleBenchmark(report);
			report
				.line("Clients without pauses on loopback, new keys only. Heap used is after a collection, of 256 MB.");
			report.line("");
			report.line(
					"| store | clients | response | requests | requests/s | p50 ms | p99 ms | heap used before, after |");
			report.line("|---|---|---|---|---|---|---|---|");
			benchmark.run("Redis", onRedis);
			benchmark.run("PostgreSQL", onPostgres);
			report.write("scale.md");
		}
	}

	private void run(String store, ServerProcess server) throws Exception {
		try (Load load = new Load(CLIENTS[CLIENTS.length - 1], Stream::empty)) {
			load.run(server, "/sized?size=300", Load::newKeys, WARM_UP);
		}
		for (int clients : CLIENTS) {
			measure(store, server, clients, SIZES[0]);
		}
		for (int size : SIZES) {
			measure(store, server, CLIENTS_OF_SIZES, size);
		}
	}

	private void measure(String store, ServerProcess server, int clients, int size) throws Exception {
		try (Load load = new Load(clients, Stream::empty); Connection control = new Connection(server.port())) {
			long before = control.number("/used");
			Result result = load.run(server, "/sized?size=" + size, Load::newKeys, TURN);
			long after = control.number("/used");
			this.report.line("| %s | %d | %,d B | %,.0f | %,.0f | %.2f | %.2f | %d MB, %d MB |", store, clients, size,
					result.rate() * TURN.toSeconds(), result.rate(), result.p50(), result.p99(), before >> 20,
					after >> 20);
			logger.info("{} {} {}: {}", store, clients, size, result);
		}
	}

}

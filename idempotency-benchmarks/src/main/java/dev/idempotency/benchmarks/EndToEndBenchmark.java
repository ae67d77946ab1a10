package dev.idempotency.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;

import dev.idempotency.benchmarks.Load.Result;

/**
 * What a request costs from end to end, beside the same handler without protection and
 * beside a filter that makes the same round trips and nothing else.
 * <p>
 * All contenders run in each round, one after the other, and ratios are those of one
 * round: what the machine does meanwhile hits all of them.
 */
public final class EndToEndBenchmark {

	private static final Logger logger = LoggerFactory.getLogger(EndToEndBenchmark.class);

	private static final int ROUNDS = Integer.getInteger("rounds", 7);

	private static final Duration TURN = Duration.ofSeconds(Integer.getInteger("seconds", 3));

	private static final Duration WARM_UP = Duration.ofSeconds(Integer.getInteger("warm-up", 60));

	/** So that no contender's code is compiled while another one has long been. */
	private static final int WARM_UP_TURNS = 4;

	private static final int CLIENTS = Integer.getInteger("clients", 8);

	private static final List<Contender> CONTENDERS = Stream.of(Contender.values())
		.filter((contender) -> contender.name().matches(System.getProperty("contenders", ".*")))
		.toList();

	private static final int REPLAYED_KEYS = 500;

	private final Map<Contender, ServerProcess> servers = new EnumMap<>(Contender.class);

	private final Map<Contender, List<Result>> results = new EnumMap<>(Contender.class);

	private final Map<Contender, List<String>> recorded = new EnumMap<>(Contender.class);

	private final String stores;

	private EndToEndBenchmark(String stores) {
		this.stores = stores;
	}

	/**
	 * Runs the benchmark. The system properties {@code rounds}, {@code seconds} (of each
	 * contender's turn in a round), {@code warm-up} (seconds) and {@code clients} change
	 * its size, {@code contenders} (a regular expression) selects some.
	 * @param args not used
	 * @throws Exception if it fails
	 */
	public static void main(String[] args) throws Exception {
		try (RedisProcess redis = RedisProcess.start();
				EmbeddedPostgres postgres = EmbeddedPostgres.builder()
					.setServerConfig("fsync", System.getProperty("fsync", "on"))
					.setServerConfig("synchronous_commit", "on")
					.setServerConfig("full_page_writes", "on")
					.start()) {
			String withoutDatabase = "spring.autoconfigure.exclude=" + DataSourceAutoConfiguration.class.getName();
			List<String> onRedis = List.of(withoutDatabase, "spring.data.redis.host=" + RedisProcess.HOST,
					"spring.data.redis.port=" + redis.port());
			List<String> onPostgres = List.of("spring.datasource.url=" + postgres.getJdbcUrl("postgres", "postgres"),
					"idempotency.jdbc.initialize-schema=always");
			try (ServerProcess bare = ServerProcess.start(List.of(withoutDatabase, "idempotency.enabled=false"));
					ServerProcess unused = ServerProcess
						.start(List.of(withoutDatabase, "idempotency.repository=memory"));
					ServerProcess redisFloor = ServerProcess
						.start(with(onRedis, "idempotency.enabled=false", "floor=redis"));
					ServerProcess postgresFloor = ServerProcess
						.start(with(onPostgres, "idempotency.enabled=false", "floor=postgres"));
					ServerProcess memory = ServerProcess.start(List.of(withoutDatabase, "idempotency.repository=memory",
							"idempotency.memory.max-records=10000000"));
					ServerProcess redisServer = ServerProcess.start(with(onRedis, "idempotency.repository=redis"));
					ServerProcess jdbc = ServerProcess.start(with(onPostgres, "idempotency.repository=jdbc"))) {
				EndToEndBenchmark benchmark = new EndToEndBenchmark(version(postgres) + " and " + redis.version());
				benchmark.servers.putAll(Map.of(Contender.BARE, bare, Contender.UNANNOTATED, unused));
				benchmark.servers
					.putAll(Map.of(Contender.REDIS_FLOOR, redisFloor, Contender.REDIS_FLOOR_REPLAY, redisFloor));
				benchmark.servers.putAll(Map.of(Contender.REDIS, redisServer, Contender.REDIS_REPLAY, redisServer));
				benchmark.servers
					.putAll(Map.of(Contender.JDBC_FLOOR, postgresFloor, Contender.JDBC_FLOOR_REPLAY, postgresFloor));
				benchmark.servers.putAll(Map.of(Contender.JDBC, jdbc, Contender.JDBC_REPLAY, jdbc));
				benchmark.servers
					.putAll(Map.of(Contender.BARE_TRANSACTION, postgresFloor, Contender.TRANSACTION, jdbc));
				benchmark.servers.putAll(Map.of(Contender.MEMORY, memory, Contender.MEMORY_REPLAY, memory));
				benchmark.run();
			}
		}
	}

	private static String version(EmbeddedPostgres server) throws SQLException {
		try (java.sql.Connection connection = server.getPostgresDatabase().getConnection()) {
			return "PostgreSQL " + connection.getMetaData().getDatabaseProductVersion();
		}
	}

	private static List<String> with(List<String> properties, String... more) {
		List<String> all = new ArrayList<>(properties);
		all.addAll(List.of(more));
		return all;
	}

	private void run() throws Exception {
		try (Load load = new Load(CLIENTS)) {
			for (Contender contender : CONTENDERS) {
				record(contender);
			}
			for (int turn = 0; turn < WARM_UP_TURNS; turn++) {
				for (Contender contender : CONTENDERS) {
					measure(load, contender, WARM_UP.dividedBy(WARM_UP_TURNS));
				}
			}
			for (int round = 0; round < ROUNDS; round++) {
				for (Contender contender : CONTENDERS) {
					Result result = measure(load, contender, TURN);
					this.results.computeIfAbsent(contender, (key) -> new ArrayList<>()).add(result);
					logger.info("{} {}: {}", round, contender, result);
				}
			}
		}
		report();
	}

	private void record(Contender contender) throws IOException {
		List<String> keys = new ArrayList<>();
		if (contender.replays) {
			Supplier<String> newKeys = Load.newKeys();
			try (Connection connection = new Connection(server(contender).port())) {
				for (int i = 0; i < REPLAYED_KEYS; i++) {
					keys.add(newKeys.get());
					connection.pay(contender.path, keys.get(i));
				}
			}
		}
		this.recorded.put(contender, keys);
	}

	private Result measure(Load load, Contender contender, Duration duration) throws Exception {
		return load.run(server(contender), contender.path, () -> keys(contender), duration);
	}

	private Supplier<String> keys(Contender contender) {
		if (!contender.replays) {
			return Load.newKeys();
		}
		List<String> keys = this.recorded.getOrDefault(contender, List.of());
		int[] next = { 0 };
		return () -> keys.get(next[0]++ % keys.size());
	}

	private ServerProcess server(Contender contender) {
		ServerProcess server = this.servers.get(contender);
		if (server == null) {
			throw new IllegalStateException("No server for " + contender);
		}
		return server;
	}

	private void report() throws IOException {
		Report report = new Report("What a request costs", EndToEndBenchmark.class, this.stores);
		report.line("%d clients without pause on loopback, each request a POST of 70 bytes answered with some 300; %d"
				+ " rounds of %d seconds each. Medians of the rounds; a ratio is that of two contenders in the same round. Times of"
				+ " server and Redis are processor time for each request. PostgreSQL has fsync on.", CLIENTS, ROUNDS,
				TURN.toSeconds());
		report.line("");
		report.line(
				"| | requests/s | of the floor | of bare | p50 ms | p99 ms | µs of the server | µs of Redis | bytes allocated |");
		report.line("|---|---|---|---|---|---|---|---|---|");
		for (Contender contender : CONTENDERS) {
			report.line("| %s | %,.0f | %s | %s | %.2f | %.2f | %.0f | %s | %,.0f |", contender.title,
					median(contender, Result::rate), describeRatio(contender, contender.floor()),
					describeRatio(contender, Contender.BARE), median(contender, Result::p50),
					median(contender, Result::p99), median(contender, Result::server), describeStore(contender),
					median(contender, Result::allocated));
		}
		report.line("");
		report.line("![Throughput as a ratio to that of the floor](requests.svg)");
		chart().write(report.write("requests.md").resolveSibling("requests.svg"));
	}

	private BarChart chart() {
		BarChart chart = new BarChart(
				"Throughput, as a ratio to that of the floor (transactional: of the bare payment)");
		for (Contender contender : CONTENDERS) {
			Contender floor = contender.floor();
			if (floor != Contender.BARE && CONTENDERS.contains(floor)) {
				chart.add(contender.title, ratio(contender, floor));
			}
		}
		return chart;
	}

	private String describeStore(Contender contender) {
		return contender.isOnRedis() ? String.format("%.0f", median(contender, Result::store)) : "";
	}

	private List<Result> results(Contender contender) {
		return this.results.getOrDefault(contender, List.of());
	}

	private double median(Contender contender, ToDoubleFunction<Result> figure) {
		return median(results(contender).stream().mapToDouble(figure).toArray());
	}

	private String describeRatio(Contender contender, Contender other) {
		return (contender == other || !CONTENDERS.contains(other)) ? ""
				: String.format("%.2f", ratio(contender, other));
	}

	private double ratio(Contender contender, Contender other) {
		double[] ratios = new double[ROUNDS];
		for (int i = 0; i < ROUNDS; i++) {
			ratios[i] = results(contender).get(i).rate() / results(other).get(i).rate();
		}
		return median(ratios);
	}

	private static double median(double[] values) {
		Arrays.sort(values);
		return values[values.length / 2];
	}

	/**
	 * What is measured, in the order of the report.
	 */
	private enum Contender {

		BARE("handler without protection", "/bare", false),

		UNANNOTATED("ours, handler without annotation", "/bare", false),

		REDIS_FLOOR("Redis, floor", "/floor", false),

		REDIS("Redis, ours", "/ours", false),

		REDIS_FLOOR_REPLAY("Redis, floor, replay", "/floor", true),

		REDIS_REPLAY("Redis, ours, replay", "/ours", true),

		JDBC_FLOOR("PostgreSQL, floor", "/floor", false),

		JDBC("PostgreSQL, ours", "/ours", false),

		JDBC_FLOOR_REPLAY("PostgreSQL, floor, replay", "/floor", true),

		JDBC_REPLAY("PostgreSQL, ours, replay", "/ours", true),

		BARE_TRANSACTION("PostgreSQL, a payment in a transaction", "/bare-transaction", false),

		TRANSACTION("PostgreSQL, the same, ours, transactional", "/ours-transaction", false),

		MEMORY("memory, ours", "/ours", false),

		MEMORY_REPLAY("memory, ours, replay", "/ours", true);

		private final String title;

		private final String path;

		private final boolean replays;

		Contender(String title, String path, boolean replays) {
			this.title = title;
			this.path = path;
			this.replays = replays;
		}

		/**
		 * Returns whether the store is a process whose time is known: PostgreSQL makes
		 * itself independent of who starts it.
		 */
		boolean isOnRedis() {
			return name().startsWith("REDIS");
		}

		/**
		 * Returns what does the same without the rest.
		 */
		Contender floor() {
			return switch (this) {
				case REDIS -> REDIS_FLOOR;
				case REDIS_REPLAY -> REDIS_FLOOR_REPLAY;
				case JDBC -> JDBC_FLOOR;
				case JDBC_REPLAY -> JDBC_FLOOR_REPLAY;
				case TRANSACTION -> BARE_TRANSACTION;
				default -> BARE;
			};
		}

	}

}

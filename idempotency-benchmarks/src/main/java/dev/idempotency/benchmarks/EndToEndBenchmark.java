package dev.idempotency.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

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

	private static final String FSYNC = System.getProperty("fsync", "on");

	private static final int REPLAYED_KEYS = 500;

	/** Of one size, of whose costs for a request the least is taken. */
	private static final int COUNTS = 5;

	private static final int COUNTED = 10;

	private final RedisProcess redis;

	private final PostgresProcess postgres;

	private final Map<Application, ServerProcess> servers = new EnumMap<>(Application.class);

	private final Map<Contender, List<Result>> results = new EnumMap<>(Contender.class);

	private final Map<Contender, List<String>> recorded = new EnumMap<>(Contender.class);

	private final Map<Contender, Double> roundTrips = new EnumMap<>(Contender.class);

	private EndToEndBenchmark(RedisProcess redis, PostgresProcess postgres) {
		this.redis = redis;
		this.postgres = postgres;
	}

	/**
	 * Runs the benchmark. The system properties {@code rounds}, {@code seconds} (of each
	 * contender's turn in a round), {@code warm-up} (seconds) and {@code clients} change
	 * its size, {@code contenders} (a regular expression) selects some. {@code fsync} is
	 * that of PostgreSQL ({@code on} or {@code off}), and {@code server-options} are more
	 * options of the servers' JVM.
	 * @param args not used
	 * @throws Exception if it fails
	 */
	public static void main(String[] args) throws Exception {
		Map<String, String> settings = new HashMap<>(PostgresProcess.DURABLE);
		settings.put("fsync", FSYNC);
		try (RedisProcess redis = RedisProcess.start(); PostgresProcess postgres = PostgresProcess.start(settings)) {
			EndToEndBenchmark benchmark = new EndToEndBenchmark(redis, postgres);
			try {
				benchmark.run();
			}
			finally {
				benchmark.servers.values().forEach(ServerProcess::close);
			}
		}
	}

	private void run() throws Exception {
		countRoundTrips();
		try (Load load = new Load(CLIENTS, () -> Stream.concat(RedisProcess.processes(), this.postgres.processes()))) {
			for (Contender contender : CONTENDERS) {
				if (!this.servers.containsKey(contender.application)) {
					this.servers.put(contender.application,
							contender.application.start(this.redis.port(), this.postgres.port()));
				}
				this.recorded.put(contender, record(server(contender), contender));
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

	/**
	 * Counts before anything else, and with servers of its own: what counts costs time.
	 */
	private void countRoundTrips() throws IOException {
		for (Application application : Application.values()) {
			List<Contender> ours = CONTENDERS.stream()
				.filter((contender) -> contender.application == application)
				.toList();
			if (ours.isEmpty()) {
				continue;
			}
			try (Relay toRedis = new Relay(this.redis.port());
					Relay toPostgres = new Relay(this.postgres.port());
					ServerProcess server = application.start(toRedis.port(), toPostgres.port())) {
				for (Contender contender : ours) {
					this.roundTrips.put(contender,
							roundTrips(server, contender, () -> toRedis.roundTrips() + toPostgres.roundTrips()));
				}
			}
		}
	}

	private static double roundTrips(ServerProcess server, Contender contender, LongSupplier counter)
			throws IOException {
		Supplier<String> keys = contender.keys(record(server, contender));
		long least = Long.MAX_VALUE;
		try (Connection connection = new Connection(server.port())) {
			for (int i = 0; i < COUNTS; i++) {
				long before = counter.getAsLong();
				for (int j = 0; j < COUNTED; j++) {
					connection.pay(contender.path, keys.get());
				}
				least = Math.min(least, counter.getAsLong() - before);
			}
		}
		return (double) least / COUNTED;
	}

	/**
	 * Makes the payments that a contender repeats.
	 */
	private static List<String> record(ServerProcess server, Contender contender) throws IOException {
		List<String> keys = new ArrayList<>();
		if (contender.replays) {
			Supplier<String> newKeys = Load.newKeys();
			try (Connection connection = new Connection(server.port())) {
				for (int i = 0; i < REPLAYED_KEYS; i++) {
					keys.add(newKeys.get());
					connection.pay(contender.path, keys.get(i));
				}
			}
		}
		return keys;
	}

	private Result measure(Load load, Contender contender, Duration duration) throws Exception {
		List<String> keys = this.recorded.getOrDefault(contender, List.of());
		return load.run(server(contender), contender.path, () -> contender.keys(keys), duration);
	}

	private ServerProcess server(Contender contender) {
		ServerProcess server = this.servers.get(contender.application);
		if (server == null) {
			throw new IllegalStateException("No server for " + contender);
		}
		return server;
	}

	private void report() throws Exception {
		Report report = new Report("What a request costs", EndToEndBenchmark.class,
				this.postgres.version() + " and " + this.redis.version());
		report.line("%d clients without pauses on loopback; each request is a POST of 70 bytes, answered with some 300."
				+ " Medians of %d rounds of %d seconds; a ratio compares two contenders in the same round. Round trips"
				+ " to the store and processor times are per request. PostgreSQL has fsync %s.", CLIENTS, ROUNDS,
				TURN.toSeconds(), FSYNC);
		report.line("");
		report.line("| | requests/s | of the floor | of bare | p50 ms | p99 ms | round trips | µs of the server"
				+ " | µs of the store | bytes allocated |");
		report.line("|---|---|---|---|---|---|---|---|---|---|");
		for (Contender contender : CONTENDERS) {
			report.line("| %s | %,.0f | %s | %s | %.2f | %.2f | %.0f | %.0f | %s | %,.0f |", contender.title,
					median(contender, Result::rate), describeRatio(contender, contender.floor()),
					describeRatio(contender, Contender.BARE), median(contender, Result::p50),
					median(contender, Result::p99), this.roundTrips.getOrDefault(contender, 0.0),
					median(contender, Result::server), describeStore(contender), median(contender, Result::allocated));
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
		return contender.application.hasStore() ? String.format("%.0f", median(contender, Result::store)) : "";
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

		BARE("handler without protection", Application.BARE, "/bare", false),

		UNANNOTATED("ours, handler without annotation", Application.UNUSED, "/bare", false),

		REDIS_FLOOR("Redis, floor", Application.REDIS_FLOOR, "/floor", false),

		REDIS("Redis, ours", Application.REDIS, "/ours", false),

		REDIS_FLOOR_REPLAY("Redis, floor, replay", Application.REDIS_FLOOR, "/floor", true),

		REDIS_REPLAY("Redis, ours, replay", Application.REDIS, "/ours", true),

		JDBC_FLOOR("PostgreSQL, floor", Application.JDBC_FLOOR, "/floor", false),

		JDBC("PostgreSQL, ours", Application.JDBC, "/ours", false),

		JDBC_FLOOR_REPLAY("PostgreSQL, floor, replay", Application.JDBC_FLOOR, "/floor", true),

		JDBC_REPLAY("PostgreSQL, ours, replay", Application.JDBC, "/ours", true),

		BARE_TRANSACTION("PostgreSQL, a payment in a transaction", Application.JDBC_FLOOR, "/bare-transaction", false),

		TRANSACTION("PostgreSQL, the same, ours, transactional", Application.JDBC, "/ours-transaction", false),

		MEMORY("memory, ours", Application.MEMORY, "/ours", false),

		MEMORY_REPLAY("memory, ours, replay", Application.MEMORY_REPLAY, "/ours", true);

		private final String title;

		private final Application application;

		private final String path;

		private final boolean replays;

		Contender(String title, Application application, String path, boolean replays) {
			this.title = title;
			this.application = application;
			this.path = path;
			this.replays = replays;
		}

		/**
		 * Returns the keys of one client.
		 * @param recorded those that were used already, if it repeats them
		 */
		Supplier<String> keys(List<String> recorded) {
			if (!this.replays) {
				return Load.newKeys();
			}
			int[] next = { 0 };
			return () -> recorded.get(next[0]++ % recorded.size());
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

	/**
	 * The servers that are started, each for the contenders that do not disturb each
	 * other's code.
	 */
	private enum Application {

		BARE("idempotency.enabled=false"),

		UNUSED("idempotency.repository=memory"),

		/** Whose records would fill the heap of a server that runs for minutes. */
		MEMORY("idempotency.repository=memory", "idempotency.memory.max-records=10000000", "idempotency.ttl=5s",
				"idempotency.jdbc.purge.interval=1s"),

		MEMORY_REPLAY("idempotency.repository=memory"),

		REDIS_FLOOR("idempotency.enabled=false", "floor=redis"),

		REDIS("idempotency.repository=redis"),

		JDBC_FLOOR("idempotency.enabled=false", "floor=postgres"),

		JDBC("idempotency.repository=jdbc", "idempotency.jdbc.initialize-schema=always");

		@SuppressWarnings("ImmutableEnumChecker") // Made by List.of
		private final List<String> properties;

		Application(String... properties) {
			this.properties = List.of(properties);
		}

		boolean hasStore() {
			return isOnRedis() || isOnPostgres();
		}

		private boolean isOnRedis() {
			return this == REDIS_FLOOR || this == REDIS;
		}

		private boolean isOnPostgres() {
			return this == JDBC_FLOOR || this == JDBC;
		}

		ServerProcess start(int redisPort, int postgresPort) throws IOException {
			List<String> all = new ArrayList<>(this.properties);
			if (isOnRedis()) {
				all.add("spring.data.redis.host=" + RedisProcess.HOST);
				all.add("spring.data.redis.port=" + redisPort);
			}
			all.add(isOnPostgres() ? "spring.datasource.url=" + PostgresProcess.url(postgresPort)
					: "spring.autoconfigure.exclude=" + DataSourceAutoConfiguration.class.getName());
			return ServerProcess.start(all);
		}

	}

}

package dev.idempotency.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.FileSystemUtils;

import dev.idempotency.faults.Checker.Violation;
import dev.idempotency.test.Ports;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two applications, a real store and clients that do not give up, while all of them fail
 * at random moments. System properties make a run longer or repeat it:
 * {@code faults.duration}, {@code faults.setups} and {@code faults.seed}.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Needs signals")
class FaultTests {

	private static final Logger logger = LoggerFactory.getLogger(FaultTests.class);

	/** What clients may need when nothing is wrong any more. */
	private static final Duration PATIENCE = Setup.LEASE.plus(Setup.slow(Setup.LEASE)).plusSeconds(10);

	private static final Duration PATIENCE_WITH_ONE = Duration.ofMillis(50);

	/** Of operations without trouble, so many are sent again in the end. */
	private static final int SAMPLE = 500;

	private static final int REPORTED_VIOLATIONS = 10;

	private static final Path REPORTS = Path.of("target", "faults");

	static List<Setup> setups() {
		String names = System.getProperty("faults.setups", Setup.POSTGRESQL_LEASE + "," + Setup.REDIS_LEASE);
		return Stream.of(Setup.values())
			.filter((setup) -> Arrays.asList(names.split(",")).contains(setup.toString()))
			.toList();
	}

	@ParameterizedTest
	@MethodSource("setups")
	@DisplayName("5 faults at random moments: each operation has one answer, and its effect once unless abandoned")
	void survives(Setup setup, @TempDir Path directory) throws Exception {
		long seed = Long.getLong("faults.seed", ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE));
		Duration duration = DurationStyle.detectAndParse(System.getProperty("faults.duration", "10s"));
		logger.info("Faults for {} on {}; to repeat: -Dfaults.setups={} -Dfaults.seed={}", duration, setup, setup,
				seed);
		Path logs = REPORTS.resolve(setup.toString());
		FileSystemUtils.deleteRecursively(logs);
		Files.createDirectories(logs);
		try (Store store = setup.start(Ports.free(), directory);
				History history = new History(REPORTS.resolve(setup + ".history"), setup.isTransactional())) {
			String effects = setup.effects(store);
			Effects.create(effects);
			try (Node first = new Node("first", setup, store, effects, logs);
					Node second = new Node("second", setup, store, effects, logs)) {
				List<Node> nodes = List.of(first.awaitStart(), second.awaitStart());
				Summary summary = new Summary(setup, seed, duration, history);
				Checker checker = run(summary, nodes, store, history, effects, logs);
				Files.writeString(REPORTS.resolve(setup + ".md"), summary.toString());
				logger.info("{}", summary);
				assertThat(describe(checker, history, logs)).as("Violations, seed %d", seed).isEmpty();
			}
		}
	}

	private static Checker run(Summary summary, List<Node> nodes, Store store, History history, String effects,
			Path logs) throws Exception {
		try (Clients clients = new Clients(nodes, Kind::any, history);
				Faults faults = new Faults(summary.setup(), summary.seed(), nodes, store, clients, history)) {
			clients.start(summary.seed());
			faults.run(summary.duration());
			history.note("All faults are over");
			boolean finished = clients.finish(PATIENCE) && sendAgain(clients, sample(history));
			history.note(finished ? "All operations are answered" : "Some operations are not answered");
			Checker checker = new Checker(summary.setup().isTransactional(), faults.windows(), Logs.of(logs));
			check(checker, history, effects);
			summary.complete(faults, Logs.of(logs), checker);
			return checker;
		}
	}

	private static boolean sendAgain(Clients clients, List<Operation> operations) throws Exception {
		return clients.sendAgain(operations, PATIENCE.plus(PATIENCE_WITH_ONE.multipliedBy(operations.size())));
	}

	static List<Operation> sample(History history) {
		List<Operation> sample = new ArrayList<>();
		int untroubled = 0;
		for (Operation operation : history.operations()) {
			if (operation.isTroubled() || untroubled++ < SAMPLE) {
				sample.add(operation);
			}
		}
		return sample;
	}

	private static void check(Checker checker, History history, String effects) throws SQLException {
		Effects.read(effects, (key, rows) -> {
			Operation operation = history.byKey().get(key);
			if (operation != null) {
				checker.check(operation, rows);
			}
			else {
				checker.checkStranger(key);
			}
		});
		for (Operation operation : history.operations()) {
			if (!operation.isChecked()) {
				checker.check(operation, List.of());
			}
		}
	}

	private static List<String> describe(Checker checker, History history, Path logs) throws IOException {
		List<String> lines = new ArrayList<>();
		for (Violation violation : checker.violations().stream().limit(REPORTED_VIOLATIONS).toList()) {
			lines.add("Operation " + violation.key() + " " + violation.what());
			lines.addAll(history.of(violation.key()));
			lines.addAll(Logs.of(violation.key(), logs));
		}
		return lines;
	}

}

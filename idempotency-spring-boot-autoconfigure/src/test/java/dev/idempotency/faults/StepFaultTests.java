package dev.idempotency.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
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
 * Operations of three steps, whose processes are killed at every boundary of them and at
 * random moments. The properties are those of {@link FaultTests}; without any it is a few
 * of these moments on one setup.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Needs signals")
class StepFaultTests {

	private static final Logger logger = LoggerFactory.getLogger(StepFaultTests.class);

	private static final Duration PATIENCE = Setup.LEASE.multipliedBy(3).plusSeconds(10);

	/** Before, in and after each of the steps. */
	private static final int MOMENTS = 2 * Provider.STEPS + 1;

	private static final int LONGEST_LIFE_MILLIS = 1500;

	private static final int REPORTED_VIOLATIONS = 10;

	private static final Path REPORTS = Path.of("target", "faults");

	/** How often a process died at each moment, the last one being any. */
	private final AtomicIntegerArray deaths = new AtomicIntegerArray(MOMENTS + 1);

	static List<Setup> setups() {
		String names = System.getProperty("faults.setups", Setup.POSTGRESQL_LEASE.toString());
		return Stream.of(Setup.POSTGRESQL_LEASE, Setup.REDIS_LEASE)
			.filter((setup) -> Arrays.asList(names.split(",")).contains(setup.toString()))
			.toList();
	}

	@ParameterizedTest
	@MethodSource("setups")
	@DisplayName("9.7 processes killed between steps, in them and at random: each finished step once, all calls under one key")
	void survives(Setup setup, @TempDir Path directory) throws Exception {
		long seed = Long.getLong("faults.seed", ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE));
		Duration duration = DurationStyle.detectAndParse(System.getProperty("faults.duration", "8s"));
		Path logs = REPORTS.resolve("steps-" + setup);
		FileSystemUtils.deleteRecursively(logs);
		Files.createDirectories(logs);
		try (Store store = setup.start(Ports.free(), directory);
				Provider provider = new Provider();
				History history = new History(REPORTS.resolve("steps-" + setup + ".history"), false);
				Node first = new Node("first", setup, store, provider.url(), logs);
				Node second = new Node("second", setup, store, provider.url(), logs);
				Clients clients = new Clients(List.of(first, second), (any) -> Kind.STEPS, history)) {
			first.awaitStart();
			second.awaitStart();
			clients.start(seed);
			killInTurns(List.of(first, second), duration, new Random(seed), history);
			boolean finished = clients.finish(PATIENCE);
			List<Operation> sample = FaultTests.sample(history);
			finished &= clients.sendAgain(sample, PATIENCE.plusMillis(50L * sample.size()));
			StepChecker checker = new StepChecker();
			history.operations().forEach((operation) -> checker.check(operation, provider.events(operation.key())));
			String summary = """
					%s for %s, seed %d: %d operations, %d requests, %d calls of steps, %d of them repeated,
					%d outcomes unknown, deaths at each moment %s, violations %d, all answered: %s""".formatted(setup,
					duration, seed, history.operations().size(), history.requests(), checker.calls(),
					checker.repetitions(), checker.unknown(), this.deaths, checker.violations().size(), finished);
			logger.info(summary);
			Files.writeString(REPORTS.resolve("steps-" + setup + ".md"), summary);
			assertThat(describe(checker, provider, history, logs)).as("Violations, seed %d", seed).isEmpty();
			assertThat(finished).as("All operations are answered").isTrue();
		}
	}

	private void killInTurns(List<Node> nodes, Duration duration, Random random, History history)
			throws InterruptedException {
		long end = System.nanoTime() + duration.toNanos();
		List<Integer> moments = new ArrayList<>();
		do {
			if (moments.isEmpty()) {
				IntStream.rangeClosed(0, MOMENTS).forEach(moments::add);
				Collections.shuffle(moments, random);
			}
			Node victim = nodes.get(random.nextInt(nodes.size()));
			Thread.sleep(random.nextInt(LONGEST_LIFE_MILLIS));
			kill(victim, moments.get(0));
			history.note(victim.name() + " died at moment " + moments.remove(0));
			victim.restart();
		}
		while (System.nanoTime() - end < 0);
	}

	private void kill(Node node, int moment) throws InterruptedException {
		if (moment == MOMENTS) {
			node.kill();
		}
		else {
			node.end(Sabotage.haltAt(moment));
		}
		this.deaths.incrementAndGet(moment);
	}

	private static List<String> describe(StepChecker checker, Provider provider, History history, Path logs)
			throws IOException {
		List<String> lines = new ArrayList<>();
		for (Violation violation : checker.violations().stream().limit(REPORTED_VIOLATIONS).toList()) {
			lines.add("Operation " + violation.key() + " " + violation.what());
			provider.events(violation.key()).forEach((event) -> lines.add(event.toString()));
			lines.addAll(history.of(violation.key()));
			lines.addAll(Logs.of(violation.key(), logs));
		}
		return lines;
	}

}

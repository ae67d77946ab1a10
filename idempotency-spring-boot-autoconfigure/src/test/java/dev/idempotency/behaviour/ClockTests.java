package dev.idempotency.behaviour;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.idempotency.behaviour.app.Executions.Gate;
import dev.idempotency.test.Program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Section 6 of the behaviour: whose clock counts. The clock of the other instance is put
 * forward by the program {@code faketime}; without it there is nothing to see here.
 */
@EnabledIf(value = "canShiftClocks", disabledReason = "faketime is not installed")
class ClockTests {

	private static final String FAKETIME = "faketime";

	static boolean canShiftClocks() {
		return Stream.of(System.getenv("PATH").split(":", -1))
			.anyMatch((directory) -> Files.isExecutable(Path.of(directory, FAKETIME)));
	}

	private static ZonedDateTime date(Answer answer) {
		return ZonedDateTime.parse(answer.header("Date"), DateTimeFormatter.RFC_1123_DATE_TIME);
	}

	@ParameterizedTest
	@EnumSource(names = { "POSTGRESQL", "REDIS" })
	@DisplayName("6.2 an instance whose clock is five hours ahead replays, refuses and lets expire like the others")
	void clocksHoursApart(Store store, @TempDir Path directory) throws IOException {
		List<String> arguments = new ArrayList<>(List.of(TestApplication.class.getName()));
		arguments.addAll(store.properties("clocks"));
		try (TestApplication here = TestApplication.start(store, "clocks");
				Program ahead = Program.start(directory.resolve("ahead.log"), List.of(FAKETIME, "-f", "+5h"),
						System.getProperty("java.class.path"), arguments);
				Together together = new Together()) {
			int there = ahead.port();

			Call claimedHere = ReplayTests.call(here, "/short-lived").json("{}");
			Answer first = claimedHere.send().assertFirst(200);
			claimedHere.sendTo(there).assertReplayOf(first);
			await().until(() -> claimedHere.sendTo(there), (answer) -> !answer.isReplay()).assertFirst(200);

			Call claimedThere = ReplayTests.call(here, "/short-lived").json("{}");
			Answer other = claimedThere.sendTo(there).assertFirst(200);
			assertThat(Duration.between(date(first), date(other))).isGreaterThan(Duration.ofHours(4));
			claimedThere.send().assertReplayOf(other);
			await().until(claimedThere::send, (answer) -> !answer.isReplay()).assertFirst(200);

			Call running = Call.order(here);
			Future<Answer> answer;
			try (Gate gate = running.hold()) {
				answer = together.meanwhile(running::send);
				gate.awaitArrival();
				running.sendTo(there).assertProblem(409, "in-flight");
			}
			Answer order = Together.get(answer).assertFirst(201);
			running.sendTo(there).assertReplayOf(order);
		}
	}

}

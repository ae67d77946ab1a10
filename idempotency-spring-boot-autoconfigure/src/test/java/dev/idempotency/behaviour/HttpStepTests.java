package dev.idempotency.behaviour;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import dev.idempotency.behaviour.app.Executions.Gate;
import dev.idempotency.test.Program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Section 9.7 of the behaviour: steps of operations of HTTP.
 */
class HttpStepTests {

	private static final Map<Store, TestApplication> STARTED = new ConcurrentHashMap<>();

	private static final String LEASE = "idempotency.lease=2s";

	@AfterAll
	static void stop() {
		STARTED.values().forEach(TestApplication::close);
		STARTED.clear();
	}

	private static TestApplication application(Store store) {
		return STARTED.computeIfAbsent(store, (any) -> RideApplication.start(store, "rides", LEASE));
	}

	private static Call ride(TestApplication application, String target) {
		return Call.post(application, target)
			.header("Content-Type", "text/plain")
			.body("to the station".getBytes(StandardCharsets.UTF_8))
			.key(UUID.randomUUID().toString());
	}

	private static List<String> keys(TestApplication application, Call call, String step) {
		return application.context().getBean(RideApplication.Rides.class).keys(call, step);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.7 a handler that failed between two steps and is sent again runs each finished step once")
	void sentAgain(Store store) {
		sentAgain(application(store), "/rides");
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.7 steps of a Callable are those of its handler")
	void callable(Store store) {
		sentAgain(application(store), "/rides/callable");
	}

	private static void sentAgain(TestApplication application, String target) {
		Call call = ride(application, target);
		call.header("X-Fail", "charge").send().assertFirst(500);
		call.header("X-Fail", "charge").send().assertFirst(500);
		Answer answer = call.send().assertFirst(200);
		call.send().assertReplayOf(answer);
		assertThat(keys(application, call, "save")).hasSize(1);
		List<String> charges = keys(application, call, "charge");
		assertThat(charges).hasSize(3).containsOnly(charges.get(0));
		assertThat(keys(application, call, "mail")).hasSize(1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.7 two users with one key share no step")
	void twoUsers(Store store) {
		TestApplication application = application(store);
		Call call = ride(application, "/rides").header("X-Fail", "charge");
		call.header("X-User", "ada").send().assertFirst(500);
		call.header("X-User", "bob").send().assertFirst(500);
		assertThat(keys(application, call, "save")).hasSize(2).doesNotHaveDuplicates();
		assertThat(keys(application, call, "charge")).hasSize(2).doesNotHaveDuplicates();
		call.header("X-User", "ada").send().assertFirst(500);
		assertThat(keys(application, call, "save")).hasSize(2);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.7 another body under the freed key is refused at the first finished step, and that is not recorded")
	void anotherBody(Store store) {
		TestApplication application = application(store);
		Call call = ride(application, "/rides");
		call.header("X-Fail", "charge").send().assertFirst(500);
		for (int i = 0; i < 2; i++) {
			call.body("to the airport".getBytes(StandardCharsets.UTF_8)).send().assertProblem(422, "key-reused");
		}
		Answer answer = call.send().assertFirst(200);
		call.send().assertReplayOf(answer);
		assertThat(keys(application, call, "save")).hasSize(1);
		assertThat(keys(application, call, "charge")).hasSize(2);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.7 a step that is in flight elsewhere: 409 that is not recorded, and the next retry gets further")
	void stepInFlight(Store store) {
		TestApplication application = application(store);
		Call call = ride(application, "/rides");
		try (Together together = new Together(); Gate gate = application.executions().hold("charge " + call.name())) {
			Future<Answer> first = together.meanwhile(call::send);
			gate.awaitArrival();
			Operator.of(application).delete(Operator.query(call.key(), "null")).assertFirst(204);
			for (int i = 0; i < 2; i++) {
				call.send().assertProblem(409, "in-flight");
			}
			gate.open();
			Together.get(first).assertFirst(200);
		}
		Answer answer = call.send().assertFirst(200);
		call.send().assertReplayOf(answer);
		assertThat(keys(application, call, "save")).hasSize(1);
		assertThat(keys(application, call, "charge")).hasSize(1);
		assertThat(keys(application, call, "mail")).hasSize(1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.7 a step whose outcome is unknown: 409 that is not recorded")
	void outcomeUnknown(Store store) {
		TestApplication application = application(store);
		Call call = ride(application, "/rides");
		call.header("X-Fail", "mail").send().assertFirst(500);
		for (int i = 0; i < 2; i++) {
			call.send().assertProblem(409, "outcome-unknown");
		}
		assertThat(keys(application, call, "save")).hasSize(1);
		assertThat(keys(application, call, "charge")).hasSize(1);
		assertThat(keys(application, call, "mail")).hasSize(1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.7 a new operation just after the old one expired runs its steps again")
	void expired(Store store) throws Exception {
		TestApplication application = application(store);
		Call call = ride(application, "/rides/short");
		Answer answer;
		try (Together together = new Together(); Gate gate = call.hold()) {
			Future<Answer> first = together.meanwhile(call::send);
			gate.awaitArrival();
			long begun = System.nanoTime();
			await().until(() -> System.nanoTime() - begun > Duration.ofSeconds(1).toNanos());
			gate.open();
			answer = Together.get(first).assertFirst(200);
		}
		Answer next = await().until(call::send, (later) -> !later.isReplay()).assertFirst(200);
		assertThat(next.text().split(" ")).doesNotContain(answer.text().split(" "));
		assertThat(keys(application, call, "save")).hasSize(2);
		assertThat(keys(application, call, "charge")).hasSize(2);
		assertThat(keys(application, call, "mail")).hasSize(2);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.7 without key, where none is required, steps run whenever the handler does")
	void withoutKey(Store store) {
		TestApplication application = application(store);
		Call call = ride(application, "/rides/perhaps");
		call.withoutKey().send().assertFirst(200);
		call.withoutKey().send().assertFirst(200);
		assertThat(keys(application, call, "save")).hasSize(2).doesNotHaveDuplicates();
		Answer answer = call.send().assertFirst(200);
		call.send().assertReplayOf(answer);
		assertThat(keys(application, call, "save")).hasSize(3);
	}

	@ParameterizedTest
	@CsvSource({ "POSTGRESQL, charge", "REDIS, mail" })
	@DisplayName("9.7 kill -9 between two steps: the retry on another instance gets the finished step's result")
	void killed(Store store, String hangs, @TempDir Path directory) throws IOException {
		TestApplication survivor = application(store);
		List<String> arguments = new ArrayList<>(List.of(RideApplication.class.getName()));
		arguments.addAll(RideApplication.configuration(store, "rides", LEASE));
		Call call = ride(survivor, "/rides");
		String saved;
		try (Program victim = Program.start(directory.resolve("victim.log"), System.getProperty("java.class.path"),
				arguments)) {
			CompletableFuture<?> unanswered = HttpClient.newHttpClient()
				.sendAsync(HttpRequest.newBuilder(URI.create("http://localhost:" + victim.port() + "/rides"))
					.POST(BodyPublishers.ofByteArray(call.body()))
					.header("Content-Type", "text/plain")
					.header("Idempotency-Key", call.sentHeader("Idempotency-Key"))
					.header("X-Case", call.name())
					.header("X-Hang", hangs)
					.build(), BodyHandlers.discarding());
			await().until(() -> victim.output().contains("Hangs in " + hangs));
			assertThat(unanswered).isNotDone();
			Matcher did = Pattern.compile("Did (save-\\S+)").matcher(victim.output());
			assertThat(did.find()).isTrue();
			saved = did.group(1);
		}
		call.send().assertProblem(409, "in-flight");
		Answer answer = await().until(call::send, (retry) -> !retry.text().contains("in-flight"));
		assertThat(keys(survivor, call, "save")).isEmpty();
		if (hangs.equals("mail")) {
			answer.assertProblem(409, "outcome-unknown");
			call.send().assertProblem(409, "outcome-unknown");
			assertThat(keys(survivor, call, "charge")).isEmpty();
			assertThat(keys(survivor, call, "mail")).isEmpty();
		}
		else {
			assertThat(answer.assertFirst(200).text()).startsWith(saved + " charge-");
			call.send().assertReplayOf(answer);
			assertThat(keys(survivor, call, "charge")).hasSize(1);
			assertThat(keys(survivor, call, "mail")).hasSize(1);
		}
	}

}

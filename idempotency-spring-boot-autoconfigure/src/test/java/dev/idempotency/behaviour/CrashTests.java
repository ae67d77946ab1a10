package dev.idempotency.behaviour;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.idempotency.test.Program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Section 5 of the behaviour: applications that are killed.
 */
class CrashTests {

	private static final HttpClient CLIENT = HttpClient.newHttpClient();

	private static final String LEASE = "idempotency.lease=3s";

	@ParameterizedTest
	@EnumSource(names = { "POSTGRESQL", "REDIS" })
	@DisplayName("5.1 kill -9 while the handler runs: 409 until the lease ends, then the next request runs")
	void takenOver(Store store, @TempDir Path directory) throws IOException {
		try (TestApplication survivor = TestApplication.start(store, "crashes", LEASE)) {
			Call call = hangAndKill(store, survivor, directory);
			call.send().assertProblem(409, "in-flight");
			Answer answer = await().until(call::send, (retry) -> retry.status() != 409).assertFirst(200);
			call.send().assertReplayOf(answer);
			assertThat(call.executions()).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "POSTGRESQL", "REDIS" })
	@DisplayName("5.1 kill -9 while the handler runs, and abandoned=reject: 409 until an operator has resolved it")
	void rejected(Store store, @TempDir Path directory) throws IOException {
		try (TestApplication survivor = TestApplication.start(store, "crashes", LEASE,
				"idempotency.abandoned=reject")) {
			Call call = hangAndKill(store, survivor, directory);
			call.send().assertProblem(409, "in-flight");
			await().until(call::send, (retry) -> retry.text().contains("outcome-unknown"))
				.assertProblem(409, "outcome-unknown");
			call.send().assertProblem(409, "outcome-unknown");
			assertThat(call.executions()).isZero();
			Operator operator = Operator.of(survivor);
			assertThat(operator.record(call).path("state").asText()).isEqualTo("abandoned");
			operator.free(call).assertFirst(204);
			Answer answer = call.send().assertFirst(200);
			call.send().assertReplayOf(answer);
			assertThat(call.executions()).isEqualTo(1);
		}
	}

	/** Has another process killed in the middle of a request, and returns the retry. */
	private static Call hangAndKill(Store store, TestApplication survivor, Path directory) throws IOException {
		List<String> arguments = new ArrayList<>(List.of(TestApplication.class.getName()));
		arguments.addAll(store.properties("crashes"));
		arguments.add(LEASE);
		Call call = Call.post(survivor, "/hang").key(UUID.randomUUID().toString());
		CompletableFuture<?> unanswered;
		try (Program victim = Program.start(directory.resolve("victim.log"), System.getProperty("java.class.path"),
				arguments)) {
			HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + victim.port() + "/hang"))
				.POST(BodyPublishers.noBody())
				.header("Idempotency-Key", call.sentHeader("Idempotency-Key"))
				.header("X-Hang", "true")
				.build();
			unanswered = CLIENT.sendAsync(request, BodyHandlers.discarding());
			await().until(() -> victim.output().contains("Handler hangs"));
			assertThat(unanswered).isNotDone();
		}
		await().until(unanswered::isCompletedExceptionally);
		return call;
	}

}

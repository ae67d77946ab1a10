package dev.idempotency.behaviour;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.idempotency.behaviour.app.Executions;
import dev.idempotency.behaviour.app.OrdersApplication;
import dev.idempotency.engine.IdempotencyEngine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Section 2 of the behaviour: the client goes away while an asynchronous handler is at
 * work. Over HTTP/2 the container hears of that at once.
 */
class OrphanTests {

	private static @Nullable TestApplication application;

	@BeforeAll
	static void start() {
		List<String> properties = new ArrayList<>(Store.MEMORY.properties("orphans"));
		properties.addAll(List.of("server.http2.enabled=true", "idempotency.lease=2s"));
		application = TestApplication.start(OrdersApplication.class, properties);
	}

	@AfterAll
	static void stop() {
		application().close();
	}

	private static TestApplication application() {
		if (application == null) {
			throw new IllegalStateException("Not started");
		}
		return application;
	}

	private static Call call(String target) {
		return ReplayTests.call(application(), "/async/" + target).json("{\"item\":\"book\"}");
	}

	@ParameterizedTest
	@ValueSource(strings = { "stage", "future-of-void", "stubborn", "stubborn-task" })
	@DisplayName("2.22 what can be watched is in flight while it runs, and has run when it has ended well")
	void watched(String target) throws Exception {
		Call call = call(target);
		try (Executions.Gate gate = call.hold()) {
			sendAndGoAway(call, gate);
			call.send().assertProblem(409, "in-flight");
		}
		await().untilAsserted(() -> {
			Answer retry = call.send();
			if (!retry.isReplay()) {
				retry.assertProblem(409, "not-replayable");
			}
		});
		assertThat(call.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "callable", "task" })
	@DisplayName("2.22 a task that ends because it is interrupted leaves the key free")
	void interrupted(String target) throws Exception {
		Call call = call(target);
		try (Executions.Gate gate = call.hold()) {
			sendAndGoAway(call, gate);
			IdempotencyEngine engine = application().context().getBean(IdempotencyEngine.class);
			await().until(() -> engine.inFlight() == 0);
		}
		Answer retry = call.send().assertFirst(201);
		call.send().assertReplayOf(retry);
		assertThat(call.executions()).isEqualTo(2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "fails/unexpected", "fails/advised" })
	@DisplayName("2.22 what can be watched and has failed leaves the key free")
	void failed(String target) throws Exception {
		Call call = call(target);
		try (Executions.Gate gate = call.hold()) {
			sendAndGoAway(call, gate);
			call.send().assertProblem(409, "in-flight");
		}
		await().until(() -> {
			call.send();
			return call.executions() == 2;
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "deferred", "servlet-with-arguments" })
	@DisplayName("2.22 what nobody sees the end of is left to its lease")
	void unseen(String target) throws Exception {
		Call call = call(target);
		try (Executions.Gate gate = call.hold()) {
			sendAndGoAway(call, gate);
			call.send().assertProblem(409, "in-flight");
			assertThat(call.executions()).isEqualTo(1);
			IdempotencyEngine engine = application().context().getBean(IdempotencyEngine.class);
			await().until(() -> engine.inFlight() == 0);
		}
	}

	/** Over HTTP/2, so that the container learns at once that nobody waits any more. */
	private static void sendAndGoAway(Call call, Executions.Gate gate) throws Exception {
		HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
		URI base = URI.create("http://localhost:" + application().port());
		client.send(HttpRequest.newBuilder(base.resolve("/plain/nothing")).timeout(Duration.ofSeconds(30)).build(),
				BodyHandlers.discarding());
		HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(call.target()))
			.POST(BodyPublishers.ofByteArray(call.body()));
		for (String header : List.of("Idempotency-Key", "Content-Type")) {
			request.header(header, call.sentHeader(header));
		}
		request.header("X-Case", call.name());
		CompletableFuture<HttpResponse<Void>> answer = client.sendAsync(request.build(), BodyHandlers.discarding());
		gate.awaitArrival();
		answer.cancel(true);
	}

}

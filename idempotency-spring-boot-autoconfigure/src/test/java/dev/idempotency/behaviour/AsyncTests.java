package dev.idempotency.behaviour;

import java.util.concurrent.Future;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.idempotency.behaviour.app.Executions;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Section 2 of the behaviour: handlers that answer later, on another thread.
 */
class AsyncTests {

	@ParameterizedTest
	@ValueSource(strings = { "callable", "callable-entity", "callable-view", "deferred", "already-there", "stage",
			"future-of-void", "task", "servlet", "servlet-with-arguments", "servlet-at-once" })
	@DisplayName("2.13 an asynchronous answer is recorded when it is there, and replayed")
	void recordedWhenCompleted(String target) {
		Call call = call(TestApplication.shared(Store.H2), target);
		Answer first = call.send();
		assertThat(first.assertFirst(first.status()).status()).isBetween(200, 399);
		assertThat(first.text() + first.header("X-Run")).contains("1");
		call.send().assertReplayOf(first);
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("2.13 a retry meanwhile gets 409, and its replay afterwards")
	void retryMeanwhile(Store store) {
		for (String target : new String[] { "callable", "deferred", "stage", "task", "servlet" }) {
			Call call = call(TestApplication.shared(store), target);
			try (Together together = new Together(); Executions.Gate gate = call.hold()) {
				Future<Answer> first = together.meanwhile(call::send);
				gate.awaitArrival();
				call.send().assertProblem(409, "in-flight");
				call.json("{}").send().assertProblem(422, "key-reused");
				gate.open();
				Answer answer = Together.get(first).assertFirst(201);
				call.send().assertReplayOf(answer);
			}
			assertThat(call.executions()).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@CsvSource({ "advised, 409", "advised-wrapped, 409", "status, 404" })
	@DisplayName("2.13 an exception of an asynchronous handler that became a response is recorded")
	void exceptionsThatBecameResponses(String how, int status) {
		Call call = call(TestApplication.shared(Store.H2), "fails/" + how);
		Answer first = call.send().assertFirst(status);
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@CsvSource({ "fails/unexpected, 500", "timeout, 503", "servlet-fails, 503", "servlet-timeout, 500" })
	@DisplayName("2.13 an asynchronous failure or timeout is judged by its status and frees the key")
	void failures(String target, int status) {
		Call call = call(TestApplication.shared(Store.H2), target);
		call.send().assertFirst(status);
		call.send().assertFirst(status);
		assertThat(call.executions()).isEqualTo(2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "answered-timeout", "answered-task-timeout" })
	@DisplayName("2.13 a timeout that the handler answers itself is recorded by its status")
	void answeredTimeouts(String target) {
		Call call = call(TestApplication.shared(Store.H2), target);
		Answer first = call.send().assertFirst(202);
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("2.13 with replay.statuses naming 503 a timeout is recorded like any response")
	void namedTimeout() {
		TestApplication application = TestApplication.shared(Store.H2,
				"idempotency.operations.async-controller-timeout.replay.statuses=503");
		Call call = call(application, "timeout");
		Answer first = call.send().assertFirst(503);
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	private static Call call(TestApplication application, String target) {
		return ReplayTests.call(application, "/async/" + target).json("{\"item\":\"book\"}");
	}

}

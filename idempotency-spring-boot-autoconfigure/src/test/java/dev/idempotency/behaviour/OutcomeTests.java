package dev.idempotency.behaviour;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.idempotency.behaviour.app.RespondController.Wanted;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Section 2 of the behaviour: which outcomes are recorded, and which free the key.
 */
class OutcomeTests {

	private static final String VALID = "{\"name\":\"book\",\"amount\":1}";

	@ParameterizedTest
	@ValueSource(strings = { "{\"name\":\" \",\"amount\":1}", "{\"name\":\"book\",\"amount\":0}", "{\"name\":", "",
			"[]", "{\"name\":\"book\",\"amount\":\"many\"}" })
	@DisplayName("2.7 an invalid or unreadable body is not recorded: the corrected one runs under the same key")
	void invalidBodies(String body) {
		for (String target : List.of("/validation/body", "/validation/request-first")) {
			Call call = ReplayTests.call(TestApplication.shared(Store.H2), target);
			assertCorrected(call.json(body), call.json(VALID), 400);
		}
	}

	@Test
	@DisplayName("2.7 an unsupported media type, an invalid form")
	void otherBodies() {
		Call call = ReplayTests.call(TestApplication.shared(Store.H2), "/validation/body");
		assertCorrected(call.header("Content-Type", "text/csv").body(VALID.getBytes(StandardCharsets.UTF_8)),
				call.json(VALID), 415);
		Call form = ReplayTests.call(TestApplication.shared(Store.H2), "/validation/form")
			.header("Content-Type", "application/x-www-form-urlencoded");
		assertCorrected(form.body("name=&amount=x".getBytes(StandardCharsets.UTF_8)),
				form.body("name=book&amount=1".getBytes(StandardCharsets.UTF_8)), 400);
	}

	@ParameterizedTest
	@CsvSource({ "/validation/parameter, /validation/parameter?amount=1",
			"/validation/parameter?amount=many, /validation/parameter?amount=1",
			"/validation/path/many, /validation/path/1",
			"/validation/constrained-parameter, /validation/constrained-parameter?amount=1",
			"/validation/constrained-parameter?amount=0, /validation/constrained-parameter?amount=1",
			"/validation/proxied/parameter?amount=0, /validation/proxied/parameter?amount=1" })
	@DisplayName("2.7 a missing parameter, one of another type, one that violates a constraint")
	void invalidParameters(String invalid, String valid) {
		Call call = ReplayTests.call(TestApplication.shared(Store.H2), invalid);
		assertCorrected(call, call.target(valid), 400);
	}

	@Test
	@DisplayName("2.7 a missing header, one of another type")
	void invalidHeaders() {
		Call call = ReplayTests.call(TestApplication.shared(Store.H2), "/validation/header");
		assertCorrected(call, call.header("X-Amount", "1"), 400);
		Call other = ReplayTests.call(TestApplication.shared(Store.H2), "/validation/header");
		assertCorrected(other.header("X-Amount", "many"), other.header("X-Amount", "1"), 400);
	}

	private static void assertCorrected(Call invalid, Call valid, int status) {
		invalid.send().assertFirst(status);
		invalid.send().assertFirst(status);
		assertThat(valid.executions()).isZero();
		Answer first = valid.send().assertFirst(201);
		valid.send().assertReplayOf(first);
		assertThat(valid.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("2.8 a handler that throws or answers 5xx frees the key, for any other request")
	void serverErrorsAreNotRecorded(Store store) {
		TestApplication application = TestApplication.shared(store);
		Call thrown = ReplayTests.call(application, "/fail/throw/runtime-exception");
		thrown.send().assertFirst(500);
		thrown.send().assertFirst(500);
		assertThat(thrown.executions()).isEqualTo(2);
		Call answered = ReplayTests.respond(application, new Wanted(503, Map.of("Retry-After", List.of("9")), "later"));
		assertThat(answered.send().assertFirst(503).text()).isEqualTo("later 1");
		assertThat(answered.send().assertFirst(503).header("Retry-After")).isEqualTo("9");
		assertThat(answered.executions()).isEqualTo(2);
		Call another = Call.order(application);
		another.target("/fail/throw/runtime-exception").send().assertFirst(500);
		Answer first = another.send().assertFirst(201);
		another.send().assertReplayOf(first);
		assertThat(another.executions()).isEqualTo(2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "throw/runtime-exception", "throw/checked-exception", "throw/error",
			"throw/local-advice-5xx", "send-error/500", "send-error/503", "throw-status/500", "throw-status/502" })
	@DisplayName("2.8 whichever way a handler fails with 5xx, a retry runs again")
	void allServerErrors(String failure) {
		Call call = ReplayTests.call(TestApplication.shared(Store.H2), "/fail/" + failure);
		assertThat(call.send().status()).isGreaterThanOrEqualTo(500);
		assertThat(call.send().isReplay()).isFalse();
		assertThat(call.executions()).isEqualTo(2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "throw/runtime-exception", "throw/checked-exception", "throw/error", "send-error/500",
			"throw-status/500" })
	@DisplayName("2.8 with replay.statuses naming 500 the 500 is recorded, exactly as the client saw it")
	void namedServerErrors(String failure) {
		TestApplication application = ReplayTests.tuned(Store.H2);
		Call call = ReplayTests.call(application, "/fail/" + failure);
		Answer first = call.send().assertFirst(500);
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("2.8 with replay.statuses naming 500, an answered 500 is recorded, another status is not")
	void otherStatusesThanTheNamedOnes() {
		TestApplication application = ReplayTests.tuned(Store.H2);
		Call named = ReplayTests.respond(application, new Wanted(500, Map.of("X-Custom", List.of("1")), "failed"));
		Answer first = named.send().assertFirst(500);
		named.send().assertReplayOf(first);
		assertThat(named.executions()).isEqualTo(1);
		for (int status : new int[] { 303, 502, 503 }) {
			Call other = ReplayTests.respond(application,
					new Wanted(status, Map.of("Location", List.of("/orders")), "not named"));
			other.send().assertFirst(status);
			other.send().assertFirst(status);
			assertThat(other.executions()).isEqualTo(2);
		}
	}

	@ParameterizedTest
	@CsvSource({ "throw/advice, 409", "throw/local-advice, 409", "throw/response-status-exception, 404",
			"throw/error-response-exception, 422", "throw/annotated-exception, 410", "throw-status/404, 404",
			"problem-detail, 409", "send-error/404, 404", "send-error/418, 418", "send-error-after-bytes, 418",
			"annotated-method, 402" })
	@DisplayName("2.9 an exception or error that became a response is recorded exactly as the client saw it")
	void exceptionsThatBecameResponses(String failure, int status) {
		Call call = ReplayTests.call(TestApplication.shared(Store.H2), "/fail/" + failure);
		Answer first = call.send().assertFirst(status);
		assertThat(first.body()).isNotEmpty();
		assertThat(first.text()).doesNotContain("dropped");
		call.send().assertReplayOf(first);
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("2.9 the error page, in the representation that the client asked for first")
	void errorPages(Store store) {
		Call call = ReplayTests.call(TestApplication.shared(store), "/fail/send-error/404");
		Answer page = call.header("Accept", "text/html").send().assertFirst(404);
		assertThat(page.header("Content-Type")).startsWith("text/html");
		assertThat(page.text()).contains("Whitelabel");
		call.header("Accept", "application/json").send().assertReplayOf(page);
		assertThat(call.executions()).isEqualTo(1);
		Call other = ReplayTests.call(TestApplication.shared(store), "/fail/send-error/404");
		Answer json = other.send().assertFirst(404);
		// With the time of the first response
		assertThat(json.text()).contains("timestamp").contains("/fail/send-error/404");
		other.send().assertReplayOf(json);
	}

	@Test
	@DisplayName("2.9 an exception that nobody turned into a response is a failure, though Spring answers an empty 200")
	void disconnectsThatAreNone() {
		Call call = ReplayTests.call(TestApplication.shared(Store.H2), "/fail/throw/broken-pipe");
		Answer first = call.send().assertFirst(200);
		assertThat(first.body()).isEmpty();
		call.send().assertFirst(200);
		assertThat(call.executions()).isEqualTo(2);
	}

	@ParameterizedTest
	@ValueSource(ints = { 401, 403, 408, 425, 429 })
	@DisplayName("2.10 statuses that say 'try again' are not recorded, unless named in full")
	void statusesThatAreNotRecorded(int status) {
		Wanted wanted = new Wanted(status, Map.of("X-Custom", List.of("1")), "later");
		for (String target : List.of("/respond", "/fail/throw-status/" + status, "/fail/send-error/" + status)) {
			Call call = ReplayTests.respond(TestApplication.shared(Store.H2), wanted).target(target);
			call.send().assertFirst(status);
			call.send().assertFirst(status);
			assertThat(call.executions()).isEqualTo(2);
			Call named = ReplayTests.respond(ReplayTests.tuned(Store.H2), wanted).target(target);
			Answer first = named.send().assertFirst(status);
			named.send().assertReplayOf(first);
			assertThat(named.executions()).isEqualTo(1);
		}
	}

}

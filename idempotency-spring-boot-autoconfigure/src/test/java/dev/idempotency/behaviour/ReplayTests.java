package dev.idempotency.behaviour;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.idempotency.behaviour.app.RespondController.Wanted;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Section 2 of the behaviour: replays.
 */
class ReplayTests {

	private static final int MEGABYTE = 1024 * 1024;

	@ParameterizedTest
	@EnumSource
	@DisplayName("2.1 a retry gets status, body and headers of the first response")
	void aRetryGetsTheFirstResponse(Store store) {
		Call call = Call.order(TestApplication.shared(store));
		Answer first = call.send().assertFirst(201);
		assertThat(first.headers()).containsKeys("Location", "ETag", "X-Order-Run");
		call.send().assertReplayOf(first);
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	static Stream<Arguments> responses() {
		List<Wanted> wanted = List.of(new Wanted(201,
				Map.of("Location", List.of("/orders/1"), "ETag", List.of("\"1\""), "X-Custom", List.of("a", "b"),
						"Link", List.of("</a>; rel=a", "</b>; rel=b"), "Cache-Control", List.of("private"),
						"Content-Language", List.of("de"), "Content-Type", List.of("application/hal+json")),
				"{}"), new Wanted(204, Map.of("ETag", List.of("\"2\"")), null),
				new Wanted(303, Map.of("Location", List.of("/orders/2")), null),
				new Wanted(202, Map.of("Location", List.of("/jobs/1"), "Retry-After", List.of("120")), "accepted"),
				new Wanted(200, Map.of("X-Empty", List.of("")), ""),
				new Wanted(402, Map.of("Content-Type", List.of("application/problem+json")), "{\"title\":\"Pay\"}"),
				new Wanted(409, Map.of("X-Custom", List.of("a")), "conflict of the handler's own"),
				new Wanted(422, Map.of("Content-Type", List.of("text/plain;charset=UTF-8")), "no such article"));
		return Stream.of(Store.values()).flatMap((store) -> wanted.stream().map((each) -> Arguments.of(store, each)));
	}

	@ParameterizedTest
	@MethodSource("responses")
	@DisplayName("2.1 whatever the handler answered, with all of its headers, is what a retry gets")
	void everyStatusIsReplayed(Store store, Wanted wanted) {
		Call call = respond(TestApplication.shared(store), wanted);
		Answer first = call.send().assertFirst(wanted.status());
		assertThat(first.headers()).containsAllEntriesOf(wanted.headers());
		assertThat(first.text()).isEqualTo((wanted.body() != null) ? wanted.body() + " 1" : "");
		call.send().assertReplayOf(first);
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "Set-Cookie", "WWW-Authenticate", "Proxy-Authenticate", "Strict-Transport-Security",
			"X-Content-Type-Options", "X-Frame-Options", "X-XSS-Protection", "Referrer-Policy", "Permissions-Policy",
			"Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Access-Control-Allow-Origin",
			"Access-Control-Allow-Credentials", "Access-Control-Expose-Headers", "Vary", "Server", "Via", "Age",
			"Keep-Alive", "Server-Timing", "RateLimit", "RateLimit-Remaining", "X-RateLimit-Limit",
			"X-Rate-Limit-Remaining", "traceparent", "tracestate", "traceresponse", "b3", "X-B3-TraceId",
			"X-Request-Id", "X-Correlation-ID", "X-Trace-Id", "Authorization", "Proxy-Authorization", "X-Auth-Token",
			"X-Access-Token", "X-Refresh-Token", "X-CSRF-TOKEN", "X-XSRF-TOKEN", "X-Api-Key", "Cookie",
			"X-Amz-Security-Token", "Access-Token", "Id-Token", "X-Session-Token" })
	@DisplayName("2.2 a header of one client, connection or delivery is not replayed, but computed afresh")
	void excludedHeadersAreComputedAfresh(String name) {
		assertComputedAfresh(TestApplication.shared(Store.H2), name);
	}

	private static void assertComputedAfresh(TestApplication application, String name) {
		Call call = respond(application, new Wanted(201, Map.of(name, List.of("of-the-handler")), "{}"));
		Answer first = call.send().assertFirst(201);
		assertThat(first.headers().get(name)).contains("of-the-handler");
		Answer retry = call.send();
		assertThat(retry.isReplay()).isTrue();
		assertThat(String.valueOf(retry.header(name))).doesNotContain("of-the-handler");

		Call stamped = call.key(UUID.randomUUID().toString()).header("X-Stamp", name);
		String stamp = stamp(stamped.send().assertFirst(201), name);
		Answer replay = stamped.send();
		assertThat(replay.isReplay()).isTrue();
		assertThat(replay.headers().get(name)).doesNotContain("of-the-handler");
		assertThat(stamp(replay, name)).isNotEqualTo(stamp);
	}

	private static String stamp(Answer answer, String name) {
		List<String> stamps = answer.headers()
			.get(name)
			.stream()
			.filter((value) -> value.startsWith("stamp-"))
			.toList();
		assertThat(stamps).hasSize(1);
		return stamps.get(0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "Content-Security-Policy", "Content-Security-Policy-Report-Only", "X-Payment-Token",
			"X-Cart-Key", "Token", "Cache-Control", "Expires", "Pragma" })
	@DisplayName("2.2 a header of the handler is replayed, also one that a filter may set and one with a name like a token's")
	void headersOfTheHandlerAreReplayed(String name) {
		Call call = respond(TestApplication.shared(Store.H2),
				new Wanted(201, Map.of(name, List.of("of-the-handler")), "{}"));
		Answer first = call.send().assertFirst(201);
		assertThat(first.headers().get(name)).containsExactly("of-the-handler");
		assertThat(call.send().assertReplayOf(first).headers().get(name)).containsExactly("of-the-handler");
	}

	@Test
	@DisplayName("2.2 Date is the one of the delivery")
	void dateIsComputedAfresh() {
		String past = "Mon, 01 Jan 2001 00:00:00 GMT";
		Call call = respond(TestApplication.shared(Store.H2), new Wanted(201, Map.of("Date", List.of(past)), "{}"));
		assertThat(call.send().assertFirst(201).headers().get("Date")).containsExactly(past);
		Answer replay = call.send();
		assertThat(replay.isReplay()).isTrue();
		assertThat(replay.headers().get("Date")).hasSize(1).doesNotContain(past);
	}

	@Test
	@DisplayName("2.2 Connection, and the headers that it names, stay on their connection")
	void connectionHeadersAreNotReplayed() {
		Call call = respond(TestApplication.shared(Store.H2),
				new Wanted(201,
						Map.of("Connection", List.of("X-Hop, x-other-hop", "X-Third-Hop"), "X-Hop", List.of("1"),
								"X-Other-Hop", List.of("2"), "X-Third-Hop", List.of("3"), "X-End", List.of("4")),
						"{}"));
		Answer first = call.send().assertFirst(201);
		assertThat(first.headers()).containsKeys("X-Hop", "X-Other-Hop", "X-Third-Hop", "X-End");
		Answer replay = call.send();
		assertThat(replay.isReplay()).isTrue();
		assertThat(replay.headers()).containsEntry("X-End", List.of("4"))
			.doesNotContainKeys("X-Hop", "X-Other-Hop", "X-Third-Hop", "Connection");
	}

	@Test
	@DisplayName("2.2 Content-Length and Transfer-Encoding frame each delivery by themselves")
	void everyDeliveryIsFramedByItself() {
		TestApplication application = TestApplication.shared(Store.H2);
		Call chunked = call(application, "/annotated/stream-large");
		Answer first = chunked.send().assertFirst(200);
		assertThat(first.header("Transfer-Encoding")).isEqualTo("chunked");
		Answer replay = chunked.send().assertReplayOf(first);
		assertFramed(replay);
		Call withLength = call(application, "/annotated/stream-with-length");
		Answer framed = assertFramed(withLength.send().assertFirst(200));
		assertFramed(withLength.send().assertReplayOf(framed));
		Call withoutBody = respond(application, new Wanted(204, Map.of(), null));
		Answer noContent = withoutBody.send().assertFirst(204);
		assertThat(withoutBody.send().assertReplayOf(noContent).headers()).doesNotContainKeys("Content-Length",
				"Transfer-Encoding");
	}

	private static Answer assertFramed(Answer answer) {
		if (answer.headers().containsKey("Transfer-Encoding")) {
			assertThat(answer.headers()).doesNotContainKey("Content-Length");
		}
		else {
			assertThat(answer.header("Content-Length")).isEqualTo(Integer.toString(answer.body().length));
		}
		return answer;
	}

	@Test
	@DisplayName("2.2 replay.excluded-headers adds to the list")
	void moreHeadersCanBeExcluded() {
		assertComputedAfresh(tuned(Store.H2), "X-Cost");
		assertComputedAfresh(tuned(Store.H2), "X-INTERNAL");
		assertComputedAfresh(tuned(Store.H2), "Set-Cookie");
		Call call = respond(TestApplication.shared(Store.H2), new Wanted(201, Map.of("X-Cost", List.of("1")), "{}"));
		Answer first = call.send().assertFirst(201);
		call.send().assertReplayOf(first);
	}

	@Test
	@DisplayName("2.2 a header of the handler stands on replays as it does on the first response, beside a filter's")
	void headersOfFiltersAreNotReplayed() {
		TestApplication application = TestApplication.shared(Store.H2);
		Call other = respond(application, new Wanted(201, Map.of("X-Mine", List.of("1")), "{}")).header("X-Stamp",
				"X-Theirs");
		String stamp = stamp(other.send().assertFirst(201), "X-Theirs");
		Answer replay = other.send();
		assertThat(replay.headers()).containsEntry("X-Mine", List.of("1"));
		assertThat(stamp(replay, "X-Theirs")).isNotEqualTo(stamp);

		Call adding = respond(application, new Wanted(201, Map.of("X-Both", List.of("mine")), "{}")).header("X-Stamp",
				"X-Both");
		assertThat(adding.send().assertFirst(201).headers().get("X-Both")).hasSize(2).contains("mine");
		assertThat(adding.send().headers().get("X-Both")).hasSize(2).contains("mine");

		Call replacing = call(application, "/annotated/headers").header("X-Stamp", "X-Set");
		Answer first = replacing.send().assertFirst(200);
		assertThat(first.headers()).containsEntry("X-Set", List.of("second"));
		replacing.send().assertReplayOf(first);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("2.3 a binary body is replayed byte for byte")
	void binaryBodies(Store store) {
		Call call = call(TestApplication.shared(store), "/annotated/bytes");
		Answer first = call.send().assertFirst(200);
		assertThat(first.body()).hasSize(256);
		assertThat(first.body()[255]).isEqualTo((byte) 255);
		call.send().assertReplayOf(first);
	}

	@Test
	@DisplayName("2.3 a body in ISO-8859-1 stays in ISO-8859-1")
	void bodiesInLatin1() {
		Call call = call(TestApplication.shared(Store.H2), "/annotated/latin-1");
		Answer first = call.send().assertFirst(200);
		assertThat(first.body()).isEqualTo("Grüße 1".getBytes(StandardCharsets.ISO_8859_1));
		assertThat(first.header("Content-Type")).isEqualTo("text/plain;charset=ISO-8859-1");
		call.send().assertReplayOf(first);
	}

	@ParameterizedTest
	@ValueSource(strings = { "writer", "writer-flushed" })
	@DisplayName("2.3 text written in pieces that split a surrogate pair")
	void splitSurrogatePairs(String handler) {
		Call call = call(TestApplication.shared(Store.H2), "/annotated/" + handler);
		Answer first = call.send().assertFirst(200);
		assertThat(first.text()).isEqualTo("Grüße 🙂 1");
		call.send().assertReplayOf(first);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("2.3 chunked and large bodies, to the last byte that may be recorded")
	void largeBodies(Store store) {
		TestApplication application = TestApplication.shared(store);
		for (String target : List.of("/annotated/stream-large", "/large/70000", "/large/" + MEGABYTE)) {
			Call call = call(application, target);
			Answer first = call.send().assertFirst(200);
			call.send().assertReplayOf(first);
			assertThat(call.executions()).isEqualTo(1);
		}
	}

	@Test
	@DisplayName("2.5 the resource changed or was deleted meanwhile")
	void theResourceMayChange() {
		TestApplication application = TestApplication.shared(Store.H2);
		Call call = call(application, "/accounts").json("{\"owner\":\"Ann\"}");
		Answer first = call.send().assertFirst(201);
		Call account = Call.post(application, String.valueOf(first.header("Location")));
		assertThat(account.method("GET").send().text()).isEqualTo(first.text());
		account.method("PUT").json("{\"owner\":\"Bob\"}").send().assertFirst(200);
		call.send().assertReplayOf(first);
		assertThat(account.method("GET").send().text()).contains("Bob");
		account.method("DELETE").send().assertFirst(204);
		call.send().assertReplayOf(first);
		assertThat(account.method("GET").send().status()).isEqualTo(404);
		assertThat(call.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("2.6 a retry right after the last byte is a replay, every time")
	void aRetryAfterTheLastByte(Store store) {
		TestApplication application = TestApplication.shared(store);
		try (RawConnection first = RawConnection.to(application);
				RawConnection second = RawConnection.to(application)) {
			// No more, because the container closes connections after a hundred requests
			for (int i = 0; i < 99; i++) {
				String name = UUID.randomUUID().toString();
				Answer answer = first.send(RawConnection.post("/instant", name)).receive().assertFirst(200);
				second.send(RawConnection.post("/instant", name)).receive().assertReplayOf(answer);
				assertThat(application.executions().count(name)).isEqualTo(1);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("2.6 the record is there before the first byte leaves")
	void aRetryAfterTheFirstByte(Store store) {
		TestApplication application = TestApplication.shared(store);
		for (int i = 0; i < 20; i++) {
			String name = UUID.randomUUID().toString();
			try (RawConnection slow = RawConnection.narrow(application);
					RawConnection fast = RawConnection.to(application)) {
				slow.send(RawConnection.post("/large/1000000", name)).awaitFirstByte();
				Answer replay = fast.send(RawConnection.post("/large/1000000", name)).receive();
				assertThat(replay.isReplay()).as(replay.status() + " " + replay.headers()).isTrue();
				replay.assertReplayOf(slow.receive().assertFirst(200));
			}
			assertThat(application.executions().count(name)).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("2.11 a response that is too large is delivered whole and not run again")
	void tooLargeResponses(Store store) {
		TestApplication application = tuned(store);
		Call largest = call(application, "/large/2048");
		largest.send().assertFirst(200);
		assertThat(largest.send().isReplay()).isTrue();
		for (String target : List.of("/large/2049", "/annotated/stream-large", "/annotated/writer-large")) {
			Call call = call(application, target);
			Answer first = call.send().assertFirst(200);
			assertThat(first.body().length).isGreaterThan(2048);
			first.assertSameAs(call(application, target.replace("annotated", "bare")).send());
			call.send().assertProblem(409, "not-replayable");
			call.send().assertProblem(409, "not-replayable");
			assertThat(call.executions()).isEqualTo(1);
			call.json("{}").send().assertProblem(422, "key-reused");
		}
	}

	@Test
	@DisplayName("2.11 a response that is too large, but not to be recorded, frees the key")
	void tooLargeFailures() {
		Call call = respond(tuned(Store.H2), new Wanted(503, Map.of(), "x".repeat(3000)));
		assertThat(call.send().assertFirst(503).text()).endsWith("x 1").hasSize(3002);
		assertThat(call.send().assertFirst(503).text()).endsWith("x 2").hasSize(3002);
	}

	@ParameterizedTest
	@ValueSource(strings = { "void", "null", "entity-void", "http-headers", "http-entity", "json", "string", "bytes",
			"latin-1", "resource", "stream-resource", "view", "model-and-view", "stream", "stream-with-length",
			"stream-large", "stream-flushed", "writer", "writer-large", "writer-flushed", "writer-default",
			"writer-utf-16", "writer-locale", "stream-reset", "writer-reset", "writer-then-stream", "reset-buffer",
			"output-stream-argument", "writer-argument", "headers" })
	@DisplayName("2.12 however the handler answers, its response is that of one without the annotation, and is replayed")
	void everyWayToAnswer(String handler) {
		TestApplication application = TestApplication.shared(Store.H2);
		Answer bare = call(application, "/bare/" + handler).send();
		Call call = call(application, "/annotated/" + handler);
		Answer first = call.send().assertFirst(bare.status()).assertSameAs(bare);
		call.send().assertReplayOf(first);
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "redirect", "send-redirect" })
	@DisplayName("2.12 a redirect leads to the same place as one without the annotation, and is replayed")
	void redirects(String handler) {
		TestApplication application = TestApplication.shared(Store.H2);
		URI server = URI.create("http://localhost:" + application.port());
		Answer bare = call(application, "/bare/" + handler).send();
		Call call = call(application, "/annotated/" + handler);
		Answer first = call.send().assertFirst(bare.status());
		assertThat(server.resolve(String.valueOf(first.header("Location")))).hasPath("/receipts/1")
			.isEqualTo(server.resolve(String.valueOf(bare.header("Location"))));
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("2.15 'unless' over #result")
	void unlessOverTheResult() {
		Call call = call(TestApplication.shared(Store.H2), "/respond/unless-pending");
		assertThat(call.send().assertFirst(201).text()).contains("pending");
		Answer done = call.json("{\"another\":\"body\"}").send().assertFirst(201);
		assertThat(done.text()).contains("done");
		call.json("{\"another\":\"body\"}").send().assertReplayOf(done);
		assertThat(call.executions()).isEqualTo(2);
	}

	@ParameterizedTest
	@CsvSource({ "/respond/unless-accepted, 202, text, 200, text", "/respond/unless-empty, 200, , 200, text" })
	@DisplayName("2.15 'unless' over #status, and over a #result that is null")
	void unlessOverStatusAndNull(String target, int excludedStatus, @Nullable String excludedBody, int recordedStatus,
			String recordedBody) {
		TestApplication application = TestApplication.shared(Store.H2);
		Call excluded = respond(application, new Wanted(excludedStatus, Map.of(), excludedBody)).target(target);
		excluded.send().assertFirst(excludedStatus);
		excluded.send().assertFirst(excludedStatus);
		assertThat(excluded.executions()).isEqualTo(2);
		Call recorded = respond(application, new Wanted(recordedStatus, Map.of(), recordedBody)).target(target);
		Answer first = recorded.send().assertFirst(recordedStatus);
		recorded.send().assertReplayOf(first);
		assertThat(recorded.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("2.15 'unless' that fails counts as false, with a warning")
	void unlessThatFails(Store store) {
		Call call = call(TestApplication.shared(store), "/respond/unless-failing");
		Answer first;
		try (LogCapture log = new LogCapture()) {
			first = call.send().assertFirst(200);
			assertThat(log.warningsOfLibrary()).singleElement()
				.asString()
				.contains("'unless'", "respond-controller-unless-failing");
		}
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	/** An application that differs from the defaults wherever that can be seen. */
	static TestApplication tuned(Store store) {
		return TestApplication.shared(store, "idempotency.replay.statuses=2xx,4xx,401,403,408,425,429,500",
				"idempotency.replay.excluded-headers=X-Cost,x-internal", "idempotency.max-response-size=2KB",
				"idempotency.wait=5s");
	}

	static Call call(TestApplication application, String target) {
		return Call.post(application, target).key(UUID.randomUUID().toString());
	}

	static Call respond(TestApplication application, Wanted wanted) {
		try {
			return call(application, "/respond").json(new ObjectMapper().writeValueAsString(wanted));
		}
		catch (JsonProcessingException ex) {
			throw new IllegalStateException(ex);
		}
	}

}

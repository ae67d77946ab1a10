package dev.idempotency.behaviour;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Future;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.idempotency.behaviour.app.Executions;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The behaviour in short, to be shown once more with something else around it. A subclass
 * says what.
 */
@TestInstance(Lifecycle.PER_CLASS)
abstract class AllOfTheAbove {

	private static final String FORM = "application/x-www-form-urlencoded";

	private @Nullable TestApplication application;

	/** Starts the application with what is to stand around it. */
	abstract TestApplication start();

	/** Where the paths of the application begin. */
	String prefix() {
		return "";
	}

	/** Adds what every request needs. */
	Call prepare(Call call) {
		return call;
	}

	@BeforeAll
	final void startApplication() {
		this.application = start();
	}

	@AfterAll
	final void stopApplication() {
		application().close();
	}

	final TestApplication application() {
		if (this.application == null) {
			throw new IllegalStateException("Not started");
		}
		return this.application;
	}

	/** A request with a fresh key. */
	final Call call(String target) {
		return prepare(ReplayTests.call(application(), prefix() + target));
	}

	final Call order() {
		return call("/orders").json("{\"item\":\"book\",\"quantity\":2}");
	}

	final Call form(String target, String body) {
		return call(target).header("Content-Type", FORM).body(body.getBytes(StandardCharsets.UTF_8));
	}

	/** Asserts that a call runs once and is replayed from then on. */
	final Answer assertReplayed(Call call, int status) {
		Answer first = call.send().assertFirst(status);
		call.send().assertReplayOf(first);
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
		return first;
	}

	/** Asserts that another request under the key is refused and changes nothing. */
	static void assertRefused(Call other, Call call, Answer first) {
		other.send().assertProblem(422, "key-reused");
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	private static void assertNotRecorded(Call call, int status) {
		call.send().assertFirst(status);
		call.send().assertFirst(status);
		assertThat(call.executions()).isEqualTo(2);
	}

	@Test
	@DisplayName("8.3 a retry gets the first response, another body a 422, no key a 400")
	void anOrder() {
		Call order = order();
		Answer first = assertReplayed(order, 201);
		assertThat(first.headers()).containsKeys("Location", "ETag", "X-Order-Run");
		assertThat(first.text()).contains("\"item\":\"book\"", "\"quantity\":2");
		assertRefused(order.json("{\"item\":\"book\",\"quantity\":3}"), order, first);
		order.sendChunked().assertReplayOf(first);
		order.withoutKey().send().assertProblem(400, "key-missing");
		order.header("Idempotency-Key", "not, a key").send().assertProblem(400, "key-malformed");
	}

	@Test
	@DisplayName("8.3 a retry may accept something else")
	void anotherRepresentation() {
		Call call = call("/only-json").header("Accept", "application/json");
		Answer first = assertReplayed(call, 200);
		call.header("Accept", "text/csv").send().assertReplayOf(first);
		assertThat(call.key("another").header("Accept", "text/csv").send().status()).isEqualTo(406);
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("8.3 the handler sees the parameters of a form post, and a retry gets its response")
	void aFormPost() {
		Call post = form("/idempotent/parameters?size=xl", "name=Zo%C3%AB+B&color=red&color=blue");
		Answer first = assertReplayed(post, 200);
		String plain = form("/plain/parameters?size=xl", "name=Zo%C3%AB+B&color=red&color=blue").send().text();
		assertThat(List.of(first.text(), plain))
			.allSatisfy((text) -> assertThat(text).contains("name=[Zoë B]", "color=[red, blue]", "size=[xl]"));
		assertRefused(post.body("name=Zo%C3%AB+B&color=red&color=green".getBytes(StandardCharsets.UTF_8)), post, first);
	}

	@ParameterizedTest
	@ValueSource(strings = { "PUT", "PATCH" })
	@DisplayName("8.3 the same holds for a form that comes by another method")
	void aForm(String method) {
		Call call = form("/idempotent/parameters", "name=Ann&color=red").method(method);
		Answer first = assertReplayed(call, 200);
		assertThat(first.text()).contains("name=[Ann]", "color=[red]");
		assertRefused(call.body("name=Ann&color=blue".getBytes(StandardCharsets.UTF_8)), call, first);
	}

	@Test
	@DisplayName("8.3 an upload of the same parts is the same request, another file is another")
	void anUpload() {
		Call call = call("/idempotent/parts");
		Call upload = file("content").in(call, "b1");
		Answer first = assertReplayed(upload, 200);
		assertThat(first.text()).contains("file|a.txt|text/plain|7|", "title=[title]");
		file("content").in(call, "b2").send().assertReplayOf(first);
		assertRefused(file("other").in(call, "b1"), upload, first);
	}

	private static SameRequestTests.Multipart file(String content) {
		return new SameRequestTests.Multipart("title", "file", "a.txt", "text/plain", content);
	}

	@ParameterizedTest
	@ValueSource(strings = { "void", "entity-void", "json", "string", "bytes", "latin-1", "stream-resource", "view",
			"model-and-view", "stream-with-length", "stream-large", "stream-flushed", "writer-large", "writer-flushed",
			"writer-default", "writer-locale", "stream-reset", "writer-reset", "writer-then-stream", "reset-buffer",
			"headers" })
	@DisplayName("8.3 however the handler answers, its response is that of one without the annotation, and is replayed")
	void everyWayToAnswer(String way) {
		Answer bare = call("/bare/" + way).send();
		assertReplayed(call("/annotated/" + way), bare.status()).assertSameAs(bare);
	}

	@ParameterizedTest
	@ValueSource(strings = { "redirect", "send-redirect" })
	@DisplayName("8.3 a redirect leads to the same place as one without the annotation, and is replayed")
	void redirects(String way) {
		URI server = URI.create("http://localhost:" + application().port());
		Answer bare = call("/bare/" + way).send();
		Answer first = assertReplayed(call("/annotated/" + way), bare.status());
		assertThat(server.resolve(String.valueOf(first.header("Location"))))
			.isEqualTo(server.resolve(String.valueOf(bare.header("Location"))));
	}

	@Test
	@DisplayName("8.3 what was invalid is not recorded: the corrected body runs under the same key")
	void aCorrectedBody() {
		for (String body : List.of("{\"name\":\" \",\"amount\":1}", "{\"name\":", "")) {
			Call call = call("/validation/body");
			call.json(body).send().assertFirst(400);
			call.json(body).send().assertFirst(400);
			assertReplayed(call.json("{\"name\":\"book\",\"amount\":1}"), 201);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "advice:409", "local-advice:409", "response-status-exception:404",
			"error-response-exception:422", "annotated-exception:410" })
	@DisplayName("8.3 an exception that was turned into a response is recorded as the client saw it")
	void anExceptionThatBecameAResponse(String failure) {
		String[] nameAndStatus = failure.split(":", -1);
		Answer first = assertReplayed(call("/fail/throw/" + nameAndStatus[0]), Integer.parseInt(nameAndStatus[1]));
		assertThat(first.body()).isNotEmpty();
	}

	@Test
	@DisplayName("8.3 an error page is recorded as the client saw it")
	void anErrorPage() {
		Answer first = assertReplayed(call("/fail/send-error/409"), 409);
		assertThat(first.text()).contains("\"status\":409", "\"path\":\"" + prefix() + "/fail/send-error/409\"");
		assertReplayed(call("/fail/annotated-method"), 402);
	}

	@Test
	@DisplayName("8.3 failures are not recorded")
	void failures() {
		assertNotRecorded(call("/fail/throw/runtime-exception"), 500);
		assertNotRecorded(call("/fail/throw/checked-exception"), 500);
		assertNotRecorded(call("/fail/throw/error"), 500);
		assertNotRecorded(call("/fail/throw/local-advice-5xx"), 503);
		assertNotRecorded(call("/fail/send-error/503"), 503);
		assertNotRecorded(call("/fail/throw-status/502"), 502);
		assertNotRecorded(call("/fail/throw-status/401"), 401);
		assertNotRecorded(call("/fail/send-error/403"), 403);
	}

	@ParameterizedTest
	@ValueSource(strings = { "callable", "deferred", "stage", "task", "servlet" })
	@DisplayName("8.3 what is answered later is recorded when it is there; until then a retry is refused")
	void aLaterAnswer(String way) {
		Call call = call("/async/" + way).json("{\"item\":\"book\"}");
		try (Together together = new Together(); Executions.Gate gate = call.hold()) {
			Future<Answer> answer = together.meanwhile(call::send);
			gate.awaitArrival();
			call.send().assertProblem(409, "in-flight");
			gate.open();
			Answer first = Together.get(answer).assertFirst(201);
			assertThat(first.text()).contains("run");
			call.send().assertReplayOf(first);
		}
		assertThat(call.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@CsvSource({ "already-there, 201", "future-of-void, 202", "servlet-at-once, 201", "answered-timeout, 202",
			"fails/advised, 409" })
	@DisplayName("8.3 whatever an asynchronous handler answers is recorded")
	void aLaterAnswerOfAnyKind(String way, int status) {
		assertReplayed(call("/async/" + way), status);
	}

	@ParameterizedTest
	@CsvSource({ "fails/unexpected, 500", "timeout, 503", "servlet-fails, 503", "servlet-timeout, 500" })
	@DisplayName("8.3 asynchronous failures and timeouts are not recorded")
	void laterFailures(String way, int status) {
		assertNotRecorded(call("/async/" + way), status);
	}

	@Test
	@DisplayName("8.3 a response that is too large is delivered whole and not run again")
	void aLargeResponse() {
		Call call = call("/large/1100000");
		assertThat(call.send().assertFirst(200).body()).hasSize(1_100_000);
		call.send().assertProblem(409, "not-replayable");
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("8.3 an endpoint without annotation is untouched")
	void anotherEndpoint() {
		Call call = call("/without-annotation");
		Answer first = call.send().assertFirst(200);
		call.send().assertFirst(200).assertSameAs(first);
		call.header("Idempotency-Key", "not, a key").send().assertFirst(200).assertSameAs(first);
		assertThat(call.executions()).isEqualTo(3);
	}

	@Test
	@DisplayName("8.3 of many parallel requests one runs; the others are refused, or get its response")
	void parallelRequests() {
		for (String target : List.of("/orders", "/async/callable")) {
			Call call = call(target).json("{\"item\":\"book\",\"quantity\":2}");
			List<Answer> answers = Together.all(20, (i) -> call.send());
			List<Answer> first = answers.stream()
				.filter((answer) -> answer.status() == 201 && !answer.isReplay())
				.toList();
			assertThat(first).hasSize(1);
			for (Answer answer : answers) {
				if (answer.status() == 409) {
					answer.assertProblem(409, "in-flight");
				}
				else if (answer != first.get(0)) {
					answer.assertReplayOf(first.get(0));
				}
			}
			assertThat(call.executions()).isEqualTo(1);
			call.send().assertReplayOf(first.get(0));
		}
	}

	@Test
	@DisplayName("8.3 a retry right after the last byte is a replay")
	void aRetryAfterTheLastByte() {
		for (int i = 0; i < 50; i++) {
			Call call = call("/instant").key(UUID.randomUUID().toString());
			Answer first = call.send().assertFirst(200);
			call.send().assertReplayOf(first);
		}
	}

}

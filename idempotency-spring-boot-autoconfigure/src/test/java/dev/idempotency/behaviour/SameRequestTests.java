package dev.idempotency.behaviour;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.idempotency.behaviour.app.BodyConfiguration;
import dev.idempotency.behaviour.app.EndedRequests;
import dev.idempotency.behaviour.app.Executions;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Section 3 of the behaviour: what tells a retry from another request.
 */
class SameRequestTests {

	private static final int MAX_REQUEST_SIZE = 1024 * 1024;

	private static final String FORM = "application/x-www-form-urlencoded";

	private static TestApplication application() {
		return TestApplication.shared(Store.H2);
	}

	/** A request with path variable, query, media type with parameter, and body. */
	private static Call thing(TestApplication application) {
		return Call.post(application, "/things/1?color=red&size=7")
			.header("Content-Type", "text/plain;charset=UTF-8;version=1")
			.body("content".getBytes(StandardCharsets.UTF_8))
			.key(UUID.randomUUID().toString());
	}

	private static List<Call> othersThan(Call call) {
		List<Call> others = new ArrayList<>();
		Stream.of("PUT", "PATCH", "DELETE").map(call::method).forEach(others::add);
		Stream
			.of("/things/2?color=red&size=7", "/things/%31?color=red&size=7", "/things/1/?color=red&size=7",
					"/things/1;v=1?color=red&size=7", "/things/1?color=blue&size=7", "/things/1?size=7&color=red",
					"/things/1?color=%72ed&size=7", "/things/1?color=red&size=7&", "/things/1?color=red", "/things/1?",
					"/things/1")
			.map(call::target)
			.forEach(others::add);
		Stream
			.of("application/octet-stream;charset=UTF-8;version=1", "text/html;charset=UTF-8;version=1",
					"text/plain;charset=UTF-8;version=2", "text/plain;charset=UTF-8", "text/plain;version=1",
					"text/plain;charset=UTF-16;version=1", "text/plain;charset=UTF-8;version=1;more=1", "text/plain")
			.map((type) -> call.header("Content-Type", type))
			.forEach(others::add);
		others.add(call.without("Content-Type"));
		Stream.of("Content", "content ", "conten", "contenu", " content", "content\n", "content\0")
			.map((body) -> call.body(body.getBytes(StandardCharsets.UTF_8)))
			.forEach(others::add);
		others.add(call.body(new byte[0]));
		return others;
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("3.1 method, path, query, media type and body tell requests apart; the original is still replayed")
	void anotherRequestIsRefused(Store store) {
		Call call = thing(TestApplication.shared(store));
		Answer first = call.send().assertFirst(202);
		for (Call other : othersThan(call)) {
			Answer refusal = other.send().assertProblem(422, "key-reused");
			assertThat(refusal.text()).doesNotContain("secret-body");
			assertThat(refusal.headers()).doesNotContainKey("X-Secret");
			call.send().assertReplayOf(first);
		}
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("3.1 whichever of them comes first, the others are refused")
	void anyRequestMayBeTheFirst() {
		Call call = thing(application());
		for (Call other : othersThan(call)) {
			String key = UUID.randomUUID().toString();
			Answer first = other.key(key).send().assertFirst(202);
			call.key(key).send().assertProblem(422, "key-reused");
			other.key(key).send().assertReplayOf(first);
		}
	}

	@Test
	@DisplayName("3.1 another operation is another request")
	void anotherOperationIsRefused() {
		Call call = Call.order(application());
		Answer first = call.send().assertFirst(201);
		Answer refusal = call.target("/only-json").send().assertProblem(422, "key-reused");
		assertThat(refusal.headers()).doesNotContainKeys("Location", "ETag", "X-Order-Run");
		call.send().assertReplayOf(first);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("3.2 other headers do not tell requests apart")
	void otherHeadersDoNotCount(Store store) {
		Call call = Call.order(TestApplication.shared(store))
			.header("X-User", "mary")
			.header("Accept", "application/json")
			.header("User-Agent", "one/1.0")
			.header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
			.header("Cookie", "session=1")
			.header("Authorization", "Bearer first");
		Answer first = call.send().assertFirst(201);
		Call retry = call.header("Accept", "*/*")
			.header("User-Agent", "two/2.0")
			.header("traceparent", "00-1af7651916cd43dd8448eb211c80319c-c7ad6b7169203331-00")
			.header("Cookie", "session=2; more=3")
			.header("Authorization", "Bearer refreshed")
			.header("Accept-Language", "de")
			.header("X-Forwarded-For", "10.0.0.1")
			.header("If-None-Match", "*")
			.header("Cache-Control", "no-cache")
			.header("Content-Language", "en");
		retry.send().assertReplayOf(first);
		Stream.of("Accept", "User-Agent", "traceparent", "Cookie", "Authorization")
			.forEach((name) -> retry.without(name).send().assertReplayOf(first));
		assertThat(call.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "application/xml", "text/csv", "image/png, text/html;q=0.5", "application/json;q=0",
			"nonsense" })
	@DisplayName("3.2 a retry that accepts something else gets the first representation, never a 406")
	void aRetryMayAcceptSomethingElse(String accept) {
		Call call = Call.order(application()).header("Accept", "application/json");
		Answer first = call.send().assertFirst(201);
		call.header("Accept", accept).send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("3.11 where two operations on one path produce one representation each, they share no record")
	void operationsToldApartByRepresentation() {
		Call call = Call.post(application(), "/json-or-text")
			.header("Accept", "application/json")
			.key(UUID.randomUUID().toString());
		Answer first = call.send().assertFirst(200);
		assertThat(first.text()).isEqualTo("{\"run\":1}");
		call.header("Accept", "text/plain").send().assertProblem(422, "key-reused");
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "application/xml", "text/csv", "image/png, text/html;q=0.5", "nonsense" })
	@DisplayName("3.2 not even where the mapping says what it produces")
	void aRetryMayAcceptSomethingElseThanTheMappingProduces(String accept) {
		Call call = Call.post(application(), "/only-json")
			.header("Accept", "application/json")
			.key(UUID.randomUUID().toString());
		Answer first = call.send().assertFirst(200);
		call.header("Accept", accept).send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("3.2 a first request that accepts nothing of what the mapping produces is not acceptable, nor claimed")
	void aFirstRequestMustAcceptWhatTheMappingProduces() {
		Call call = Call.post(application(), "/only-json").key(UUID.randomUUID().toString());
		call.header("Accept", "text/csv").send().assertFirst(406);
		call.withoutKey().header("Accept", "text/csv").send().assertProblem(400, "key-missing");
		assertThat(call.executions()).isZero();
		call.send().assertFirst(200);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("3.3 with its length told or chunked, a body is the same body")
	void chunkedOrNot(Store store) {
		Call call = thing(TestApplication.shared(store));
		Answer first = call.send().assertFirst(202);
		call.sendChunked().assertReplayOf(first);
		Call chunkedFirst = thing(TestApplication.shared(store));
		Answer chunked = chunkedFirst.sendChunked().assertFirst(202);
		chunkedFirst.send().assertReplayOf(chunked);
		chunkedFirst.body("contenT".getBytes(StandardCharsets.UTF_8)).sendChunked().assertProblem(422, "key-reused");
		assertThat(call.executions()).isEqualTo(1);
		assertThat(chunkedFirst.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("3.3 chunks of other sizes make the same body")
	void chunksOfOtherSizes() {
		String name = UUID.randomUUID().toString();
		String key = "Idempotency-Key: " + UUID.randomUUID();
		try (RawConnection connection = RawConnection.to(application())) {
			String head = RawConnection.head("POST", "/things/1", "X-Case: " + name, "Content-Type: text/plain", key,
					"Transfer-Encoding: chunked");
			Answer first = connection.send(head + "7\r\ncontent\r\n0\r\n\r\n").receive().assertFirst(202);
			connection.send(head + "3;x=y\r\ncon\r\n1\r\nt\r\n03\r\nent\r\n0\r\n\r\n").receive().assertReplayOf(first);
			connection.send(head + "3\r\ncon\r\n0\r\n\r\n").receive().assertProblem(422, "key-reused");
		}
		assertThat(application().executions().count(name)).isEqualTo(1);
	}

	@Test
	@DisplayName("3.3 an empty and an absent body are the same")
	void emptyOrAbsent() {
		String name = UUID.randomUUID().toString();
		String key = "Idempotency-Key: " + UUID.randomUUID();
		try (RawConnection connection = RawConnection.to(application())) {
			String[] lines = { "X-Case: " + name, "Content-Type: application/json", key };
			Answer first = connection.send(RawConnection.head("POST", "/things/1", lines)).receive().assertFirst(202);
			assertThat(first.text()).endsWith(" 1 0");
			connection.send(RawConnection.head("POST", "/things/1", with(lines, "Content-Length: 0")))
				.receive()
				.assertReplayOf(first);
			connection
				.send(RawConnection.head("POST", "/things/1", with(lines, "Transfer-Encoding: chunked")) + "0\r\n\r\n")
				.receive()
				.assertReplayOf(first);
			connection.send(RawConnection.head("POST", "/things/1", with(lines, "Content-Length: 2")) + "{}")
				.receive()
				.assertProblem(422, "key-reused");
		}
		assertThat(application().executions().count(name)).isEqualTo(1);
	}

	private static String[] with(String[] lines, String line) {
		return Stream.concat(Stream.of(lines), Stream.of(line)).toArray(String[]::new);
	}

	@Test
	@DisplayName("3.3 the charset and the media type may be spelled otherwise")
	void otherSpellingsOfTheMediaType() {
		Call call = Call.order(application()).header("Content-Type", "application/json;charset=UTF-8;v=\"A\"");
		Answer first = call.send().assertFirst(201);
		for (String type : List.of("application/json;charset=utf-8;v=\"A\"", "application/json;charset=Utf-8;v=\"A\"",
				"application/json;charset=\"utf-8\";v=A", "application/json; charset=utf-8 ; v=\"A\"",
				"application/json;v=\"A\";charset=UTF-8", "Application/JSON;Charset=UTF-8;V=\"A\"",
				"application/json;charset=UTF-8;V=\"A\"")) {
			call.header("Content-Type", type).send().assertReplayOf(first);
		}
		call.header("Content-Type", "application/json;charset=utf-8;v=\"a\"").send().assertProblem(422, "key-reused");
		call.header("Content-Type", "application/json;charset=iso-8859-1;v=\"A\"")
			.send()
			.assertProblem(422, "key-reused");
		assertThat(call.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"item\": \"book\",\"quantity\":2}", "{\"quantity\":2,\"item\":\"book\"}",
			"{\"item\":\"book\",\"quantity\":2}\n", "{\"item\":\"boo\\u006b\",\"quantity\":2}", "{}" })
	@DisplayName("3.3 JSON that means the same in other bytes is another request")
	void otherBytesOfTheSameJson(String json) {
		Call call = Call.order(application());
		Answer first = call.send().assertFirst(201);
		call.json(json).send().assertProblem(422, "key-reused");
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	/** How code before the handler may have read the request. */
	static Stream<String> earlyReaders() {
		return Stream.of("X-None: ", BodyConfiguration.READ_BEFORE + ": parameter",
				BodyConfiguration.READ_BETWEEN + ": parameter", BodyConfiguration.READ_BEFORE + ": cache",
				BodyConfiguration.READ_BETWEEN + ": cache", BodyConfiguration.READ_BEFORE + ": parts",
				BodyConfiguration.READ_BETWEEN + ": parts");
	}

	private static Call readEarly(Call call, String earlyReader) {
		String[] header = earlyReader.split(": ?", 2);
		return call.header(header[0], header[1]);
	}

	@ParameterizedTest
	@MethodSource("earlyReaders")
	@DisplayName("3.4 multipart: another boundary is the same request, another part is not")
	void multipart(String earlyReader) {
		Call call = readEarly(Call.post(application(), "/idempotent/files").key(UUID.randomUUID().toString()),
				earlyReader);
		Multipart original = new Multipart("title", "file", "a.txt", "text/plain", "content");
		Answer first = original.in(call, "b1").send().assertFirst(200);
		assertThat(first.text()).isEqualTo("read: title|a.txt|text/plain|"
				+ HexFormat.of().formatHex("content".getBytes(StandardCharsets.UTF_8)) + "|[file]");
		original.in(call, "b1").send().assertReplayOf(first);
		original.in(call, "another-boundary").send().assertReplayOf(first);
		original.in(call, "b3").sendChunked().assertReplayOf(first);
		for (Multipart other : List.of(new Multipart("title", "file", "a.txt", "text/plain", "Content"),
				new Multipart("title", "file", "a.txt", "text/plain", ""),
				new Multipart("title", "file", "b.txt", "text/plain", "content"),
				new Multipart("title", "file", "a.txt", "text/html", "content"),
				new Multipart("title", "pile", "a.txt", "text/plain", "content"),
				new Multipart("another title", "file", "a.txt", "text/plain", "content"))) {
			other.in(call, "b1").send().assertProblem(422, "key-reused");
		}
		original.with(original).in(call, "b1").send().assertProblem(422, "key-reused");
		original.in(call, "b1").send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@MethodSource("earlyReaders")
	@DisplayName("3.4 form posts: the handler sees its parameters, another value is another request")
	void forms(String earlyReader) {
		Call call = readEarly(Call.post(application(), "/idempotent/parameter-arguments?color=red&q=1")
			.header("Content-Type", FORM)
			.key(UUID.randomUUID().toString()), earlyReader.endsWith("parts") ? "X-None: " : earlyReader);
		Call original = call.body("name=Zo%C3%AB+K&color=blue&empty=".getBytes(StandardCharsets.US_ASCII));
		Answer first = original.send().assertFirst(200);
		assertThat(first.text())
			.isEqualTo("read: Zo\u00eb K[red, blue]{color=[red, blue], empty=[], name=[Zo\u00eb K], q=[1]}");
		original.send().assertReplayOf(first);
		original.sendChunked().assertReplayOf(first);
		for (String body : List.of("name=Zo%C3%AB+L&color=blue&empty=", "name=Zo%C3%AB+K&color=green&empty=",
				"name=Zo%C3%AB+K&color=blue&empty=&more=1", "name=Zo%C3%AB+K&color=blue",
				"name=Zo%C3%AB+K&color=blue&empty=&color=blue")) {
			call.body(body.getBytes(StandardCharsets.US_ASCII)).send().assertProblem(422, "key-reused");
		}
		original.target("/idempotent/parameter-arguments?color=blue&q=1").send().assertProblem(422, "key-reused");
		original.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@CsvSource({ "PUT, X-None", "PATCH, X-None", "PUT, X-Read-Between", "PATCH, X-Read-Before" })
	@DisplayName("3.4 form data in a PUT or PATCH is read by a filter of Spring, and tells requests apart as well")
	void formsInOtherMethods(String method, String headerName) {
		Call call = Call.post(application(), "/idempotent/parameters")
			.method(method)
			.header(headerName, "parameter")
			.header("Content-Type", FORM)
			.key(UUID.randomUUID().toString());
		Call original = call.body("name=one&color=red".getBytes(StandardCharsets.US_ASCII));
		Answer first = original.send().assertFirst(200);
		assertThat(first.text()).contains("name=[one]").contains("color=[red]");
		original.send().assertReplayOf(first);
		call.body("name=two&color=red".getBytes(StandardCharsets.US_ASCII)).send().assertProblem(422, "key-reused");
		assertThat(call.executions()).isEqualTo(1);
	}

	static Stream<Reading> readings() {
		String json = "{\"name\":\"Zo\u00eb \ud83d\ude00\",\"number\":7}";
		String form = "name=Zo%C3%AB%20%F0%9F%98%80+x&number=7&color=a%26b&color=&color&bad=%zz&=nameless&%E4=1&x=%E4";
		List<Reading> readings = new ArrayList<>();
		for (String way : List.of("string", "bytes", "object", "stream", "stream-argument", "reader", "reader-argument",
				"entity", "request-entity")) {
			readings.add(new Reading(way, "", "application/json", json, StandardCharsets.UTF_8));
			readings.add(new Reading(way, "", "application/json;charset=UTF-8", json, StandardCharsets.UTF_8));
		}
		for (String way : List.of("string", "bytes", "stream", "reader", "entity", "request-entity")) {
			readings.add(new Reading(way, "", "text/plain", "Zo\u00eb", StandardCharsets.UTF_8));
			readings.add(new Reading(way, "", "text/plain", "0123456789".repeat(30_000), StandardCharsets.UTF_8));
		}
		for (String way : List.of("string", "bytes", "stream", "entity", "request-entity")) {
			readings
				.add(new Reading(way, "", "text/plain;charset=ISO-8859-1", "Zo\u00eb", StandardCharsets.ISO_8859_1));
			readings.add(new Reading(way, "", "text/plain;charset=UTF-16", "Zo\u00eb", StandardCharsets.UTF_16));
		}
		for (String way : List.of("string", "bytes", "stream-argument", "reader-argument", "parameters",
				"parameter-arguments", "model", "entity", "request-entity", "form-body")) {
			String pairs = way.equals("form-body") ? form.replace("bad=%zz&", "") : form;
			for (String query : List.of("", "?color=query&more=%C3%AB", "?name=first")) {
				readings.add(new Reading(way, query, FORM, pairs, StandardCharsets.US_ASCII));
				readings.add(new Reading(way, query, FORM + ";charset=UTF-8", pairs, StandardCharsets.US_ASCII));
			}
			readings.add(new Reading(way, "", FORM + ";charset=ISO-8859-1", "name=Zo%EB&color=1&number=1",
					StandardCharsets.UTF_8));
		}
		Multipart multipart = new Multipart("Zo\u00eb", "file", "\u00eb.bin", "application/octet-stream",
				"\u00ff\u0000");
		for (String way : List.of("parts", "files", "request-part", "parameters")) {
			readings.add(new Reading(way, "?color=query", "multipart/form-data;boundary=b1",
					multipart.with("thing", "application/json", json).text("b1"), StandardCharsets.UTF_8));
		}
		return readings.stream();
	}

	@ParameterizedTest
	@MethodSource("readings")
	@DisplayName("3.5 a handler reads of a keyed request what it reads of any")
	void handlersReadAsBefore(Reading reading) {
		for (String earlyReader : List.of("X-None: ", BodyConfiguration.READ_BEFORE + ": cache",
				BodyConfiguration.READ_BETWEEN + ": cache")) {
			assertReadAsBefore(readEarly(reading.call("/plain/"), earlyReader),
					readEarly(reading.call("/idempotent/"), earlyReader));
		}
	}

	private static void assertReadAsBefore(Call plain, Call keyed) {
		Answer expected = plain.send();
		assertThat(expected.text()).startsWith("read: ");
		assertThat(plain.sendChunked().text()).isEqualTo(expected.text());
		assertThat(keyed.key(UUID.randomUUID().toString()).send().assertFirst(200).text()).isEqualTo(expected.text());
		assertThat(keyed.key(UUID.randomUUID().toString()).sendChunked().assertFirst(200).text())
			.isEqualTo(expected.text());
		assertThat(keyed.send().assertFirst(200).text()).isEqualTo(expected.text());
		assertThat(keyed.executions()).isEqualTo(3);
	}

	@Test
	@DisplayName("3.5 text that is not in its charset fails to be read, as in any request")
	void malformedTextIsNotReplaced() {
		Reading reading = new Reading("reader", "", "text/plain;charset=UTF-8", "Zo\u00eb",
				StandardCharsets.ISO_8859_1);
		assertThat(reading.call("/plain/").send().status()).isEqualTo(500);
		assertThat(reading.call("/idempotent/").key(UUID.randomUUID().toString()).send().status()).isEqualTo(500);
	}

	@ParameterizedTest
	@ValueSource(strings = { BodyConfiguration.READ_BEFORE, BodyConfiguration.READ_BETWEEN })
	@DisplayName("3.5 a filter may have read the body and give it once more")
	void aFilterMayGiveTheBodyOnceMore(String headerName) {
		for (String way : List.of("string", "bytes", "object", "stream", "reader", "entity")) {
			Reading reading = new Reading(way, "", "application/json", "{\"name\":\"Zo\u00eb\",\"number\":7}",
					StandardCharsets.UTF_8);
			assertReadAsBefore(reading.call("/plain/").header(headerName, "body"),
					reading.call("/idempotent/").header(headerName, "body"));
			Call keyed = reading.call("/idempotent/").header(headerName, "body").key(UUID.randomUUID().toString());
			Answer first = keyed.send().assertFirst(200);
			keyed.send().assertReplayOf(first);
			keyed.json("{\"name\":\"Zo\u00eb\",\"number\":8}").send().assertProblem(422, "key-reused");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { BodyConfiguration.READ_BEFORE, BodyConfiguration.READ_BETWEEN })
	@DisplayName("3.5 a filter may have replaced the body by a longer or a shorter one, as if it had decompressed it")
	void aFilterMayReplaceTheBody(String headerName) {
		Reading reading = new Reading("stream", "", "text/plain", "compressed", StandardCharsets.UTF_8);
		for (int length : List.of(0, 1, 9, 10, 11, 20, 50_000, MAX_REQUEST_SIZE)) {
			assertReadAsBefore(reading.call("/plain/").header(headerName, "replace " + length),
					reading.call("/idempotent/").header(headerName, "replace " + length));
		}
	}

	@Test
	@DisplayName("3.7 what a filter before the library's made of the body must not be too large")
	void aReplacedBodyMayBeTooLarge() {
		Reading reading = new Reading("stream", "", "text/plain", "compressed", StandardCharsets.UTF_8);
		Call tooLarge = reading.call("/idempotent/")
			.header(BodyConfiguration.READ_BEFORE, "replace " + (MAX_REQUEST_SIZE + 1))
			.key(UUID.randomUUID().toString());
		tooLarge.send().assertProblem(413, "body-too-large");
		tooLarge.sendChunked().assertProblem(413, "body-too-large");
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("3.6 another request is refused as such while the first one runs")
	void anotherRequestWhileTheFirstRuns(Store store) {
		Call call = Call.order(TestApplication.shared(store));
		CompletableFuture<Answer> first;
		try (Executions.Gate gate = call.hold()) {
			first = CompletableFuture.supplyAsync(call::send);
			gate.awaitArrival();
			call.json("{\"item\":\"pen\",\"quantity\":2}").send().assertProblem(422, "key-reused");
			call.send().assertProblem(409, "in-flight");
		}
		Answer answer = first.join().assertFirst(201);
		call.send().assertReplayOf(answer);
		assertThat(call.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("3.7 a body above the limit is refused, its length told or not, and the key is still free")
	void aBodyAboveTheLimit(Store store) {
		Call call = thing(TestApplication.shared(store));
		Call tooLarge = call.body(new byte[MAX_REQUEST_SIZE + 1]);
		tooLarge.send().assertProblem(413, "body-too-large");
		tooLarge.sendChunked().assertProblem(413, "body-too-large");
		assertThat(call.executions()).isZero();
		Answer first = call.send().assertFirst(202);
		call.send().assertReplayOf(first);
		tooLarge.send().assertProblem(413, "body-too-large");
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("3.7 a body just at the limit is accepted, its length told or not")
	void aBodyAtTheLimit() {
		Call call = thing(application()).body(new byte[MAX_REQUEST_SIZE]);
		Answer first = call.send().assertFirst(202);
		assertThat(first.text()).endsWith(" 1 " + MAX_REQUEST_SIZE);
		call.sendChunked().assertReplayOf(first);
		Call chunked = call.key(UUID.randomUUID().toString());
		assertThat(chunked.sendChunked().assertFirst(202).text()).endsWith(" 2 " + MAX_REQUEST_SIZE);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	@DisplayName("3.7 the limit holds for multipart and forms as well, whoever has read them before")
	void partsAndFormsAboveTheLimit(boolean readBefore) {
		Call upload = readEarly(Call.post(application(), "/idempotent/parts").key(UUID.randomUUID().toString()),
				readBefore ? BodyConfiguration.READ_BEFORE + ": parameter" : "X-None: ");
		Multipart half = new Multipart("title", "file", "a.txt", "text/plain", "x".repeat(MAX_REQUEST_SIZE / 2));
		half.with(half).in(upload, "b1").send().assertProblem(413, "body-too-large");
		half.with(half).in(upload, "b1").sendChunked().assertProblem(413, "body-too-large");
		half.in(upload, "b1").send().assertFirst(200);
		Call form = readEarly(
				Call.post(application(), "/idempotent/model")
					.header("Content-Type", FORM)
					.key(UUID.randomUUID().toString()),
				readBefore ? BodyConfiguration.READ_BEFORE + ": parameter" : "X-None: ");
		byte[] large = ("number=1&name=" + "x".repeat(MAX_REQUEST_SIZE)).getBytes(StandardCharsets.US_ASCII);
		form.body(large).send().assertProblem(413, "body-too-large");
		form.body(large).sendChunked().assertProblem(413, "body-too-large");
		form.body("number=1&name=x".getBytes(StandardCharsets.US_ASCII)).send().assertFirst(200);
	}

	static Stream<CutShort> cutShort() {
		List<CutShort> cases = new ArrayList<>();
		String parts = new Multipart("title", "file", "a.txt", "text/plain", "content").text("b1");
		for (String earlyReader : List.of("X-None: ", BodyConfiguration.READ_BEFORE + ": parameter",
				BodyConfiguration.READ_BETWEEN + ": parameter", BodyConfiguration.READ_BETWEEN + ": cache")) {
			for (boolean chunked : new boolean[] { false, true }) {
				cases.add(new CutShort("/idempotent/stream", "text/plain", "content", chunked, earlyReader));
				cases.add(new CutShort("/idempotent/string", "text/plain", "", chunked, earlyReader));
				cases.add(new CutShort("/idempotent/parameters", FORM, "name=one&color=re", chunked, earlyReader));
				cases.add(new CutShort("/idempotent/parameters", FORM, "", chunked, earlyReader));
				cases.add(new CutShort("/idempotent/parts", "multipart/form-data;boundary=b1",
						parts.substring(0, parts.length() - 20), chunked, earlyReader));
			}
		}
		return cases.stream();
	}

	@ParameterizedTest
	@MethodSource("cutShort")
	@DisplayName("3.7 an upload that is cut short claims nothing and runs nothing")
	void anUploadThatIsCutShort(CutShort upload) {
		TestApplication application = application();
		EndedRequests endedRequests = application.context().getBean(EndedRequests.class);
		for (boolean halfClosed : new boolean[] { true, false }) {
			String name = UUID.randomUUID().toString();
			StoredRecords before = StoredRecords.of(application, Store.H2);
			try (RawConnection connection = RawConnection.to(application)) {
				connection.send(upload.text(name));
				if (halfClosed) {
					connection.endOfInput();
					Awaitility.await().until(() -> endedRequests.contains(name));
				}
			}
			Awaitility.await().until(() -> endedRequests.contains(name));
			assertThat(application.executions().count(name)).isZero();
			StoredRecords.of(application, Store.H2).assertOnlyAdded(0, before);
		}
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("3.8 PUT with If-None-Match, PATCH with If-Match and DELETE that succeeded are replayed")
	void conditionalRequests(Store store) {
		Call document = Call.post(TestApplication.shared(store), "/documents/" + UUID.randomUUID())
			.header("Content-Type", "text/plain")
			.body("content".getBytes(StandardCharsets.UTF_8));
		Call put = document.method("PUT").header("If-None-Match", "*").key(UUID.randomUUID().toString());
		Answer created = put.send().assertFirst(201);
		Call patch = document.method("PATCH")
			.header("If-Match", String.valueOf(created.header("ETag")))
			.key(UUID.randomUUID().toString());
		Answer patched = patch.send().assertFirst(200);
		put.send().assertReplayOf(created);
		patch.send().assertReplayOf(patched);
		put.key(UUID.randomUUID().toString()).send().assertFirst(412);
		patch.key(UUID.randomUUID().toString()).send().assertFirst(412);
		Call delete = document.method("DELETE").body(new byte[0]).key(UUID.randomUUID().toString());
		Answer deleted = delete.send().assertFirst(204);
		delete.send().assertReplayOf(deleted);
		delete.key(UUID.randomUUID().toString()).send().assertFirst(404);
		put.send().assertReplayOf(created);
		patch.send().assertReplayOf(patched);
		assertThat(document.executions()).isEqualTo(6);
	}

	/**
	 * What is read in which way.
	 */
	record Reading(String way, String query, String contentType, String body, Charset charset) {

		Call call(String path) {
			return Call.post(application(), path + this.way + this.query)
				.header("Content-Type", this.contentType)
				.body(this.body.getBytes(this.charset));
		}

		@Override
		public String toString() {
			return this.way + this.query + " of " + this.contentType + ", " + this.body.length() + " characters";
		}

	}

	/**
	 * The start of an upload, after which nothing more comes.
	 */
	record CutShort(String target, String contentType, String start, boolean chunked, String earlyReader) {

		String text(String name) {
			String head = RawConnection.head("POST", this.target, "X-Case: " + name,
					"Content-Type: " + this.contentType, "Idempotency-Key: " + UUID.randomUUID(), this.earlyReader,
					this.chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + (this.start.length() + 3));
			if (!this.chunked) {
				return head + this.start;
			}
			return head + (this.start.isEmpty() ? ""
					: Integer.toHexString(this.start.length()) + "\r\n" + this.start + "\r\n");
		}

	}

	/**
	 * A multipart body of a field and a file, and more.
	 */
	record Multipart(List<String> parts) {

		Multipart(String title, String fileField, String fileName, String contentType, String content) {
			this(List.of("Content-Disposition: form-data; name=\"title\"\r\n\r\n" + title,
					"Content-Disposition: form-data; name=\"" + fileField + "\"; filename=\"" + fileName
							+ "\"\r\nContent-Type: " + contentType + "\r\n\r\n" + content));
		}

		Multipart with(Multipart other) {
			return new Multipart(Stream.concat(this.parts.stream(), other.parts.stream()).toList());
		}

		Multipart with(String field, String contentType, String content) {
			return with(new Multipart(List.of("Content-Disposition: form-data; name=\"" + field + "\"\r\nContent-Type: "
					+ contentType + "\r\n\r\n" + content)));
		}

		String text(String boundary) {
			StringBuilder text = new StringBuilder();
			this.parts.forEach((part) -> text.append("--").append(boundary).append("\r\n").append(part).append("\r\n"));
			return text.append("--").append(boundary).append("--\r\n").toString();
		}

		Call in(Call call, String boundary) {
			return call.header("Content-Type", "multipart/form-data;boundary=" + boundary)
				.body(text(boundary).getBytes(StandardCharsets.UTF_8));
		}

	}

}

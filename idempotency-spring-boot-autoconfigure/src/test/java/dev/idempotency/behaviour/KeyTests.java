package dev.idempotency.behaviour;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.behaviour.app.Executions;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.RecordId;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Section 1 of the behaviour: keys.
 */
class KeyTests {

	private static final String ORDER = "{\"item\":\"book\",\"quantity\":2}";

	private static final int HUGE = 64 * 1024;

	/** An application that accepts only quoted UUIDs, and long headers. */
	private static TestApplication strict() {
		return TestApplication.shared(Store.MEMORY, "idempotency.key.format=structured",
				"idempotency.key.pattern=[0-9a-f-]{36}", "server.max-http-request-header-size=256KB");
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("1.1 a request without the key that its operation requires is refused")
	void aMissingKeyIsRefused(Store store) {
		Call call = Call.order(TestApplication.shared(store)).withoutKey();
		call.send().assertProblem(400, "key-missing");
		call.send().assertProblem(400, "key-missing");
		assertThat(call.executions()).isZero();
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("1.1 a request without the key that its operation does not require runs each time")
	void anOptionalKeyMayBeMissing(Store store) {
		Call call = Call.post(TestApplication.shared(store), "/optional");
		assertThat(call.send().assertFirst(200).text()).isEqualTo("{\"run\":1}");
		assertThat(call.send().assertFirst(200).text()).isEqualTo("{\"run\":2}");
		assertThat(call.executions()).isEqualTo(2);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("1.1 an optional key that is there counts, and has to be valid")
	void anOptionalKeyThatIsThereCounts(Store store) {
		Call call = Call.post(TestApplication.shared(store), "/optional").key(UUID.randomUUID().toString());
		Answer first = call.send().assertFirst(200);
		call.send().assertReplayOf(first);
		call.header("Idempotency-Key", "not valid").send().assertProblem(400, "key-malformed");
		assertThat(call.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("1.2 the first request runs without marker, the second to the tenth are replays")
	void tenRequestsRunOnce(Store store) {
		Call call = Call.order(TestApplication.shared(store));
		Answer first = call.send().assertFirst(201);
		for (int request = 2; request <= 10; request++) {
			call.send().assertReplayOf(first);
		}
		assertThat(call.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "Idempotency-Key: {key}", "Idempotency-Key: \"{key}\"", "idempotency-key: \"{key}\"",
			"IDEMPOTENCY-KEY: {key}", "iDEMPOTENCY-kEY:{key}", "Idempotency-Key:    {key}   ",
			"Idempotency-Key:\t\"{key}\"\t", "Idempotency-Key: \t \"{key}\" \t ", "Idempotency-Key: \"{key}\";v=1",
			"Idempotency-Key: \"{key}\" ; v=1",
			"Idempotency-Key: \"{key}\";a;b=?0;c=\"x, \\\" y\";d=tok/en;e=:YWJj:;f=-1.5;*g=1" })
	@DisplayName("1.3 the same key in another spelling is the same key")
	void spellingsOfOneKey(String headerLine) {
		TestApplication application = TestApplication.shared(Store.H2);
		String key = UUID.randomUUID().toString();
		Call call = Call.order(application).key(key);
		Answer first = call.send().assertFirst(201);
		Answer again = order(application, call.name(), headerLine.replace("{key}", key));
		assertThat(again.header("Location")).isEqualTo(first.header("Location"));
		again.assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("1.3 an operation may have a header of its own, beside those of the others")
	void eachOperationMayHaveAHeaderOfItsOwn(Store store) {
		TestApplication application = TestApplication.shared(store,
				"idempotency.operations.order-controller-create.header-name=X-GitHub-Delivery");
		String key = UUID.randomUUID().toString();
		Call order = Call.order(application).withoutKey().header("X-GitHub-Delivery", key);
		Answer first = order.send().assertFirst(201);
		order.header("Idempotency-Key", "a, b").send().assertReplayOf(first);
		order.without("X-GitHub-Delivery").header("x-github-delivery", '"' + key + '"').send().assertReplayOf(first);
		Call other = Call.post(application, "/things/1").header("X-GitHub-Delivery", "a, b");
		Answer otherFirst = other.key(key + "-other").send().assertFirst(202);
		other.key(key + "-other").send().assertReplayOf(otherFirst);

		assertThat(order.without("X-GitHub-Delivery").key(key).send().assertProblem(400, "key-missing").text())
			.contains("the request header X-GitHub-Delivery.")
			.doesNotContain("Idempotency-Key");
		assertThat(order.header("X-GitHub-Delivery", "a, b").send().assertProblem(400, "key-malformed").text())
			.contains("The request header X-GitHub-Delivery does not hold")
			.doesNotContain("Idempotency-Key");
		assertThat(other.withoutKey().send().assertProblem(400, "key-missing").text())
			.contains("the request header Idempotency-Key.");
		assertThat(order.executions() + other.executions()).isEqualTo(2);
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "Idempotency-Key: {key}", "Idempotency-Key:\t {key} \t", "Idempotency-Key: \"{key}\";v=1" })
	@DisplayName("1.3 a key may first come in any spelling")
	void aKeyMayFirstComeInAnySpelling(String headerLine) {
		TestApplication application = TestApplication.shared(Store.H2);
		String key = UUID.randomUUID().toString();
		Call call = Call.order(application).key(key);
		Answer first = order(application, call.name(), headerLine.replace("{key}", key)).assertFirst(201);
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	static List<String> onlyInQuotes() {
		return List.of(" ", ",", ";", ", ", "\\\"", "\\\\", "\\\\\\\"", ";v=1", "\\\";v=1",
				" !#$%&'()*+,-./:;<=>?@[]^_`{|}~");
	}

	@ParameterizedTest
	@MethodSource("onlyInQuotes")
	@DisplayName("1.3 a quoted key may hold every character of a string of RFC 9651, its escapes undone")
	void charactersThatAKeyMayHoldInQuotes(String characters) {
		for (Store store : Store.values()) {
			TestApplication application = TestApplication.shared(store);
			String key = UUID.randomUUID().toString();
			Call call = Call.order(application);
			List<String> forms = List.of(key + characters, characters + key, key + characters + key, key);
			for (String form : forms) {
				Answer first = call.key(form).send().assertFirst(201);
				call.key(form).send().assertReplayOf(first);
				call.header("Idempotency-Key", " \"" + form + "\" ;v=1").send().assertReplayOf(first);
			}
			assertThat(call.executions()).as(store.name()).isEqualTo(forms.size());
		}
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("1.4 upper and lower case make two keys")
	void caseMakesTwoKeys(Store store) {
		Call call = Call.order(TestApplication.shared(store)).header("X-User", UUID.randomUUID().toString());
		Answer lower = call.key("abc").send().assertFirst(201);
		Answer upper = call.key("ABC").send().assertFirst(201);
		assertThat(upper.body()).isNotEqualTo(lower.body());
		call.key("abc").send().assertReplayOf(lower);
		call.key("ABC").send().assertReplayOf(upper);
		assertThat(call.executions()).isEqualTo(2);
	}

	static Stream<String> malformed() {
		Stream<String> bare = Stream.of("", " ", "     ", "\t", " \t ", "{key} {key}", "{key}\t{key}", "{key},{key}",
				"{key}, {key}", "{key},", ",{key}", ",", "{key};{key}", "{key};", "{key};v=1", "{key}\\{key}", "\\",
				";", "K\u00e4{key}", "{key}\u00c3\u00a4", "\u00a0{key}", "{key}\u00a0", "\u00a0", "\u0080{key}",
				"\u00ff{key}");
		Stream<String> quoted = Stream.of("\"\"", "\" \"", "\"    \"", "\"\t\"", "\"{key}\t{key}\"", "\"{key}\\{key}\"",
				"\"{key}\\ \"", "\"\\n{key}\"", "\"{key}\\u0041\"", "\"{key}\\/\"", "\"{key}\u00e4\"",
				"\"{key}\u00c3\u00a4\"", "\"{key}\u00a0\"", "\"{key}\", \"{key}\"", "\"{key}\",\"other\"", "\"{key}\",",
				",\"{key}\"", "\"{key}\", other", "other, \"{key}\"", "(\"{key}\")");
		Stream<String> unbalanced = Stream.of("\"", "\"{key}", "{key}\"", "{key}\"{key}", "\"{key}\"\"", "\"\"{key}\"",
				"\"{key}\"{key}", "\"{key}\" {key}", "\"{key}\"\"{key}\"", "\"{key}\" \"{key}\"", "\"{key}\\\"",
				"\"{key}\\", "\"{key}\\\\\"\"", "\"\\\"");
		Stream<String> parameters = Stream.of("\"{key}\";", "\"{key}\";=1", "\"{key}\";V=1", "\"{key}\";v=\"1",
				"\"{key}\";v=", "\"{key}\";v= 1", "\"{key}\"v=1", "\"\";v=1");
		Stream<String> tooLong = Stream.of("a".repeat(256), "\"" + "a".repeat(256) + "\"");
		return Stream.of(bare, quoted, unbalanced, parameters, tooLong)
			.flatMap((values) -> values)
			.map((value) -> "Idempotency-Key: " + value);
	}

	static Stream<String> moreThanOneLine() {
		return Stream.of("Idempotency-Key: {key}\r\nIdempotency-Key: {key}",
				"Idempotency-Key: \"{key}\"\r\nIdempotency-Key: \"{key}\"",
				"Idempotency-Key: {key}\r\nIdempotency-Key: other",
				"Idempotency-Key: \"{key}\"\r\nidempotency-key: other", "Idempotency-Key: {key}\r\nIdempotency-Key:",
				"Idempotency-Key:\r\nIdempotency-Key: {key}",
				"Idempotency-Key: {key}\r\nX-Other: 1\r\nIDEMPOTENCY-KEY: {key}");
	}

	@ParameterizedTest
	@MethodSource({ "malformed", "moreThanOneLine" })
	@DisplayName("1.5 what is not a key is refused, without saying it again, and stores nothing")
	void malformedKeysAreRefused(String headerLines) {
		TestApplication application = TestApplication.shared(Store.H2);
		assertMalformed(application, headerLines, StoredRecords.of(application, Store.H2));
	}

	private static void assertMalformed(TestApplication application, String headerLines, StoredRecords before) {
		String key = UUID.randomUUID().toString();
		String name = UUID.randomUUID().toString();
		Answer answer = order(application, name, headerLines.replace("{key}", key));
		answer.assertProblem(400, "key-malformed");
		assertThat(answer.text()).doesNotContain(key).doesNotContain("aaa");
		assertThat(answer.headers().toString()).doesNotContain(key).doesNotContain("aaa");
		assertThat(application.executions().count(name)).isZero();
		StoredRecords.of(application, Store.H2).assertOnlyAdded(0, before);
	}

	@ParameterizedTest
	@ValueSource(strings = { "a", "\"a\"" })
	@DisplayName("1.5 255 characters are a key")
	void theLongestKey(String form) {
		TestApplication application = TestApplication.shared(Store.H2);
		String key = UUID.randomUUID() + "a".repeat(255 - 36);
		Call call = Call.order(application).header("Idempotency-Key", form.replace("a", key));
		Answer first = call.send().assertFirst(201);
		call.send().assertReplayOf(first);
	}

	@Test
	@DisplayName("1.5 255 characters are counted without quotes and escapes")
	void escapesDoNotCountAsCharacters() {
		Call call = Call.order(TestApplication.shared(Store.H2));
		String key = UUID.randomUUID().toString();
		String escapes = "\\\\\\\"".repeat((254 - key.length()) / 2);
		Answer first = call.key(key + escapes).send().assertFirst(201);
		call.key(key + escapes).send().assertReplayOf(first);
		call.key(key + escapes + "123").send().assertProblem(400, "key-malformed");
		assertThat(call.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			``            | is empty            | Send a key
			""            | is empty            | Send a key
			"  "          | consists of spaces  | Send a key
			a b           | without quotes      | in quotes
			a, b          | without quotes      | Send one
			"a            | closing quote       | with a backslash
			"a\\n"         | backslash           | Send the key
			"a", "b"      | what follows        | Send one
			"a\u00e4"     | ASCII               | Send a key
			""")
	@DisplayName("1.5 the refusal says what is wrong and what to send")
	void theRefusalSaysWhatToSend(String value, String reason, String remedy) {
		Call call = Call.order(TestApplication.shared(Store.H2)).withoutKey();
		Answer answer = order(TestApplication.shared(Store.H2), call.name(), "Idempotency-Key: " + value)
			.assertProblem(400, "key-malformed");
		assertThat(answer.text()).contains("The request header Idempotency-Key does not hold", reason, remedy);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0x00, 0x01, 0x07, 0x08, 0x0B, 0x0C, 0x0D, 0x0E, 0x1B, 0x1F, 0x7F })
	@DisplayName("1.5 control characters are a 400, whoever says it")
	void controlCharactersAreRefused(int character) {
		TestApplication application = TestApplication.shared(Store.H2);
		StoredRecords before = StoredRecords.of(application, Store.H2);
		for (String form : List.of("x%cy", "\"x%cy\"", "x%c", "%cx", "%c")) {
			String name = UUID.randomUUID().toString();
			Answer answer = order(application, name, "Idempotency-Key: " + form.formatted((char) character));
			assertThat(answer.status()).as(form).isEqualTo(400);
			assertThat(application.executions().count(name)).as(form).isZero();
		}
		StoredRecords.of(application, Store.H2).assertOnlyAdded(0, before);
	}

	@ParameterizedTest
	@ValueSource(strings = { "Idempotency-Key: x\r\n y", "Idempotency-Key: \"x\r\n\ty\"", "Idempotency-Key: x\ny" })
	@DisplayName("1.5 a key over two lines is a 400, whoever says it")
	void foldedKeysAreRefused(String headerLines) {
		TestApplication application = TestApplication.shared(Store.H2);
		String name = UUID.randomUUID().toString();
		assertThat(order(application, name, headerLines).status()).isEqualTo(400);
		assertThat(application.executions().count(name)).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "{key}", "42", "-1", "1.5", "token", "*token/x:y", ":YWJj:", "?1", "?0", "@1659578233",
			"{key};v=1", "(\"{key}\")", "'{key}'" })
	@DisplayName("1.5 structured: whatever is not a quoted string is refused")
	void structuredRefusesWhatIsNotQuoted(String value) {
		TestApplication application = strict();
		String key = UUID.randomUUID().toString();
		Call call = Call.order(application).header("Idempotency-Key", value.replace("{key}", key));
		Answer answer = call.send().assertProblem(400, "key-malformed");
		assertThat(answer.text()).doesNotContain(key);
		assertThat(call.executions()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "\"{key}\"", "\"{key}\";v=1", "  \"{key}\"  " })
	@DisplayName("1.5 structured: a quoted string is a key")
	void structuredAcceptsWhatIsQuoted(String value) {
		TestApplication application = strict();
		String key = UUID.randomUUID().toString();
		Call call = Call.order(application).key(key);
		Answer first = call.send().assertFirst(201);
		order(application, call.name(), "Idempotency-Key: " + value.replace("{key}", key)).assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "x", "{key}0", "0{key}", "{key}x", "x{key}", "{key}{key}", "key-123" })
	@DisplayName("1.5 pattern: a key that does not match whole is refused")
	void thePatternMustMatchWhole(String value) {
		String key = UUID.randomUUID().toString();
		Call call = Call.order(strict()).header("Idempotency-Key", "\"" + value.replace("{key}", key) + "\"");
		Answer answer = call.send().assertProblem(400, "key-malformed");
		assertThat(answer.text()).doesNotContain(key).doesNotContain("0-9a-f");
		assertThat(call.executions()).isZero();
	}

	@ParameterizedTest
	@EnumSource(names = "MEMORY", mode = EnumSource.Mode.EXCLUDE)
	@DisplayName("1.6 nasty characters are characters: each such key is a record of its own and touches no other")
	void nastyCharactersAreCharacters(Store store) {
		// Few records of its own, since all are read again and again
		try (TestApplication application = TestApplication.start(store, "nasty")) {
			Call call = Call.order(application).header("X-User", UUID.randomUUID().toString());
			Map<String, Answer> bystanders = new LinkedHashMap<>();
			for (String key : List.of("x", "h", "1=1", "{h}:x", "{h}", "49", "a", "A", "jndi:x", "%0D%0A")) {
				bystanders.put(key, call.key(key).send().assertFirst(201));
			}
			List<String> nasty = List.of("'OR1=1--", "'", "''", "x'--", "../../x", "..%2f..%2fx", "/", "{h}:*", "*",
					"?", "[a-z]", "{}", "${jndi:x}", "#{7*7}", "${7*7}", "$(id)", "`id`", "%0d%0a", "%00", "%", "_",
					"%s%n", "{0}", "<b>x</b>", "&amp", "null", ":", "::", "x:", "|", "!", "~");
			Map<String, Answer> answers = new LinkedHashMap<>();
			for (String key : nasty) {
				StoredRecords before = StoredRecords.of(application, store);
				answers.put(key, call.key(key).send().assertFirst(201));
				StoredRecords.of(application, store).assertOnlyAdded(1, before);
			}
			StoredRecords before = StoredRecords.of(application, store);
			answers.forEach((key, first) -> call.key(key).send().assertReplayOf(first));
			bystanders.forEach((key, first) -> call.key(key).send().assertReplayOf(first));
			answers.forEach((key, first) -> call.header("Idempotency-Key", key).send().assertReplayOf(first));
			StoredRecords.of(application, store).assertOnlyAdded(0, before);
			assertThat(call.executions()).isEqualTo(bystanders.size() + nasty.size());
		}
	}

	@ParameterizedTest
	@EnumSource(names = "MEMORY", mode = EnumSource.Mode.EXCLUDE)
	@DisplayName("1.6 no nasty key is in a log or splits a line of it, not when there is something to log either")
	void nastyKeysAreNotLogged(Store store) {
		TestApplication application = TestApplication.shared(store);
		for (String nasty : List.of("'OR1=1--", "../../x", "{h}:*", "${jndi:x}", "%0d%0a", "{}{}")) {
			String key = nasty + UUID.randomUUID();
			Call call = Call.order(application).key(key);
			try (LogCapture log = new LogCapture()) {
				loseTheClaim(application, call, key);
				call.json("{\"item\":\"other\",\"quantity\":1}").send();
				call.header("Idempotency-Key", key + " x").send().assertProblem(400, "key-malformed");
				assertThat(log.ofLibrary()).anySatisfy((line) -> assertThat(line).contains("taken over or deleted"))
					.allSatisfy((line) -> assertThat(line).doesNotContain(key, "\r", "\n"));
				assertThat(log.all()).doesNotContain(key);
			}
		}
	}

	/** Makes the library log about a key: its record vanishes while the handler runs. */
	private static void loseTheClaim(TestApplication application, Call call, String key) {
		IdempotencyRepository repository = application.context().getBean(IdempotencyRepository.class);
		Executions.Gate gate = call.hold();
		Thread opener = new Thread(() -> {
			gate.awaitArrival();
			repository.delete(RecordId.of("orders", "", new IdempotencyKey(key)));
			gate.open();
		});
		opener.start();
		call.send().assertFirst(201);
	}

	@Test
	@DisplayName("1.7 a huge header that the server does not read ends the request, not the server")
	void aHugeHeaderIsRefusedByTheServer() {
		assertHugeHeaderIsRefused(TestApplication.shared(Store.H2));
	}

	@Test
	@DisplayName("1.7 a huge header that the server reads is refused by the library")
	void aHugeHeaderIsRefusedByTheLibrary() {
		assertHugeHeaderIsRefused(strict()).assertProblem(400, "key-malformed");
	}

	private static Answer assertHugeHeaderIsRefused(TestApplication application) {
		String text = "huge" + UUID.randomUUID();
		String name = UUID.randomUUID().toString();
		String header = "Idempotency-Key: \"" + text.repeat(HUGE / text.length() + 1) + "\"";
		Answer answer;
		try (LogCapture log = new LogCapture()) {
			answer = order(application, name, header);
			assertThat(answer.status()).isIn(400, 431);
			assertThat(answer.text()).doesNotContain(text);
			assertThat(answer.headers().toString()).doesNotContain(text);
			Call.order(application).send().assertFirst(201);
			assertThat(log.all()).doesNotContain(text);
		}
		assertThat(application.executions().count(name)).isZero();
		return answer;
	}

	static Stream<String> anyHeader() {
		return Stream.of("Idempotency-Key: \"{key}\"", "Idempotency-Key: {key}", "Idempotency-Key:",
				"Idempotency-Key: \"", "Idempotency-Key: a, b", "Idempotency-Key: \u00e4\u00ff",
				"Idempotency-Key: " + "a".repeat(4000), "Idempotency-Key: {key}\r\nIdempotency-Key: {key}");
	}

	@ParameterizedTest
	@MethodSource("anyHeader")
	@DisplayName("1.8 what is not an idempotent operation is untouched by the header, and stores nothing")
	void otherRequestsAreUntouched(String headerLines) {
		TestApplication application = TestApplication.shared(Store.H2);
		StoredRecords before = StoredRecords.of(application, Store.H2);
		List<String> requests = List.of("POST /without-annotation", "GET /every-method", "HEAD /every-method",
				"OPTIONS /every-method", "GET /annotated-get", "HEAD /annotated-get", "OPTIONS /orders",
				"GET /orders-unknown", "POST /orders-unknown");
		for (String request : requests) {
			String key = headerLines.replace("{key}", UUID.randomUUID().toString());
			List<String> plain = twice(application, request, "X-Other: 1");
			assertThat(twice(application, request, key)).as(request).isEqualTo(plain);
			assertThat(plain.toString()).as(request).doesNotContain("Idempotent-Replayed", "urn:idempotency");
		}
		StoredRecords.of(application, Store.H2).assertOnlyAdded(0, before);
	}

	/** Two answers to a request, and how often its handler ran. */
	private static List<String> twice(TestApplication application, String request, String headerLines) {
		String name = UUID.randomUUID().toString();
		List<String> results = new ArrayList<>();
		for (int i = 0; i < 2; i++) {
			String[] words = request.split(" ", 2);
			try (RawConnection connection = RawConnection.to(application)) {
				connection.send(RawConnection.head(words[0], words[1], "X-Case: " + name, "Content-Length: 0",
						"Connection: close", headerLines));
				results.add(RawConnection.text(connection.receiveAll())
					.replaceAll("(?m)^Date: .*\r\n", "")
					.replaceAll("\"timestamp\":\"[^\"]*\"", "\"timestamp\":\"\""));
			}
		}
		results.add("runs: " + application.executions().count(name));
		return results;
	}

	/** Posts an order with header lines byte for byte as they are. */
	private static Answer order(TestApplication application, String name, String headerLines) {
		try (RawConnection connection = RawConnection.to(application)) {
			connection.send(RawConnection.head("POST", "/orders", "X-Case: " + name, "Content-Type: application/json",
					"Content-Length: " + ORDER.length(), headerLines) + ORDER);
			return connection.receive();
		}
	}

}

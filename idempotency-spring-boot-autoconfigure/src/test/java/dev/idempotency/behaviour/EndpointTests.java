package dev.idempotency.behaviour;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.jdbc.core.JdbcTemplate;

import dev.idempotency.actuate.IdempotencyEndpoint;
import dev.idempotency.behaviour.app.Executions.Gate;
import dev.idempotency.behaviour.app.OrdersApplication;
import dev.idempotency.engine.IdempotencyEngine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What operators see and do under {@code /actuator/idempotency}.
 */
class EndpointTests {

	@ParameterizedTest
	@EnumSource
	@DisplayName("GET without parameters: repository, defaults, operations with their effective settings")
	void showsTheOperations(Store store) {
		JsonNode overview = Operator.json(Operator.of(TestApplication.shared(store)).get("").assertFirst(200));
		String repository = switch (store) {
			case H2, POSTGRESQL -> "jdbc";
			case REDIS -> "redis";
			case MEMORY -> "memory";
		};
		assertThat(overview.path("repository").asText()).isEqualTo(repository);
		assertThat(overview.path("namespace").asText()).isEqualTo("orders");
		assertThat(overview.path("defaults").path("header-name").asText()).isEqualTo("Idempotency-Key");
		assertThat(overview.path("defaults").path("ttl").asText()).isEqualTo("PT24H");
		JsonNode order = overview.path("operations").path("order-controller-create");
		assertThat(order).hasSize(1);
		assertThat(order.path(0).path("handler").asText())
			.isEqualTo("dev.idempotency.behaviour.app.OrderController#create(NewOrder, HttpServletRequest)");
		assertThat(order.path(0).path("settings").toString()).isEqualTo(("{'required':true,'transactional':false,"
				+ "'header-name':'Idempotency-Key','key.format':'lenient','key.max-length':255,'fingerprint.canonical-json':false,'ttl':'PT24H',"
				+ "'lease':'PT30S','wait':'PT0S','abandoned':'retry','replay.statuses':['2xx','3xx','4xx'],"
				+ "'replay.header-name':'Idempotent-Replayed','replay.excluded-headers':[],"
				+ "'max-request-size':1048576,'max-response-size':1048576,'on-repository-failure':'reject',"
				+ "'problem.type-prefix':'urn:idempotency:problem:'}")
			.replace('\'', '"'));
		assertThat(settings(overview, "order-controller-optional").path("required").asBoolean()).isFalse();
		assertThat(settings(overview, "run-controller-short-lived").path("ttl").asText()).isEqualTo("PT1.5S");
	}

	@Test
	@DisplayName("the endpoint only reads, unless its access is unrestricted")
	void readsByDefault() {
		try (TestApplication application = TestApplication.start(OrdersApplication.class,
				List.of("idempotency.repository=memory", "management.endpoint.idempotency.access=read-only"))) {
			Operator operator = Operator.of(application);
			Call call = Call.order(application);
			call.send().assertFirst(201);
			operator.get(Operator.query(call.key(), "")).assertFirst(200);
			operator.free(call).assertFirst(405);
			assertThat(call.send().isReplay()).isTrue();
		}
		assertThat(IdempotencyEndpoint.class.getAnnotation(WebEndpoint.class).defaultAccess())
			.isEqualTo(Access.READ_ONLY);
	}

	@ParameterizedTest
	@ValueSource(strings = { "env", "env/idempotency.encryption.keys%5B0%5D.secret", "configprops" })
	@DisplayName("no endpoint of Actuator shows an encryption key, even if it is to show all values")
	void hidesSecrets(String endpoint) {
		String secret = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
		try (TestApplication application = TestApplication.start(OrdersApplication.class,
				List.of("idempotency.repository=memory", "idempotency.encryption.keys[0].id=first",
						"idempotency.encryption.keys[0].secret=" + secret, "management.endpoint.env.show-values=always",
						"management.endpoint.configprops.show-values=always"))) {
			Answer answer = Call.post(application, "/actuator/" + endpoint).method("GET").send().assertFirst(200);
			assertThat(answer.text()).contains("******").doesNotContain(secret);
		}
	}

	private static JsonNode settings(JsonNode overview, String operation) {
		return overview.path("operations").path(operation).path(0).path("settings");
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("GET with a key: a completed record, without its response")
	void showsACompletedRecord(Store store) {
		TestApplication application = TestApplication.shared(store);
		Operator operator = Operator.of(application);
		Call call = Call.order(application);
		Answer first = call.send().assertFirst(201);
		Answer answer = operator.get(Operator.query(call.key(), "")).assertFirst(200);
		assertThat(answer.text()).doesNotContain("book").doesNotContain(String.valueOf(first.header("Location")));
		JsonNode record = Operator.json(answer);
		assertThat(record.fieldNames()).toIterable()
			.containsExactlyInAnyOrder("scope", "operation", "state", "status", "createdAt", "completedAt", "expiresAt",
					"bodySize");
		assertThat(record.path("scope").asText()).isEmpty();
		assertThat(record.path("operation").asText()).isEqualTo("order-controller-create");
		assertThat(record.path("state").asText()).isEqualTo("completed");
		assertThat(record.path("status").asInt()).isEqualTo(201);
		assertThat(record.path("bodySize").asInt()).isEqualTo(first.body().length);
		Instant createdAt = instant(record, "createdAt");
		assertThat(instant(record, "completedAt")).isBetween(createdAt, createdAt.plusSeconds(60));
		assertThat(instant(record, "expiresAt")).isEqualTo(createdAt.plus(Duration.ofHours(24)));
		assertThat(operator.get(Operator.query('"' + call.key() + '"', "")).text()).isEqualTo(answer.text());
		assertThat(operator.get(Operator.query('"' + call.key() + "\";v=1", "")).text()).isEqualTo(answer.text());
	}

	private static Instant instant(JsonNode record, String name) {
		return Instant.parse(record.path(name).asText());
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("DELETE frees a key: 204, then 404, and the next request runs anew")
	void freesAKey(Store store) {
		TestApplication application = TestApplication.shared(store);
		Operator operator = Operator.of(application);
		Call call = Call.order(application);
		Call other = Call.order(application);
		call.send().assertFirst(201);
		Answer otherFirst = other.send().assertFirst(201);
		assertThat(operator.free(call).assertFirst(204).body()).isEmpty();
		Operator.assertProblem(operator.get(Operator.query(call.key(), "")), 404);
		Operator.assertProblem(operator.free(call), 404);
		Answer second = call.send().assertFirst(201);
		assertThat(call.executions()).isEqualTo(2);
		call.send().assertReplayOf(second);
		other.send().assertReplayOf(otherFirst);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("GET and DELETE while the handler runs: in flight; its owner finishes without a record")
	void showsAndFreesARunningOperation(Store store) {
		TestApplication application = TestApplication.shared(store);
		Operator operator = Operator.of(application);
		Call call = Call.order(application);
		try (Together together = new Together(); Gate gate = call.hold()) {
			Future<Answer> first = together.meanwhile(call::send);
			gate.awaitArrival();
			JsonNode record = operator.record(call);
			assertThat(record.fieldNames()).toIterable()
				.containsExactlyInAnyOrder("scope", "operation", "state", "createdAt", "leaseUntil", "expiresAt");
			assertThat(record.path("state").asText()).isEqualTo("in-flight");
			assertThat(instant(record, "leaseUntil")).isAfter(instant(record, "createdAt"));
			double lost = lost(application);
			operator.free(call).assertFirst(204);
			gate.open();
			Together.get(first).assertFirst(201);
			assertThat(lost(application)).isEqualTo(lost + 1);
		}
		Operator.assertProblem(operator.get(Operator.query(call.key(), "")), 404);
		call.send().assertFirst(201);
		assertThat(call.executions()).isEqualTo(2);
	}

	private static double lost(TestApplication application) {
		return application.context()
			.getBean(MeterRegistry.class)
			.find("idempotency.leases.lost")
			.counters()
			.stream()
			.mapToDouble((counter) -> counter.count())
			.sum();
	}

	@Test
	@DisplayName("5.1 outcome-unknown is resolved by DELETE: the next request runs, and the late owner changes nothing")
	void resolvesAnUnknownOutcome() {
		try (TestApplication application = TestApplication.start(Store.MEMORY, "unknown_outcome",
				"idempotency.lease=300ms", "idempotency.abandoned=reject"); Together together = new Together()) {
			Operator operator = Operator.of(application);
			Call call = Call.order(application);
			Call retry = Call.order(application).key(call.key());
			Future<Answer> late;
			Answer won;
			try (Gate gate = call.hold()) {
				late = together.meanwhile(call::send);
				gate.awaitArrival();
				application.context().getBean(IdempotencyEngine.class).close();
				await().until(retry::send, (answer) -> answer.text().contains("outcome-unknown"));
				JsonNode record = operator.record(call);
				assertThat(record.path("state").asText()).isEqualTo("abandoned");
				assertThat(record.has("leaseUntil")).isTrue();
				assertThat(record.has("status") || record.has("completedAt") || record.has("bodySize")).isFalse();
				operator.free(call).assertFirst(204);
				won = retry.send().assertFirst(201);
			}
			Together.get(late).assertReplayOf(won);
			retry.send().assertReplayOf(won);
			assertThat(retry.executions()).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("7.1 a key in one scope is unknown in every other, to GET and to DELETE")
	void scopesAreSeparate(Store store) {
		TestApplication application = TestApplication.shared(store);
		Operator operator = Operator.of(application);
		String scope = "a\"&b/" + UUID.randomUUID();
		Call call = Call.order(application).header("X-User", scope);
		Answer first = call.send().assertFirst(201);
		for (String wrong : List.of("", "ada", scope.toUpperCase(Locale.ROOT), scope + " ", "*", "%")) {
			String query = Operator.query(call.key(), wrong);
			for (Answer answer : List.of(operator.get(query), operator.delete(query))) {
				String detail = Operator.assertProblem(answer, 404).toString();
				assertThat(detail).doesNotContain(call.key()).doesNotContain("ada");
			}
		}
		JsonNode record = Operator.json(operator.get(Operator.query(call.key(), scope)).assertFirst(200));
		assertThat(record.path("scope").asText()).isEqualTo(scope);
		call.send().assertReplayOf(first);
		operator.delete(Operator.query(call.key(), scope)).assertFirst(204);
		call.send().assertFirst(201);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("GET shows a response that was too large to record without size")
	void showsAResponseThatWasTooLarge(Store store) {
		TestApplication application = TestApplication.shared(store);
		Call call = Call.post(application, "/large/1048577").key(UUID.randomUUID().toString());
		call.send().assertFirst(200);
		call.send().assertProblem(409, "not-replayable");
		JsonNode record = Operator.of(application).record(call);
		assertThat(record.path("state").asText()).isEqualTo("completed");
		assertThat(record.path("status").asInt()).isEqualTo(200);
		assertThat(record.has("bodySize")).isFalse();
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("hostile keys are just characters: each finds and frees its own record")
	void hostileKeys(Store store) {
		TestApplication application = TestApplication.shared(store);
		Operator operator = Operator.of(application);
		Call bystander = Call.order(application);
		Answer untouched = bystander.send().assertFirst(201);
		Stream
			.of("/", "//", "../../x/", "%", "%2F", "%252F", "%0d%0aX:y", "'OR'1=1--", "'or''='", "{h}:*", "*", "?key=x",
					"&scope=x", "#", "+", "${jndi:ldap://x}", "<script>alert(1)</script>")
			.map((characters) -> characters + UUID.randomUUID())
			.flatMap((key) -> Stream.of(key, (key + "x".repeat(255)).substring(0, 255)))
			.forEach((key) -> {
				Call call = Call.order(application).key(key);
				call.send().assertFirst(201);
				String query = Operator.query(key, "");
				String shown = operator.get(query).assertFirst(200).text();
				assertThat(shown).contains("\"completed\"").doesNotContain(key);
				operator.delete(query).assertFirst(204);
				for (Answer answer : List.of(operator.get(query), operator.delete(query))) {
					Operator.assertProblem(answer, 404);
					assertThat(answer.text()).doesNotContain(key);
				}
			});
		bystander.send().assertReplayOf(untouched);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("a key that needs its quotes is asked for with them")
	void keysInQuotes(Store store) {
		TestApplication application = TestApplication.shared(store);
		Operator operator = Operator.of(application);
		for (String characters : List.of(" ", ",", ";v=1", "\\\"", "\\\\", " & + % = #")) {
			String key = UUID.randomUUID() + characters;
			Call call = Call.order(application).key(key);
			call.send().assertFirst(201);
			String query = Operator.query('"' + key + '"', "");
			assertThat(operator.get(query).assertFirst(200).text()).contains("\"completed\"").doesNotContain(key);
			operator.delete(query).assertFirst(204);
			Operator.assertProblem(operator.get(query), 404);
			call.send().assertFirst(201);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "?key=", "?key", "?key=%22%22", "?key=%20", "?key=zq%20z", "?key=zq+z", "?key=zq,z",
			"?key=zq;z", "?key=zq%5Cz", "?key=%22zqz", "?key=%22zq%5Cz%22", "?key=zqz+", "?key=+zqz", "?key=zqz%22",
			"?key=%22zqz%22x", "?key=zq%C3%B6z", "?key=%00zqz", "?key=zqz%0d%0aX-zqz:zqz", "?key=zqz&key=zqo",
			"?key=zqz&key=zqz", "?key=zqz&scope=zqz&scope=zqo", "?scope=zqz", "?operation=zqz", "?step=zqz",
			"?key=zqz&scope=zqz&operation=zqz", "?key=zqz&operation=", "?key=zqz&step=", "?key=zqz&step=zqz&step=zqo",
			"?scope=", "?kye=zqz", "?Key=zqz", "?key=zqz&force=zqz", "?key%5B%5D=zqz", "?key=%", "?key=%zqz",
			"?key=zqz&scope=%", "?key=zqz&scope=%zqz" })
	@DisplayName("a wrong call is a 400 that says what to write, shows nothing, deletes nothing, and is not echoed")
	void wrongCalls(String query) {
		TestApplication application = TestApplication.shared(Store.H2);
		Call bystander = Call.order(application).key("zqz");
		bystander.send();
		try (LogCapture log = new LogCapture()) {
			for (String method : List.of("GET", "DELETE")) {
				try (RawConnection connection = RawConnection.to(application)) {
					Answer answer = connection.send(RawConnection.head(method, Operator.PATH + query)).receive();
					assertThat(Operator.assertProblem(answer, 400).path("detail").asText())
						.containsPattern("'(key|scope|operation|step)'");
					assertThat(answer.text() + answer.headers()).doesNotContain("zq");
				}
			}
			assertThat(log.ofLibrary()).noneMatch((line) -> line.contains("zq"));
		}
		assertThat(Operator.of(application).get("?key=zqz").assertFirst(200).text()).contains("completed");
	}

	@Test
	@DisplayName("DELETE without parameters is a 400; a lone question mark is none")
	void withoutParameters() {
		Operator operator = Operator.of(TestApplication.shared(Store.H2));
		assertThat(Operator.assertProblem(operator.delete(""), 400).toString()).contains("'key' is missing");
		Operator.assertProblem(operator.delete("?"), 400);
		assertThat(operator.get("?").assertFirst(200).text()).contains("operations");
	}

	@Test
	@DisplayName("a parameter of 64 KiB is refused, nothing of it is logged, and the server goes on serving")
	void hugeParameters() {
		TestApplication application = TestApplication.shared(Store.H2);
		String huge = "huge".repeat(16 * 1024);
		try (LogCapture log = new LogCapture()) {
			for (String parameter : List.of("?key=", "?key=x&scope=")) {
				try (RawConnection connection = RawConnection.to(application)) {
					Answer answer = connection.send(RawConnection.head("GET", Operator.PATH + parameter + huge))
						.receive();
					assertThat(answer.status()).isIn(400, 414, 431);
					assertThat(answer.text()).doesNotContain("hugehuge");
				}
			}
			assertThat(log.all()).doesNotContain("hugehuge");
		}
		Operator.of(application).get("").assertFirst(200);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("deleting is logged at WARN with record, operation, state and who did it, but not the key")
	void deletingIsLogged(Store store) {
		TestApplication application = TestApplication.shared(store);
		for (String name : List.of("ada", "")) {
			Call call = Call.order(application);
			call.send().assertFirst(201);
			try (LogCapture log = new LogCapture()) {
				Operator.of(application).as(name).free(call).assertFirst(204);
				assertThat(log.warningsOfLibrary()).singleElement()
					.asString()
					.matches("Record [0-9a-f]{8} \\(operation order-controller-create, completed\\) was deleted"
							+ " through Actuator by " + (name.isEmpty() ? "an anonymous caller" : "'ada'")
							+ "; its key is free, and the records of its steps, if it has any, stay");
				assertThat(log.all()).doesNotContain(call.key());
			}
		}
	}

	@Test
	@DisplayName("5.7 a corrupted record in Redis is a 503 to GET; DELETE frees its key")
	void aCorruptedRecord() {
		TestApplication application = TestApplication.shared(Store.REDIS);
		Operator operator = Operator.of(application);
		StoredRecords before = StoredRecords.of(application, Store.REDIS);
		Call call = Call.order(application);
		call.send().assertFirst(201);
		RedisConnectionFactory redis = application.context().getBean(RedisConnectionFactory.class);
		try (RedisConnection connection = redis.getConnection()) {
			StoredRecords.of(application, Store.REDIS)
				.since(before)
				.forEach((key) -> connection.stringCommands()
					.set(key.getBytes(StandardCharsets.ISO_8859_1), "corrupted".getBytes(StandardCharsets.US_ASCII)));
		}
		call.send().assertProblem(503, "repository-unavailable");
		assertThat(Operator.assertProblem(operator.get(Operator.query(call.key(), "")), 503).toString())
			.contains("DELETE");
		try (LogCapture log = new LogCapture()) {
			operator.free(call).assertFirst(204);
			assertThat(log.warningsOfLibrary()).singleElement().asString().contains("(unreadable)");
		}
		call.send().assertFirst(201);
		assertThat(call.executions()).isEqualTo(2);
	}

	@Test
	@DisplayName("5.7 a record whose response was corrupted is shown without size; DELETE frees its key")
	void aCorruptedResponse() {
		TestApplication application = TestApplication.shared(Store.H2);
		Operator operator = Operator.of(application);
		StoredRecords before = StoredRecords.of(application, Store.H2);
		Call call = Call.order(application);
		call.send().assertFirst(201);
		JdbcTemplate jdbc = application.context().getBean(JdbcTemplate.class);
		StoredRecords.of(application, Store.H2)
			.since(before)
			.forEach((id) -> jdbc.update("update idempotency_record set response = ? where id = ?", new byte[] { 99 },
					HexFormat.of().parseHex(id)));
		call.send().assertProblem(503, "repository-unavailable");
		JsonNode record = operator.record(call);
		assertThat(record.path("status").asInt()).isEqualTo(201);
		assertThat(record.has("bodySize")).isFalse();
		operator.free(call).assertFirst(204);
		call.send().assertFirst(201);
	}

	@Test
	@DisplayName("7.3 with Spring Security as it is by default: GET needs a login, DELETE a token against forgery too")
	void isSecuredByDefault() {
		List<String> properties = new ArrayList<>(Store.MEMORY.properties("default_security"));
		properties.addAll(List.of("spring.security.user.name=operator", "spring.security.user.password=secret"));
		try (TestApplication application = TestApplication.start(OrdersApplication.class, properties, "Security")) {
			for (String query : List.of("", "?key=a", "?key=")) {
				Call call = Call.post(application, Operator.PATH + query);
				call.method("GET").send().assertFirst(401);
				// Without the token it is refused first, and the page of this refusal
				// needs a login too
				for (Call delete : List.of(call, call.user("operator", "secret"))) {
					assertThat(delete.method("DELETE").send().status()).isIn(401, 403);
				}
			}
			Call call = Call.post(application, Operator.PATH).method("GET").user("operator", "secret");
			assertThat(call.send().assertFirst(200).text()).contains("order-controller-create");
			Operator.assertProblem(call.target(Operator.PATH + "?key=a").send(), 404);
		}
	}

}

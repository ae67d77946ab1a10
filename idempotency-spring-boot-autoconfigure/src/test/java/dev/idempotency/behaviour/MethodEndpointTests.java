package dev.idempotency.behaviour;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;

import dev.idempotency.IdempotencyNotReplayableException;
import dev.idempotency.IdempotencyOutcomeUnknownException;
import dev.idempotency.IdempotencyTemplate;
import dev.idempotency.IdempotentSteps;
import dev.idempotency.behaviour.app.Executions.Gate;
import dev.idempotency.engine.IdempotencyEngine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Section 9.8 of the behaviour: what operators see of methods and steps.
 */
class MethodEndpointTests {

	private static final Map<Store, TestApplication> STARTED = new ConcurrentHashMap<>();

	private static final String JOB = "jobs-run";

	private final String key = UUID.randomUUID().toString();

	@AfterAll
	static void stop() {
		STARTED.values().forEach(TestApplication::close);
		STARTED.clear();
	}

	private static TestApplication application(Store store) {
		return STARTED.computeIfAbsent(store,
				(any) -> RideApplication.start(store, "method_endpoint", "idempotency.lease=5s",
						"idempotency.encryption.keys[0].id=1",
						"idempotency.encryption.keys[0].secret=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="));
	}

	private static RideApplication.Jobs jobs(Store store) {
		return application(store).context().getBean(RideApplication.Jobs.class);
	}

	private static Operator operator(Store store) {
		return Operator.of(application(store));
	}

	private Call ride(Store store) {
		return Call.post(application(store), "/rides")
			.header("Content-Type", "text/plain")
			.body("to the station".getBytes(StandardCharsets.UTF_8))
			.key(this.key);
	}

	@Test
	@DisplayName("9.8 the overview lists operations of methods with their settings")
	void overview() {
		JsonNode operations = Operator.json(operator(Store.MEMORY).get("").assertFirst(200)).path("operations");
		JsonNode job = operations.path(JOB).path(0);
		assertThat(job.path("handler").asText()).isEqualTo(RideApplication.Jobs.class.getName() + "#run");
		assertThat(job.path("settings").toString()).isEqualTo(("{'required':true,'transactional':false,'key':'#key',"
				+ "'key.max-length':255,'ttl':'PT24H','lease':'PT5S','wait':'PT0S','abandoned':'retry',"
				+ "'max-response-size':1048576,'on-repository-failure':'reject',"
				+ "'problem.type-prefix':'urn:idempotency:problem:'}")
			.replace('\'', '"'));
		assertThat(operations.has("rides-book")).isTrue();
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.8 GET and DELETE with operation in place of scope: a method; its steps stay")
	void method(Store store) {
		String first = jobs(store).run(this.key, false);
		String query = Operator.ofMethod(this.key, JOB);
		JsonNode record = Operator.json(operator(store).get(query).assertFirst(200));
		assertThat(record.fieldNames()).toIterable()
			.containsExactlyInAnyOrder("operation", "state", "createdAt", "completedAt", "expiresAt", "bodySize");
		assertThat(record.path("operation").asText()).isEqualTo(JOB);
		assertThat(record.path("bodySize").asInt()).isEqualTo(first.length() + 2);
		JsonNode step = Operator.json(operator(store).get(query + "&step=first").assertFirst(200));
		assertThat(step.path("operation").asText()).isEqualTo(JOB + ".steps");
		assertThat(step.path("step").asText()).isEqualTo("first");
		Operator.assertProblem(operator(store).get(query + "&step=none"), 404);
		Operator.assertProblem(operator(store).get(Operator.ofMethod(this.key, "jobs-run-silently")), 404);
		Operator.assertProblem(operator(store).get(Operator.query(this.key, "")), 404);
		try (LogCapture log = new LogCapture()) {
			operator(store).delete(query).assertFirst(204);
			assertThat(log.warningsOfLibrary()).singleElement().asString().contains("records of its steps");
		}
		Operator.assertProblem(operator(store).get(query), 404);
		assertThat(jobs(store).run(this.key, false)).isEqualTo(first);
		operator(store).delete(query).assertFirst(204);
		operator(store).delete(query + "&step=first").assertFirst(204);
		assertThat(jobs(store).run(this.key, false)).isNotEqualTo(first);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.8 POST settles a step of a method whose outcome is unknown: it passes, and so does its operation")
	void settlesAStep(Store store) {
		String query = Operator.ofMethod(this.key, JOB) + "&step=second";
		assertThatIllegalStateException().isThrownBy(() -> jobs(store).run(this.key, true));
		await().until(() -> operator(store).get(query).text().contains("\"abandoned\""));
		assertThatExceptionOfType(IdempotencyOutcomeUnknownException.class)
			.isThrownBy(() -> jobs(store).run(this.key, false));
		try (LogCapture log = new LogCapture()) {
			operator(store).settle(query).assertFirst(204);
			assertThat(log.warningsOfLibrary()).singleElement()
				.asString()
				.contains("(operation jobs-run.steps, abandoned) was settled as done")
				.doesNotContain(this.key);
		}
		assertThat(Operator.json(operator(store).get(query)).path("state").asText()).isEqualTo("completed");
		assertThat(jobs(store).run(this.key, false)).isNotNull();
		Operator.assertProblem(operator(store).settle(query), 409);
		Operator.assertProblem(operator(store).settle(Operator.ofMethod(this.key, JOB)), 409);
		Operator.assertProblem(operator(store).settle(Operator.ofMethod(this.key, "none")), 404);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.8 POST settles a step of a handler by scope, though the operation has no record")
	void settlesAStepOfAHandler(Store store) {
		Call call = ride(store).header("X-User", "ada");
		String query = Operator.query(this.key, "ada") + "&step=mail";
		call.header("X-Fail", "mail").send().assertFirst(500);
		Operator.assertProblem(operator(store).get(Operator.query(this.key, "ada")), 404);
		await().until(() -> operator(store).get(query).text().contains("\"abandoned\""));
		Operator.assertProblem(operator(store).settle(Operator.query(this.key, "bob") + "&step=mail"), 404);
		operator(store).settle(query).assertFirst(204);
		Answer answer = call.send().assertFirst(200);
		call.send().assertReplayOf(answer);
		assertThat(operator(store).get(query).assertFirst(200).text()).contains("\"rides-book.steps\"");
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.8 a step with a result that was settled cannot be replayed, and does not run again")
	void settlesAStepWithResult(Store store) {
		IdempotencyTemplate template = application(store).context().getBean(IdempotencyTemplate.class);
		IdempotentSteps steps = application(store).context().getBean(IdempotentSteps.class);
		assertThatIllegalStateException().isThrownBy(
				() -> template.execute("typed", this.key, () -> steps.atMostOnce("only", String.class, (stepKey) -> {
					throw new IllegalStateException("After the effect");
				})));
		String query = Operator.ofMethod(this.key, "typed") + "&step=only";
		await().until(() -> operator(store).get(query).text().contains("\"abandoned\""));
		operator(store).settle(query).assertFirst(204);
		assertThatExceptionOfType(IdempotencyNotReplayableException.class)
			.isThrownBy(() -> template.execute("typed", this.key,
					() -> steps.atMostOnce("only", String.class, (stepKey) -> "again")))
			.withMessageContaining("java.lang.String");
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.8 POST settles an abandoned request: not replayable from then on, and shown without status")
	void settlesARequest(Store store) {
		try (TestApplication application = RideApplication.start(store, "method_endpoint", "idempotency.lease=300ms",
				"idempotency.abandoned=reject"); Together together = new Together()) {
			Call call = ride(store).on(application);
			String query = Operator.query(this.key, "null");
			Operator operator = Operator.of(application);
			Future<Answer> late;
			try (Gate gate = call.on(application).hold()) {
				late = together.meanwhile(call::send);
				gate.awaitArrival();
				Operator.assertProblem(operator.settle(query), 409);
				application.context().getBean(IdempotencyEngine.class).close();
				await().until(() -> operator.get(query).text().contains("\"abandoned\""));
				operator.settle(query).assertFirst(204);
				call.send().assertProblem(409, "not-replayable");
				JsonNode record = Operator.json(operator.get(query).assertFirst(200));
				assertThat(record.path("state").asText()).isEqualTo("completed");
				assertThat(record.has("status") || record.has("bodySize")).isFalse();
			}
			Together.get(late).assertFirst(200);
			call.send().assertProblem(409, "not-replayable");
		}
	}

	@Test
	@DisplayName("9.8 POST with a body is refused: what stands there could be misread")
	void bodies() {
		Call call = Call.post(application(Store.MEMORY), Operator.PATH + Operator.ofMethod(this.key, JOB))
			.json("{\"stepp\":\"second\"}");
		assertThat(Operator.assertProblem(call.send(), 400).toString()).contains("in the query");
	}

	@Test
	@DisplayName("9.8 meters know methods and steps by operation and outcome, and never a key")
	void meters() {
		double misses = requests(JOB, "miss");
		double hits = requests(JOB, "hit");
		double steps = requests(JOB + ".steps", "miss");
		jobs(Store.MEMORY).run(this.key, false);
		jobs(Store.MEMORY).run(this.key, false);
		assertThat(requests(JOB, "miss")).isEqualTo(misses + 1);
		assertThat(requests(JOB, "hit")).isEqualTo(hits + 1);
		assertThat(requests(JOB + ".steps", "miss")).isEqualTo(steps + 2);
		assertThat(application(Store.MEMORY).context().getBean(MeterRegistry.class).getMeters().toString())
			.doesNotContain(this.key);
	}

	@ParameterizedTest
	@EnumSource(names = { "H2", "POSTGRESQL" })
	@DisplayName("9.8 results of methods and steps are encrypted")
	void encryption(Store store) {
		String first = jobs(store).run(this.key, false);
		JdbcTemplate jdbc = application(store).context().getBean(JdbcTemplate.class);
		assertThat(
				jdbc.queryForList("select response from idempotency_record where response is not null", byte[].class))
			.hasSizeGreaterThanOrEqualTo(3)
			.noneMatch((response) -> new String(response, StandardCharsets.ISO_8859_1).contains(first));
	}

	@ParameterizedTest
	@EnumSource(names = { "H2", "POSTGRESQL" })
	@DisplayName("9.8 expired records of methods and steps are purged")
	void purge(Store store) {
		try (TestApplication application = RideApplication.start(store, "method_purge",
				"idempotency.operations.jobs-run.ttl=1s", "idempotency.jdbc.purge.interval=50ms")) {
			String first = application.context().getBean(RideApplication.Jobs.class).run(this.key, false);
			JdbcTemplate jdbc = application.context().getBean(JdbcTemplate.class);
			await().until(() -> jdbc.queryForObject("select count(*) from idempotency_record", Integer.class) == 0);
			assertThat(application.context().getBean(RideApplication.Jobs.class).run(this.key, false))
				.isNotEqualTo(first);
		}
	}

	private static double requests(String operation, String outcome) {
		return application(Store.MEMORY).context()
			.getBean(MeterRegistry.class)
			.find("idempotency.requests")
			.tags("operation", operation, "outcome", outcome)
			.timers()
			.stream()
			.mapToDouble((timer) -> timer.count())
			.sum();
	}

}

package dev.idempotency.behaviour;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;

import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.behaviour.app.Executions.Gate;
import dev.idempotency.behaviour.app.JpaLedgerApplication;
import dev.idempotency.behaviour.app.Ledger;
import dev.idempotency.behaviour.app.LedgerApplication;
import dev.idempotency.repository.RecordId;
import dev.idempotency.test.MariaDbServer;
import dev.idempotency.test.PostgresServer;
import dev.idempotency.test.TcpProxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Operations whose effect and record commit together.
 */
class TransactionalTests {

	private static final Map<Database, TestApplication> SHARED = new ConcurrentHashMap<>();

	@AfterAll
	static void stop() {
		SHARED.values().forEach(TestApplication::close);
		SHARED.clear();
	}

	private static TestApplication shared(Database database) {
		return SHARED.computeIfAbsent(database, (key) -> start(key));
	}

	private static TestApplication start(Database database, String... more) {
		List<String> properties = new ArrayList<>(database.properties());
		properties.add("idempotency.operations.waiting.wait=20s");
		for (String property : more) {
			String name = property.substring(0, property.indexOf('=') + 1);
			properties.removeIf((other) -> other.startsWith(name));
			properties.add(property);
		}
		return database.name().startsWith("JPA")
				? TestApplication.start(JpaLedgerApplication.class, properties, "HibernateJpa")
				: TestApplication.start(LedgerApplication.class, properties);
	}

	private static Call entry(TestApplication application, String target) {
		return Call.order(application).target("/entries" + target);
	}

	private static int effects(TestApplication application, Call call) {
		return application.context().getBean(Ledger.class).count(call.name());
	}

	private static void assertEffects(TestApplication application, Call call, int expected) {
		assertThat(effects(application, call)).isEqualTo(expected);
		assertThat(Call.post(application, "/entries/leftover").method("GET").send().text()).isEqualTo("false");
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("5.3 effect and record are there together, and retries get the first response")
	void effectAndRecordAreThereTogether(Database database) {
		TestApplication application = shared(database);
		Call call = entry(application, "");
		Answer first = call.send().assertFirst(201);
		assertThat(first.header("Location")).isNotNull();
		for (int i = 0; i < 10; i++) {
			call.send().assertReplayOf(first);
		}
		assertThat(call.executions()).isEqualTo(1);
		assertEffects(application, call, 1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("5.3 operators see a record once it is committed, and not while the operation runs")
	void operatorsSeeWhatIsCommitted(Database database) {
		TestApplication application = shared(database);
		Operator operator = Operator.of(application);
		Call call = entry(application, "");
		try (Together together = new Together(); Gate gate = call.hold()) {
			Future<Answer> first = together.meanwhile(call::send);
			gate.awaitArrival();
			Operator.assertProblem(operator.get(Operator.query(call.key(), "")), 404);
			gate.open();
			Together.get(first).assertFirst(201);
		}
		assertThat(operator.record(call).path("state").asText()).isEqualTo("completed");
		operator.free(call).assertFirst(204);
		call.send().assertFirst(201);
		assertEffects(application, call, 2);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("4.1 fifty parallel duplicates of a transactional operation: one row")
	void fiftyParallelDuplicatesLeaveOneRow(Database database) {
		TestApplication application = shared(database);
		for (int round = 0; round < 5; round++) {
			Call call = entry(application, "");
			List<Answer> answers = Together.all(50, (i) -> call.send());
			Answer first = answers.stream()
				.filter((answer) -> answer.status() == 201 && !answer.isReplay())
				.findFirst()
				.orElseThrow();
			assertThat(answers).allSatisfy((answer) -> {
				if (answer.status() == 409) {
					answer.assertProblem(409, "in-flight");
					assertThat(answer.header("Retry-After")).isEqualTo("1");
				}
				else if (answer != first) {
					answer.assertReplayOf(first);
				}
			});
			call.send().assertReplayOf(first);
			assertThat(call.executions()).isEqualTo(1);
			assertEffects(application, call, 1);
		}
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("5.3 what is not recorded is rolled back: 5xx, unless, exceptions, errors")
	void whatIsNotRecordedIsRolledBack(Database database) {
		TestApplication application = shared(database);
		Map<String, Integer> statuses = Map.of("/status/503", 503, "/status/401", 401, "/unless", 201, "/throw/500",
				500, "/throw/429", 429, "/exception", 500, "/error", 500, "/send-error/503", 503);
		statuses.forEach((target, status) -> {
			Call call = entry(application, target);
			call.send().assertFirst(status);
			assertEffects(application, call, 0);
			call.send().assertFirst(status);
			assertThat(call.executions()).as(target).isEqualTo(2);
			assertEffects(application, call, 0);
		});
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("5.3 a 4xx that the handler returned commits its work, and is recorded with it")
	void a4xxThatWasReturnedIsCommitted(Database database) {
		TestApplication application = shared(database);
		Call call = entry(application, "/status/422");
		Answer first = call.send().assertFirst(422);
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
		assertEffects(application, call, 1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("5.3 a 4xx that was thrown, or sent as error, rolls back and is recorded by itself")
	void a4xxThatWasThrownIsRecordedByItself(Database database) {
		TestApplication application = shared(database);
		for (String target : List.of("/throw/404", "/throw/409", "/send-error/404")) {
			Call call = entry(application, target);
			Answer first = call.send().assertFirst(Integer.parseInt(target.replaceAll("\\D", "")));
			call.send().assertReplayOf(first);
			assertThat(call.executions()).as(target).isEqualTo(1);
			assertEffects(application, call, 0);
		}
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("5.3 a duplicate that ran between a thrown 4xx and its record wins")
	void aDuplicateWinsOverAThrown4xx(Database database) {
		TestApplication application = shared(database);
		Call call = entry(application, "/reject-first");
		try (Gate gate = application.executions().hold(call.name() + "-rejected"); Together together = new Together()) {
			Future<Answer> rejected = together.meanwhile(call::send);
			gate.awaitArrival();
			Answer winner = call.send().assertFirst(201);
			gate.open();
			assertThat(Together.get(rejected).assertFirst(409).text()).isEqualTo("rejected");
			call.send().assertReplayOf(winner);
		}
		assertThat(call.executions()).isEqualTo(2);
		assertEffects(application, call, 1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("5.3 a duplicate that still runs when a thrown 4xx is to be recorded wins")
	void aRunningDuplicateWinsOverAThrown4xx(Database database) {
		TestApplication application = shared(database);
		Call call = entry(application, "/reject-first");
		try (Gate rejection = application.executions().hold(call.name() + "-rejected");
				Together together = new Together()) {
			Future<Answer> rejected = together.meanwhile(call::send);
			rejection.awaitArrival();
			try (Gate handler = application.executions().hold(call.name())) {
				Future<Answer> running = together.meanwhile(call::send);
				handler.awaitArrival();
				rejection.open();
				Together.get(rejected).assertFirst(409);
				call.send().assertProblem(409, "in-flight");
				handler.open();
				Answer winner = Together.get(running).assertFirst(201);
				call.send().assertReplayOf(winner);
			}
		}
		assertThat(call.executions()).isEqualTo(2);
		assertEffects(application, call, 1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("5.3 the commit fails: the client sees it, there is no row and no record, the key is free")
	void theCommitFails(Database database) {
		TestApplication application = shared(database);
		for (String target : List.of("/constraint", "/swallow", "/before-commit")) {
			Call call = entry(application, target);
			Answer failed = call.send().assertFirst(500);
			assertThat(failed.headers()).as(target).doesNotContainKeys("Location", "ETag");
			assertThat(failed.text()).contains("Internal Server Error").doesNotContain("item");
			assertEffects(application, call, 0);
			call.send().assertFirst(500);
			assertThat(call.executions()).as(target).isEqualTo(2);
			assertEffects(application, call, 0);
		}
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("5.3 what fails after the commit does not change the answer")
	void whatFailsAfterTheCommitDoesNotChangeTheAnswer(Database database) {
		TestApplication application = shared(database);
		Call call = entry(application, "/after-commit");
		Answer first = call.send().assertFirst(201);
		call.send().assertReplayOf(first);
		assertEffects(application, call, 1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("3.6 4.1 while a transactional operation runs: 409 whatever the body, then 422 for another one")
	void whileItRuns(Database database) {
		TestApplication application = shared(database);
		Call call = entry(application, "");
		try (Gate gate = application.executions().hold(call.name()); Together together = new Together()) {
			Future<Answer> running = together.meanwhile(call::send);
			gate.awaitArrival();
			call.send().assertProblem(409, "in-flight");
			call.json("{\"item\":\"pen\",\"quantity\":1}").send().assertProblem(409, "in-flight");
			call.send().assertProblem(409, "in-flight");
			assertThat(effects(application, call)).isZero();
			gate.open();
			Answer first = Together.get(running).assertFirst(201);
			call.send().assertReplayOf(first);
			call.json("{\"item\":\"pen\",\"quantity\":1}").send().assertProblem(422, "key-reused");
		}
		assertThat(call.executions()).isEqualTo(1);
		assertEffects(application, call, 1);
	}

	@ParameterizedTest
	@EnumSource(names = { "H2", "POSTGRESQL", "MARIADB" })
	@DisplayName("5.13 a transactional operation runs where encryption is off, its duplicate comes where it is on: 409")
	void whileEncryptionIsSwitchedOn(Database database) {
		TestApplication plain = shared(database);
		try (TestApplication encrypting = start(database, "idempotency.encryption.keys[0].id=a",
				"idempotency.encryption.keys[0].secret=MDEyMzQ1Njc4OWFiY2RlZg==")) {
			for (TestApplication first : List.of(plain, encrypting)) {
				TestApplication other = (first != plain) ? plain : encrypting;
				Call call = entry(first, "");
				try (Gate gate = first.executions().hold(call.name()); Together together = new Together()) {
					Future<Answer> running = together.meanwhile(call::send);
					gate.awaitArrival();
					call.on(other).send().assertProblem(409, "in-flight");
					gate.open();
					Together.get(running).assertFirst(201);
				}
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("4.3 wait=5s: duplicates of a transactional operation wait and get the response")
	void duplicatesWait(Database database) {
		TestApplication application = shared(database);
		Call call = entry(application, "/wait");
		try (Gate gate = application.executions().hold(call.name()); Together together = new Together()) {
			Future<Answer> running = together.meanwhile(call::send);
			gate.awaitArrival();
			List<Future<Answer>> waiting = List.of(together.meanwhile(call::send), together.meanwhile(call::send));
			gate.open();
			Answer first = Together.get(running).assertFirst(201);
			waiting.forEach((answer) -> Together.get(answer).assertReplayOf(first));
		}
		assertEffects(application, call, 1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("5.3 REQUIRES_NEW is not part of it: it stays when the rest is rolled back")
	void requiresNewIsNotPartOfIt(Database database) {
		TestApplication application = shared(database);
		Call recorded = entry(application, "/requires-new/201");
		Answer first = recorded.send().assertFirst(201);
		recorded.send().assertReplayOf(first);
		assertEffects(application, recorded, 1);
		Call failed = entry(application, "/requires-new/503");
		failed.send().assertFirst(503);
		assertEffects(application, failed, 0);
		assertThat(application.context().getBean(Ledger.class).count(failed.name() + "-always")).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("2.11 a transactional response above max-response-size commits, is delivered, and cannot be replayed")
	void aLargeResponseCommits(Database database) {
		TestApplication application = shared(database);
		for (String target : List.of("/large", "/large-early/200")) {
			Call call = entry(application, target);
			assertThat(call.send().assertFirst(200).body()).hasSize(3_000_000);
			call.send().assertProblem(409, "not-replayable");
			assertThat(call.executions()).isEqualTo(1);
			assertEffects(application, call, 1);
		}
		Call failed = entry(application, "/large-early/503");
		assertThat(failed.send().assertFirst(503).body()).hasSize(3_000_000);
		assertEffects(application, failed, 0);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("2.13 a handler that becomes asynchronous by itself fails and is rolled back")
	void aHandlerThatBecomesAsynchronousFails(Database database) {
		TestApplication application = shared(database);
		Call call = entry(application, "/start-async");
		call.send().assertFirst(500);
		assertThat(call.executions()).isEqualTo(1);
		assertEffects(application, call, 0);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("5.3 a filter between us and the handler holds the response back: effect and record are still one")
	void aFilterHoldsTheResponseBack(Database database) {
		TestApplication application = shared(database);
		Call call = entry(application, "/wrapped/201");
		Answer first = call.send().assertFirst(201);
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
		assertEffects(application, call, 1);
		Call failed = entry(application, "/wrapped/503");
		failed.send().assertFirst(503);
		assertEffects(application, failed, 0);
		Call refused = entry(application, "/wrapped-before-commit");
		refused.send().assertFirst(500);
		assertEffects(application, refused, 0);
		refused.send().assertFirst(500);
		assertThat(refused.executions()).isEqualTo(2);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("2.7 an invalid body leaves the key of a transactional operation free")
	void anInvalidBodyLeavesTheKeyFree(Database database) {
		TestApplication application = shared(database);
		Call call = entry(application, "");
		call.json("{").send().assertFirst(400);
		Answer first = call.send().assertFirst(201);
		call.send().assertReplayOf(first);
		assertEffects(application, call, 1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("5.3 a pool with one connection is enough, whatever happens")
	void aPoolWithOneConnectionIsEnough(Database database) {
		String[] narrow = { "spring.datasource.hikari.maximum-pool-size=1",
				"spring.datasource.hikari.connection-timeout=20000", "spring.application.name=narrow",
				"idempotency.jdbc.purge.enabled=false" };
		try (TestApplication application = start(database, narrow); TestApplication other = start(database, narrow)) {
			Call call = entry(application, "");
			List<Answer> answers = Together.all(20, (i) -> ((i % 2 == 0) ? call : call.on(other)).send());
			assertThat(answers).extracting(Answer::status).isSubsetOf(201, 409);
			assertThat(answers).filteredOn((answer) -> answer.status() == 201 && !answer.isReplay()).hasSize(1);
			assertThat(effects(application, call)).isOne();
			Call rejected = entry(application, "/throw/409");
			List<Answer> rejections = Together.all(20, (i) -> ((i % 2 == 0) ? rejected : rejected.on(other)).send());
			assertThat(rejections).extracting(Answer::status).containsOnly(409);
			List<Call> different = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				different.add(entry(application, "/status/" + ((i % 2 == 0) ? 201 : 503)));
			}
			Together.all(20, (i) -> different.get(i).send().assertFirst((i % 2 == 0) ? 201 : 503));
			Call running = entry(application, "");
			try (Gate gate = application.executions().hold(running.name()); Together together = new Together()) {
				Future<Answer> first = together.meanwhile(running::send);
				gate.awaitArrival();
				running.on(other).send().assertProblem(409, "in-flight");
				running.on(other).json("{}").send().assertProblem(409, "in-flight");
				gate.open();
				Answer answer = Together.get(first).assertFirst(201);
				running.on(other).send().assertReplayOf(answer);
			}
			assertEffects(application, running, 1);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "POSTGRESQL", "JPA_OPEN_IN_VIEW" })
	@DisplayName("5.3 another request was first to record: the late one is rolled back and gets that response")
	void theLateOneIsRolledBack(Database database) {
		TestApplication application = shared(database);
		Call template = entry(application, "");
		Answer winner = template.send().assertFirst(201);
		Call same = entry(application, "");
		assertThat(overtaken(application, same, template)).satisfies((answer) -> answer.assertReplayOf(winner));
		same.send().assertReplayOf(winner);
		assertEffects(application, same, 0);
		Call different = entry(application, "").json("{\"item\":\"pen\",\"quantity\":1}");
		overtaken(application, different, template).assertProblem(422, "key-reused");
		assertEffects(application, different, 0);
	}

	/** Has the record of another request appear under the key of a running one. */
	private static Answer overtaken(TestApplication application, Call call, Call template) {
		JdbcTemplate jdbc = application.context().getBean(JdbcTemplate.class);
		try (Gate gate = application.executions().hold(call.name()); Together together = new Together()) {
			Future<Answer> running = together.meanwhile(call::send);
			gate.awaitArrival();
			jdbc.update(
					"""
							insert into idempotency_record (id, token, created_at, lease_until, expires_at, completed_at, status,
								fingerprint, operation, response)
							select ?, token, created_at, lease_until, expires_at, completed_at, status, fingerprint, operation,
								response from idempotency_record where id = ?""",
					id(call), id(template));
			gate.open();
			return Together.get(running);
		}
	}

	private static byte[] id(Call call) {
		return RecordId.of("orders", "", new IdempotencyKey(call.key())).toBytes();
	}

	@ParameterizedTest
	@CsvSource({ "POSTGRESQL,TRANSACTION_REPEATABLE_READ", "POSTGRESQL,TRANSACTION_SERIALIZABLE",
			"MARIADB,TRANSACTION_READ_COMMITTED", "MARIADB,TRANSACTION_SERIALIZABLE", "H2,TRANSACTION_REPEATABLE_READ",
			"H2,TRANSACTION_SERIALIZABLE" })
	@DisplayName("5.3 the primary key has the last word, at any isolation level")
	void thePrimaryKeyHasTheLastWord(Database database, String isolation) {
		try (TestApplication application = start(database, "spring.application.name=isolated",
				"spring.datasource.hikari.transaction-isolation=" + isolation)) {
			for (int round = 0; round < 10; round++) {
				Call call = entry(application, "");
				List<Answer> answers = Together.all(20, (i) -> call.send());
				// A transaction that cannot be serialized has no effect
				assertThat(answers).extracting(Answer::status).isSubsetOf(201, 409, 500);
				Answer last = call.send();
				assertThat(last.status()).isEqualTo(201);
				assertThat(answers).filteredOn((answer) -> answer.status() == 201)
					.allSatisfy((answer) -> answer.assertSameAs(last));
				assertEffects(application, call, 1);
			}
		}
	}

	@Test
	@DisplayName("5.5 5.6 the database goes away before or while a transactional handler runs: 503, no row, key free")
	void theDatabaseGoesAway() {
		URI address = URI.create(PostgresServer.jdbcUrl("transactional").substring("jdbc:".length()));
		try (TcpProxy proxy = new TcpProxy(address.getHost(), address.getPort());
				TestApplication application = start(Database.POSTGRESQL, "spring.application.name=proxied",
						"spring.datasource.url=jdbc:postgresql://127.0.0.1:" + proxy.port() + address.getPath() + "?"
								+ address.getQuery(),
						"spring.datasource.hikari.connection-timeout=1000", "idempotency.repository-timeout=1s");
				Together together = new Together()) {
			Call call = entry(application, "");
			try (Gate gate = application.executions().hold(call.name())) {
				Future<Answer> running = together.meanwhile(call::send);
				gate.awaitArrival();
				proxy.cut();
				gate.open();
				Together.get(running).assertProblem(503, "repository-unavailable");
			}
			call.send().assertProblem(503, "repository-unavailable");
			assertThat(call.executions()).isEqualTo(1);
			proxy.heal();
			Answer late = await().until(call::send, (answer) -> answer.status() != 503 && answer.status() != 409);
			call.send().assertReplayOf(late.assertFirst(201));
			assertThat(call.executions()).isEqualTo(2);
			assertEffects(application, call, 1);
		}
	}

	@Test
	@DisplayName("5.3 outcomes of transactional operations are measured like all others")
	void outcomesAreMeasured() {
		try (TestApplication application = start(Database.H2, "spring.application.name=measured");
				Together together = new Together()) {
			MeterRegistry meters = application.context().getBean(MeterRegistry.class);
			Call call = entry(application, "");
			try (Gate gate = application.executions().hold(call.name())) {
				Future<Answer> running = together.meanwhile(call::send);
				gate.awaitArrival();
				assertThat(meters.get("idempotency.in.flight").gauge().value()).isEqualTo(1);
				call.send().assertProblem(409, "in-flight");
				gate.open();
				Together.get(running).assertFirst(201);
			}
			call.send();
			call.json("{}").send().assertProblem(422, "key-reused");
			assertThat(meters.get("idempotency.in.flight").gauge().value()).isZero();
			for (String outcome : List.of("miss", "conflict", "hit", "mismatch")) {
				assertThat(requests(meters, "ledger-controller-create", outcome)).as(outcome).isOne();
			}
			entry(application, "/before-commit").send().assertFirst(500);
			assertThat(requests(meters, "ledger-controller-before-commit", "failure")).isOne();
			entry(application, "/throw/503").send().assertFirst(503);
			assertThat(requests(meters, "ledger-controller-create-and-throw", "failure")).isOne();
			entry(application, "/throw/404").send().assertFirst(404);
			assertThat(requests(meters, "ledger-controller-create-and-throw", "miss")).isOne();
			assertThat(meters.find("idempotency.leases.lost").counters())
				.allSatisfy((counter) -> assertThat(counter.count()).isZero());
			assertThat(meters.find("idempotency.leases.abandoned").counters())
				.allSatisfy((counter) -> assertThat(counter.count()).isZero());
		}
	}

	private static long requests(MeterRegistry meters, String operation, String outcome) {
		return meters.get("idempotency.requests").tag("operation", operation).tag("outcome", outcome).timer().count();
	}

	@Test
	@DisplayName("5.3 a transactional operation costs one commit, the handler's own")
	void costsOneCommit() {
		try (TestApplication application = start(Database.POSTGRESQL, "spring.datasource.hikari.maximum-pool-size=1",
				"spring.application.name=commits", "idempotency.jdbc.purge.enabled=false")) {
			entry(application, "").send().assertFirst(201);
			JdbcTemplate jdbc = application.context().getBean(JdbcTemplate.class);
			long before = commits(jdbc);
			int requests = 100;
			for (int i = 0; i < requests; i++) {
				entry(application, "").send().assertFirst(201);
			}
			// Asking is a commit, too, and so may be a test of the pool whether its
			// connection is alive
			assertThat(commits(jdbc) - before).isBetween((long) requests, requests + 5L);
		}
	}

	private static long commits(JdbcTemplate jdbc) {
		jdbc.execute("select pg_stat_force_next_flush()");
		Long commits = jdbc
			.queryForObject("select xact_commit from pg_stat_database where datname = current_database()", Long.class);
		return (commits != null) ? commits : -1;
	}

	/**
	 * The databases on which operations can be transactional.
	 */
	private enum Database {

		H2 {

			@Override
			List<String> properties() {
				return Store.H2.properties("transactional");
			}

		},

		POSTGRESQL {

			@Override
			List<String> properties() {
				return Store.POSTGRESQL.properties("transactional");
			}

		},

		MARIADB {

			@Override
			List<String> properties() {
				return List.of("idempotency.repository=jdbc", "idempotency.jdbc.initialize-schema=always",
						"spring.datasource.url=" + MariaDbServer.jdbcUrl("transactional"));
			}

		},

		JPA {

			@Override
			List<String> properties() {
				List<String> properties = new ArrayList<>(Store.H2.properties("transactional_jpa"));
				properties.add("spring.jpa.open-in-view=false");
				properties.add("spring.jpa.hibernate.ddl-auto=none");
				return properties;
			}

		},

		JPA_OPEN_IN_VIEW {

			@Override
			List<String> properties() {
				List<String> properties = new ArrayList<>(Store.POSTGRESQL.properties("transactional_jpa"));
				properties.add("spring.jpa.open-in-view=true");
				return properties;
			}

		};

		abstract List<String> properties();

	}

}

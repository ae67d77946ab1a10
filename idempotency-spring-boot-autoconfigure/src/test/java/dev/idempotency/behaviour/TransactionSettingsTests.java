package dev.idempotency.behaviour;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Future;

import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.Idempotent;
import dev.idempotency.behaviour.app.Executions;
import dev.idempotency.behaviour.app.Executions.Gate;
import dev.idempotency.repository.RecordId;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The isolation and the time-out of transactional operations.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TransactionSettingsTests {

	private TestApplication application;

	private JdbcTemplate jdbc;

	@BeforeAll
	void start() {
		List<String> properties = new ArrayList<>(Store.POSTGRESQL.properties("settings"));
		properties.add("spring.datasource.hikari.maximum-pool-size=20");
		this.application = TestApplication.start(SettingsApplication.class, properties);
		this.jdbc = this.application.context().getBean(JdbcTemplate.class);
		this.jdbc.execute("create table if not exists account (name varchar(100) primary key, amount int not null)");
	}

	@AfterAll
	void stop() {
		this.application.close();
	}

	private Call call(String target) {
		return Call.order(this.application).target(target);
	}

	private void open(Call call) {
		this.jdbc.update("insert into account (name, amount) values (?, 50), (?, 50)", call.name() + "-one",
				call.name() + "-two");
	}

	private int sum(Call call) {
		Integer sum = this.jdbc.queryForObject("select sum(amount) from account where name like ?", Integer.class,
				call.name() + "-%");
		return (sum != null) ? sum : 0;
	}

	@ParameterizedTest
	@CsvSource({ "/serializable, serializable", "/repeatable, repeatable read", "/of-class, serializable",
			"/default, read committed" })
	@DisplayName("5.11 the transaction has the isolation that the handler's own @Transactional asks for")
	void isolationOfTheHandler(String target, String isolation) {
		Answer answer = call(target).send().assertFirst(200);
		assertThat(answer.text()).contains("\"" + isolation + "\"");
	}

	@Test
	@DisplayName("5.11 the transaction has the time-out that the handler's own @Transactional asks for")
	void timeoutOfTheHandler() {
		Call call = call("/timeout");
		call.send().assertFirst(500);
		assertThat(call.executions()).isEqualTo(1);
		call(("/timeout-of-service/30")).send().assertFirst(200);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			/isolation-of-service    | @Transactional(isolation = Isolation.SERIALIZABLE) on the handler method
			/timeout-of-service/none | @Transactional(timeout = 30) on the handler method
			/timeout-of-service/60   | has a timeout of 60 s
			""")
	@DisplayName("5.11 a service that asks for other settings than it gets is refused with words, and nothing is done")
	void otherSettingsOfAService(String target, String words) {
		try (LogCapture logs = new LogCapture()) {
			Call call = call(target);
			open(call);
			call.send().assertFirst(500);
			assertThat(sum(call)).isEqualTo(100);
			assertThat(logs.all()).contains(words);
			call.send().assertFirst(500);
			assertThat(call.executions()).isEqualTo(2);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "/equal-service", "/read-only-service", "/new-service", "/service-of-new" })
	@DisplayName("5.11 services that ask for the same, for nothing, for less, or for a transaction of their own, run")
	void settingsThatCanBeHad(String target) {
		Call call = call(target);
		open(call);
		Answer first = call.send().assertFirst(200);
		call.send().assertReplayOf(first);
	}

	@Test
	@DisplayName("5.11 two withdrawals guarded by a sum: one of them fails, the sum is not negative")
	void twoWithdrawals() {
		Call one = call("/withdraw/one");
		Call two = Call.order(this.application).header("X-Account", one.name()).target("/withdraw/two");
		open(one);
		try (Gate gateOne = one.hold(); Gate gateTwo = two.hold(); Together together = new Together()) {
			Future<Answer> first = together.meanwhile(one.header("X-Account", one.name())::send);
			Future<Answer> second = together.meanwhile(two::send);
			gateOne.awaitArrival();
			gateTwo.awaitArrival();
			gateOne.open();
			gateTwo.open();
			assertThat(List.of(Together.get(first).status(), Together.get(second).status()))
				.containsExactlyInAnyOrder(200, 500);
		}
		assertThat(sum(one)).isZero();
	}

	@Test
	@DisplayName("5.11 a failure of serialization is the handler's own, and the key is free")
	void aFailureOfSerialization() {
		Call call = call("/withdraw/one");
		Call held = call.header("X-Account", call.name());
		open(call);
		try (Gate gate = call.hold(); Together together = new Together()) {
			Future<Answer> running = together.meanwhile(held::send);
			gate.awaitArrival();
			TransactionTemplate other = new TransactionTemplate(
					this.application.context().getBean(PlatformTransactionManager.class));
			other.setIsolationLevel(TransactionDefinition.ISOLATION_SERIALIZABLE);
			other.executeWithoutResult((status) -> {
				sum(call);
				this.jdbc.update("update account set amount = amount - 100 where name = ?", call.name() + "-two");
			});
			gate.open();
			Together.get(running).assertFirst(500);
		}
		assertThat(sum(call)).isZero();
		held.send().assertFirst(200);
		assertThat(call.executions()).isEqualTo(2);
	}

	@Test
	@DisplayName("5.11 a failure of serialization, and an equal request was answered meanwhile: its response")
	void aFailureOfSerializationAfterAnAnswer() {
		Call template = call("/withdraw/one");
		Answer winner = template.header("X-Account", template.name()).send().assertFirst(200);
		Call call = call("/withdraw/one").header("X-Account", template.name());
		try (Gate gate = call.hold(); Together together = new Together()) {
			Future<Answer> running = together.meanwhile(call::send);
			gate.awaitArrival();
			this.jdbc.update(
					"""
							insert into idempotency_record (id, token, created_at, lease_until, expires_at, completed_at, status,
								fingerprint, operation, response)
							select ?, token, created_at, lease_until, expires_at, completed_at, status, fingerprint, operation,
								response from idempotency_record where id = ?""",
					id(call), id(template));
			gate.open();
			Together.get(running).assertReplayOf(winner);
		}
	}

	private static byte[] id(Call call) {
		return RecordId.of("orders", "", new IdempotencyKey(call.key())).toBytes();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/serializable", "/equal-service" })
	@DisplayName("5.11 distinct keys at SERIALIZABLE: none is a duplicate, and what collides is the handlers' own work")
	void distinctKeysDoNotCollide(String target) {
		Map<Integer, Integer> statuses = new TreeMap<>();
		for (int round = 0; round < 25; round++) {
			Together.all(16, (i) -> {
				Call call = call(target);
				open(call);
				return call.send().status();
			}).forEach((status) -> statuses.merge(status, 1, Integer::sum));
		}
		if (target.equals("/serializable")) {
			assertThat(statuses).containsOnlyKeys(200);
		}
		assertThat(statuses.keySet()).as(statuses.toString()).isSubsetOf(200, 500);
	}

	/**
	 * An application whose services ask for isolation and time-outs.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Executions.class, Service.class, Settings.class, OfClass.class })
	static class SettingsApplication {

	}

	@RestController
	static class Settings {

		private final Executions executions;

		private final Service service;

		Settings(Executions executions, Service service) {
			this.executions = executions;
			this.service = service;
		}

		@PostMapping("/default")
		@Idempotent(transactional = true)
		Map<String, Object> byDefault() {
			return Map.of("isolation", this.service.isolation());
		}

		@PostMapping("/serializable")
		@Idempotent(transactional = true)
		@Transactional(isolation = Isolation.SERIALIZABLE)
		Map<String, Object> serializable() {
			return Map.of("isolation", this.service.isolation());
		}

		@PostMapping("/repeatable")
		@Idempotent(transactional = true)
		@Transactional(isolation = Isolation.REPEATABLE_READ)
		Map<String, Object> repeatable() {
			return Map.of("isolation", this.service.isolation());
		}

		@PostMapping("/timeout")
		@Idempotent(transactional = true)
		@Transactional(timeout = 1)
		Map<String, Object> timeout(HttpServletRequest request) {
			this.executions.enter(request);
			this.service.sleep();
			return Map.of();
		}

		@PostMapping("/timeout-of-service/none")
		@Idempotent(transactional = true)
		Map<String, Object> timeoutOfService(HttpServletRequest request) {
			return withTimeout(request);
		}

		@PostMapping("/timeout-of-service/30")
		@Idempotent(transactional = true)
		@Transactional(timeout = 30)
		Map<String, Object> equalTimeoutOfService(HttpServletRequest request) {
			return withTimeout(request);
		}

		@PostMapping("/timeout-of-service/60")
		@Idempotent(transactional = true)
		@Transactional(timeout = 60)
		Map<String, Object> longerTimeout(HttpServletRequest request) {
			return withTimeout(request);
		}

		private Map<String, Object> withTimeout(HttpServletRequest request) {
			this.executions.enter(request);
			this.service.withTimeout(String.valueOf(request.getHeader("X-Case")));
			return Map.of();
		}

		@PostMapping("/isolation-of-service")
		@Idempotent(transactional = true)
		Map<String, Object> isolationOfService(HttpServletRequest request) {
			this.executions.enter(request);
			this.service.spend(String.valueOf(request.getHeader("X-Case")));
			return Map.of();
		}

		@PostMapping("/equal-service")
		@Idempotent(transactional = true)
		@Transactional(isolation = Isolation.SERIALIZABLE)
		Map<String, Object> equalService(HttpServletRequest request) {
			this.service.spend(String.valueOf(request.getHeader("X-Case")));
			return Map.of();
		}

		@PostMapping("/read-only-service")
		@Idempotent(transactional = true)
		Map<String, Object> readOnlyService() {
			return Map.of("sum", this.service.readOnly());
		}

		@PostMapping("/new-service")
		@Idempotent(transactional = true)
		Map<String, Object> newService(HttpServletRequest request) {
			this.service.spendAnew(String.valueOf(request.getHeader("X-Case")));
			return Map.of();
		}

		/**
		 * The inner one joins the transaction of the outer one, not that of the
		 * operation.
		 */
		@PostMapping("/service-of-new")
		@Idempotent(transactional = true)
		Map<String, Object> serviceOfNew(HttpServletRequest request) {
			this.service.anew(() -> this.service.spend(String.valueOf(request.getHeader("X-Case"))));
			return Map.of();
		}

		@PostMapping("/withdraw/{account}")
		@Idempotent(transactional = true)
		@Transactional(isolation = Isolation.SERIALIZABLE)
		Map<String, Object> withdraw(@PathVariable String account, HttpServletRequest request) {
			String name = request.getHeader("X-Account");
			boolean covered = this.service.sum(name) >= 100;
			if (covered) {
				this.service.take(name + "-" + account);
			}
			this.executions.enter(request);
			return Map.of("covered", covered);
		}

	}

	@RestController
	@Transactional(isolation = Isolation.SERIALIZABLE)
	static class OfClass {

		private final Service service;

		OfClass(Service service) {
			this.service = service;
		}

		@PostMapping("/of-class")
		@Idempotent(transactional = true)
		Map<String, Object> handle() {
			return Map.of("isolation", this.service.isolation());
		}

	}

	static class Service {

		private final JdbcTemplate jdbc;

		Service(JdbcTemplate jdbc) {
			this.jdbc = jdbc;
		}

		@Transactional
		String isolation() {
			return String.valueOf(this.jdbc.queryForObject("show transaction_isolation", String.class));
		}

		@Transactional
		void sleep() {
			this.jdbc.execute("select pg_sleep(20)");
		}

		@Transactional(timeout = 30)
		void withTimeout(String name) {
			take(name + "-one");
		}

		@Transactional(isolation = Isolation.SERIALIZABLE)
		void spend(String name) {
			take(name + "-one");
		}

		@Transactional(propagation = Propagation.REQUIRES_NEW, isolation = Isolation.SERIALIZABLE, timeout = 10)
		void spendAnew(String name) {
			take(name + "-one");
		}

		@Transactional(propagation = Propagation.REQUIRES_NEW, isolation = Isolation.SERIALIZABLE)
		void anew(Runnable action) {
			action.run();
		}

		@Transactional(readOnly = true)
		int readOnly() {
			return sum("nobody");
		}

		@Transactional
		int sum(String name) {
			Integer sum = this.jdbc.queryForObject("select coalesce(sum(amount), 0) from account where name like ?",
					Integer.class, name + "-%");
			return (sum != null) ? sum : 0;
		}

		@Transactional
		void take(String account) {
			this.jdbc.update("update account set amount = amount - 100 where name = ?", account);
		}

	}

}

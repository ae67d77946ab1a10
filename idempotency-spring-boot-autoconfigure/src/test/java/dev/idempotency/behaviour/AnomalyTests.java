package dev.idempotency.behaviour;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;

import dev.idempotency.IdempotencyEvent;
import dev.idempotency.IdempotencyKey;
import dev.idempotency.behaviour.app.Executions.Gate;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.RecordId;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What operators are told: by the log, by events and by the logging context of handlers.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnomalyTests {

	private static final String OPERATION = "idempotency.operation";

	private static final String OUTCOME = "idempotency.outcome";

	private static final String KEY = "idempotency.key";

	private final List<IdempotencyEvent> events = new CopyOnWriteArrayList<>();

	private TestApplication application;

	@BeforeAll
	void start() {
		this.application = TestApplication.start(Store.MEMORY, "anomalies");
		ApplicationListener<PayloadApplicationEvent<IdempotencyEvent>> listener = (event) -> this.events
			.add(event.getPayload());
		this.application.context().addApplicationListener(listener);
	}

	@AfterAll
	void stop() {
		this.application.close();
	}

	private static RecordId id(String key) {
		return RecordId.of("orders", "", new IdempotencyKey(key));
	}

	@Test
	void reusedKeysAreOneWarningAndAnEventEach() {
		String key = UUID.randomUUID().toString();
		Call call = Call.order(this.application).key(key);
		call.send().assertFirst(201);
		try (LogCapture log = new LogCapture()) {
			for (int i = 0; i < 3; i++) {
				call.json("{\"item\":\"other\",\"quantity\":1}").send().assertProblem(422, "key-reused");
			}
			await().until(() -> log.with(OUTCOME, "mismatch").size() == 3);
			assertThat(log.with(OUTCOME, "mismatch")).extracting(ILoggingEvent::getLevel)
				.containsExactly(Level.WARN, Level.DEBUG, Level.DEBUG);
			assertThat(log.with(OUTCOME, "mismatch")).allSatisfy((event) -> {
				assertThat(LogCapture.value(event, OPERATION)).isEqualTo("order-controller-create");
				assertThat(LogCapture.value(event, "idempotency.repository")).isEqualTo("memory");
				assertThat(LogCapture.value(event, KEY)).isEqualTo(id(key).toString());
				assertThat(event.getFormattedMessage()).contains("(record " + id(key) + ")");
			});
			assertThat(log.all()).doesNotContain(key);
		}
		assertThat(this.events).filteredOn((event) -> event.recordId().equals(id(key).toString()))
			.hasSize(3)
			.allSatisfy((event) -> assertThat(event)
				.isEqualTo(new IdempotencyEvent.KeyReused("order-controller-create", id(key).toString())));
	}

	@Test
	void aLostClaimIsAWarningAndAnEvent() {
		String key = UUID.randomUUID().toString();
		Call call = Call.order(this.application).key(key);
		try (LogCapture log = new LogCapture(); Together together = new Together()) {
			Future<Answer> late;
			try (Gate gate = call.hold()) {
				late = together.meanwhile(call::send);
				gate.awaitArrival();
				this.application.context().getBean(IdempotencyRepository.class).delete(id(key));
			}
			Together.get(late).assertFirst(201);
			await().until(() -> !log.with(OUTCOME, "lost").isEmpty());
			assertThat(log.with(OUTCOME, "lost")).singleElement().satisfies((event) -> {
				assertThat(event.getLevel()).isEqualTo(Level.WARN);
				assertThat(LogCapture.value(event, KEY)).isEqualTo(id(key).toString());
			});
		}
		assertThat(this.events).contains(new IdempotencyEvent.LeaseLost("order-controller-create", id(key).toString()));
	}

	@Test
	void ordinaryRefusalsAreNoWarnings() {
		String key = UUID.randomUUID().toString();
		Call call = Call.order(this.application).key(key);
		try (LogCapture log = new LogCapture(); Together together = new Together(); Gate gate = call.hold()) {
			Future<Answer> first = together.meanwhile(call::send);
			gate.awaitArrival();
			call.send().assertProblem(409, "in-flight");
			call.withoutKey().send().assertProblem(400, "key-missing");
			await().until(() -> log.with(OUTCOME, "conflict").size() + log.with(OUTCOME, "keyless").size() == 2);
			assertThat(log.with(OPERATION, "order-controller-create")).extracting(ILoggingEvent::getLevel)
				.containsOnly(Level.DEBUG);
			assertThat(first).isNotDone();
		}
	}

	@Test
	void whatAHandlerLogsTellsOfItsKey() {
		String key = UUID.randomUUID().toString();
		Call call = Call.post(this.application, "/logging-context").key(key);
		assertThat(call.send().assertFirst(200).text()).contains(KEY + "=" + id(key)).doesNotContain(key);
		Call async = Call.post(this.application, "/logging-context/async").key(UUID.randomUUID().toString());
		async.send().assertFirst(200);
		for (int i = 0; i < 20; i++) {
			assertThat(Call.post(this.application, "/logging-context").method("GET").send().assertFirst(200).text())
				.doesNotContain(KEY);
		}
	}

}

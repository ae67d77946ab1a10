package dev.idempotency.behaviour;

import java.util.List;
import java.util.stream.IntStream;

import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Section 6 of the behaviour: expired records disappear.
 */
class PurgeTests {

	private static final int EXPIRED = 10_000;

	private static final String[] FAST = { "idempotency.jdbc.purge.interval=50ms",
			"idempotency.jdbc.purge.batch-size=500" };

	@ParameterizedTest
	@EnumSource(names = { "H2", "POSTGRESQL" })
	@DisplayName("6.3 two nodes delete ten thousand expired rows while requests are served; live ones stay")
	void expiredRowsDisappear(Store store) {
		try (TestApplication off = TestApplication.start(store, "purge", "idempotency.jdbc.purge.enabled=false")) {
			JdbcTemplate jdbc = off.context().getBean(JdbcTemplate.class);
			insertExpired(store, jdbc);
			List<Call> live = IntStream.range(0, 20).mapToObj((i) -> Call.order(off)).toList();
			List<Answer> answers = live.stream().map((call) -> call.send().assertFirst(201)).toList();
			assertThat(expired(jdbc)).isEqualTo(EXPIRED);
			try (TestApplication one = TestApplication.start(store, "purge", FAST);
					TestApplication two = TestApplication.start(store, "purge", FAST)) {
				await().until(() -> {
					Call.order(one).send().assertFirst(201);
					Call.order(two).send().assertFirst(201);
					return expired(jdbc) == 0;
				});
				await().untilAsserted(() -> assertThat(purged(one) + purged(two)).isEqualTo(EXPIRED));
			}
			for (int i = 0; i < live.size(); i++) {
				live.get(i).send().assertReplayOf(answers.get(i));
			}
		}
	}

	@Test
	@DisplayName("6.3 expired rows disappear although nothing is initialized before it is needed")
	void thePurgeIsNotLazy() {
		try (TestApplication off = TestApplication.start(Store.H2, "purge_lazy",
				"idempotency.jdbc.purge.enabled=false")) {
			JdbcTemplate jdbc = off.context().getBean(JdbcTemplate.class);
			insertExpired(Store.H2, jdbc);
			try (TestApplication lazy = TestApplication.start(Store.H2, "purge_lazy",
					"spring.main.lazy-initialization=true", FAST[0], FAST[1])) {
				await().until(() -> expired(jdbc) == 0);
				Call.order(lazy).send().assertFirst(201);
			}
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "H2", "POSTGRESQL" })
	@DisplayName("6.3 a running operation whose ttl has passed is not deleted")
	void runningOperationsStay(Store store) {
		try (TestApplication application = TestApplication.start(store, "purge_running",
				"idempotency.jdbc.purge.interval=50ms", "orders.ttl=100ms"); Together together = new Together()) {
			JdbcTemplate jdbc = application.context().getBean(JdbcTemplate.class);
			Call call = ReplayTests.call(application, "/short-lived");
			try (var gate = call.hold()) {
				var first = together.meanwhile(call::send);
				gate.awaitArrival();
				insertExpired(store, jdbc);
				await().until(() -> purged(application) >= EXPIRED);
				call.send().assertProblem(409, "in-flight");
				gate.open();
				Together.get(first).assertFirst(200);
			}
			await().until(() -> jdbc.queryForObject("select count(*) from idempotency_record", Long.class) == 0);
			assertThat(call.executions()).isEqualTo(1);
		}
	}

	private static void insertExpired(Store store, JdbcTemplate jdbc) {
		String source = (store == Store.H2)
				? "hash('SHA256', cast(x as varchar)), 'f' from system_range(1, " + EXPIRED + ")"
				: "sha256(x::text::bytea), 'f' from generate_series(1, " + EXPIRED + ") as x";
		jdbc.update("insert into idempotency_record"
				+ " (operation, token, created_at, lease_until, completed_at, expires_at, status, id, fingerprint)"
				+ " select 'old', 1, 1, 0, 2, 3, 200, "
				+ source.replace("'f'", (store == Store.H2) ? "X'00'" : "'\\x00'::bytea"));
	}

	private static long expired(JdbcTemplate jdbc) {
		Long count = jdbc.queryForObject("select count(*) from idempotency_record where operation = 'old'", Long.class);
		return (count != null) ? count : 0;
	}

	private static double purged(TestApplication application) {
		return application.context().getBean(MeterRegistry.class).get("idempotency.records.purged").counter().count();
	}

}

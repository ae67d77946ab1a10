package dev.idempotency.behaviour;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import dev.idempotency.behaviour.app.Executions;
import dev.idempotency.engine.Outcome;
import dev.idempotency.metrics.IdempotencyMeters;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The meters, as Actuator shows them.
 */
class MeterTests {

	private final TestApplication application = TestApplication.shared(Store.H2);

	@Test
	void countsEveryOutcomeByOperation() throws Exception {
		double misses = requests("miss");
		double hits = requests("hit");
		double mismatches = requests("mismatch");
		double keyless = requests("keyless");
		double rejections = requests("rejected");
		double failures = requests("failure");
		double conflicts = requests("conflict");
		Call call = Call.order(this.application);
		call.send();
		call.send();
		call.json("{\"item\":\"pen\",\"quantity\":1}").send();
		call.withoutKey().send();
		call.header("Idempotency-Key", "a b").send();
		Call.order(this.application).json("{").send();
		Call running = Call.order(this.application);
		try (Executions.Gate gate = running.hold()) {
			Thread first = new Thread(running::send);
			first.start();
			gate.awaitArrival();
			assertThat(value("idempotency.in.flight")).isPositive();
			running.send();
			gate.open();
			first.join();
		}
		assertThat(requests("miss")).isEqualTo(misses + 2);
		assertThat(requests("hit")).isEqualTo(hits + 1);
		assertThat(requests("mismatch")).isEqualTo(mismatches + 1);
		assertThat(requests("keyless")).isEqualTo(keyless + 1);
		assertThat(requests("rejected")).isEqualTo(rejections + 1);
		assertThat(requests("failure")).isEqualTo(failures + 1);
		assertThat(requests("conflict")).isEqualTo(conflicts + 1);
	}

	@Test
	void countsRequestsWithoutAKeyThatNeedNoneAsKeyless() {
		String requests = "idempotency.requests?tag=operation:order-controller-optional&tag=outcome:";
		double before = value(requests + "keyless");
		double bypasses = value(requests + "bypass");
		Call.post(this.application, "/optional").send().assertFirst(200);
		// The response may arrive before the request is over
		Awaitility.await().until(() -> value(requests + "keyless") == before + 1);
		assertThat(value(requests + "bypass")).isEqualTo(bypasses);
	}

	@Test
	void measuresCallsOfTheRepository() {
		Call call = Call.order(this.application);
		call.send();
		call.send();
		assertThat(value("idempotency.repository?tag=repository:jdbc&tag=call:claim&tag=result:acquired")).isPositive();
		assertThat(value("idempotency.repository?tag=repository:jdbc&tag=call:claim&tag=result:completed"))
			.isPositive();
		assertThat(value("idempotency.repository?tag=repository:jdbc&tag=call:complete&tag=result:recorded"))
			.isPositive();
	}

	@Test
	void isThereAtZeroBeforeTheFirstRequest() {
		try (TestApplication fresh = TestApplication.start(Store.MEMORY, "meters")) {
			MeterRegistry registry = fresh.context().getBean(MeterRegistry.class);
			for (Outcome outcome : Outcome.values()) {
				assertThat(registry.get("idempotency.requests")
					.tags("operation", "order-controller-create", "outcome", outcome.tag())
					.timer()
					.count()).isZero();
			}
			assertThat(registry.get("idempotency.repository").tags("call", "claim", "result", "error").timer().count())
				.isZero();
			// That of clients has a name of a server only once it was called
			for (IdempotencyMeters meter : EnumSet.complementOf(EnumSet.of(IdempotencyMeters.CLIENT_CALLS))) {
				assertThat(registry.get(meter.getName()).meters()).as(meter.getName())
					.isNotEmpty()
					.allSatisfy((found) -> {
						assertThat(found.getId().getType()).isEqualTo(meter.getType());
						assertThat(found.getId().getDescription()).isNotBlank();
						assertThat(found.getId().getTags()).extracting(Tag::getKey)
							.containsExactlyInAnyOrder(
									Arrays.stream(meter.getKeyNames()).map(KeyName::asString).toArray(String[]::new));
					});
			}
		}
	}

	@Test
	void neverTagsWithKeyOrPrincipal() {
		String key = UUID.randomUUID().toString();
		Call.order(this.application).key(key).header("X-User", "somebody").send();
		for (String meter : new String[] { "idempotency.requests", "idempotency.repository" }) {
			assertThat(get(meter).text()).doesNotContain(key).doesNotContain("somebody");
		}
	}

	@Test
	void hasExactlyTheTagsOfTheContract() throws Exception {
		Call.order(this.application).send();
		assertThat(tags("idempotency.requests")).containsExactlyInAnyOrder("operation", "outcome");
		assertThat(tags("idempotency.repository")).containsExactlyInAnyOrder("repository", "call", "result");
		assertThat(tags("idempotency.in.flight")).isEmpty();
		assertThat(tags("idempotency.records.purged")).isEmpty();
	}

	private List<String> tags(String meter) throws Exception {
		return new ObjectMapper().readTree(get(meter).assertFirst(200).text()).findValuesAsText("tag");
	}

	private double requests(String outcome) {
		return value("idempotency.requests?tag=operation:order-controller-create&tag=outcome:" + outcome);
	}

	// The first measurement: COUNT of a timer, VALUE of a gauge
	private double value(String meter) {
		Answer answer = get(meter);
		if (answer.status() == 404) {
			return 0;
		}
		String value = answer.text().replaceFirst("(?s).*?\"measurements\":\\[\\{[^}]*\"value\":([0-9.E]+).*", "$1");
		return Double.parseDouble(value);
	}

	private Answer get(String meter) {
		return Call.post(this.application, "/actuator/metrics/" + meter).method("GET").send();
	}

}

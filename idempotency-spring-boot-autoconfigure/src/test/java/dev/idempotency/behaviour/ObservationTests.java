package dev.idempotency.behaviour;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.repository.RecordId;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What traces show of a request.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ObservationTests {

	private final Steps steps = new Steps();

	private TestApplication application;

	@BeforeAll
	void start() {
		this.application = TestApplication.start(Store.MEMORY, "observations",
				"idempotency.observations.include-key=true");
		this.application.context()
			.getBean(ObservationRegistry.class)
			.observationConfig()
			.observationHandler(this.steps);
	}

	@AfterAll
	void stop() {
		this.application.close();
	}

	@Test
	void aFirstExecutionIsAClaimAndAHandlerWithItsCompletionInside() {
		Call.order(this.application).key(next()).send().assertFirst(201);
		await().untilAsserted(() -> assertThat(this.steps.stopped).containsExactly(
				"idempotency.claim acquired in http.server.requests",
				"idempotency.complete miss in idempotency.handler",
				"idempotency.handler miss in http.server.requests"));
	}

	@Test
	void aReplayIsAClaimThatHits() {
		Call call = Call.order(this.application).key(next());
		call.send();
		await().until(() -> this.steps.stopped.size() == 3);
		this.steps.stopped.clear();
		call.send();
		await().untilAsserted(
				() -> assertThat(this.steps.stopped).containsExactly("idempotency.claim hit in http.server.requests"));
	}

	@Test
	void refusalsAndFailuresTellTheirOutcome() {
		Call call = Call.order(this.application).key(next());
		call.send();
		await().until(() -> this.steps.stopped.size() == 3);
		this.steps.stopped.clear();
		call.json("{\"item\":\"other\",\"quantity\":1}").send().assertProblem(422, "key-reused");
		await().untilAsserted(() -> assertThat(this.steps.stopped)
			.containsExactly("idempotency.claim mismatch in http.server.requests"));
		this.steps.stopped.clear();
		call.key(next()).json("{").send();
		await().untilAsserted(() -> assertThat(this.steps.stopped).containsExactly(
				"idempotency.claim acquired in http.server.requests",
				"idempotency.handler failure in http.server.requests"));
	}

	@Test
	void anAsynchronousHandlerIsOneStep() {
		Call.post(this.application, "/logging-context/async").key(next()).send().assertFirst(200);
		await().untilAsserted(() -> assertThat(this.steps.stopped).containsExactly(
				"idempotency.claim acquired in http.server.requests",
				"idempotency.complete miss in idempotency.handler",
				"idempotency.handler miss in http.server.requests"));
	}

	private String next() {
		String key = UUID.randomUUID().toString();
		this.steps.stopped.clear();
		this.steps.id = RecordId.of("orders", "", new IdempotencyKey(key)).toString();
		return key;
	}

	/**
	 * Keeps the steps of one key that have ended, and what they were part of.
	 */
	private static final class Steps implements ObservationHandler<Observation.Context> {

		private final List<String> stopped = new CopyOnWriteArrayList<>();

		private volatile @Nullable String id;

		@Override
		public void onStop(Observation.Context context) {
			if (context.getHighCardinalityKeyValue("idempotency.key") != null
					&& context.getHighCardinalityKeyValue("idempotency.key").getValue().equals(this.id)) {
				this.stopped.add(context.getName() + " " + context.getLowCardinalityKeyValue("outcome").getValue()
						+ " in " + context.getParentObservation().getContextView().getName());
			}
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

	}

}

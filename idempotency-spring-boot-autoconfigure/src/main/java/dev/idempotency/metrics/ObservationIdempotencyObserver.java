package dev.idempotency.metrics;

import java.util.Locale;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;

import dev.idempotency.engine.IdempotencyObserver;
import dev.idempotency.repository.RecordId;

/**
 * Makes an observation of each step: {@code idempotency.claim},
 * {@code idempotency.handler} and {@code idempotency.complete}, with the low-cardinality
 * key values {@code operation} and {@code outcome}. A replay is a claim whose outcome is
 * {@code hit}.
 *
 * @since 0.1.0
 */
public final class ObservationIdempotencyObserver implements IdempotencyObserver {

	private final ObservationRegistry registry;

	private final boolean withKey;

	/**
	 * Creates an observer.
	 * @param registry where observations are made
	 * @param withKey whether they carry the high-cardinality key value
	 * {@code idempotency.key}, a short digest of the key
	 */
	public ObservationIdempotencyObserver(ObservationRegistry registry, boolean withKey) {
		this.registry = registry;
		this.withKey = withKey;
	}

	@Override
	public Observed begin(Step step, String operation, RecordId id) {
		String name = step.name().toLowerCase(Locale.ROOT);
		Observation observation = Observation.createNotStarted("idempotency." + name, this.registry)
			.contextualName("idempotency " + name)
			.lowCardinalityKeyValue("operation", operation);
		if (this.withKey) {
			observation.highCardinalityKeyValue("idempotency.key", id.toString());
		}
		return new ObservedStep(observation.start());
	}

	/**
	 * A step under observation.
	 *
	 * @param observation the observation
	 */
	private record ObservedStep(Observation observation) implements Observed {

		@Override
		public Scope open() {
			Observation.Scope scope = this.observation.openScope();
			return scope::close;
		}

		@Override
		public void end(String outcome) {
			this.observation.lowCardinalityKeyValue("outcome", outcome).stop();
		}

	}

}

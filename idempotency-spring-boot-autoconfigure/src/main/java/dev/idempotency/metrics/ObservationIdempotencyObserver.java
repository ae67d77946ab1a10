package dev.idempotency.metrics;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;

import dev.idempotency.engine.IdempotencyObserver;
import dev.idempotency.metrics.IdempotencyMeters.Tag;
import dev.idempotency.metrics.IdempotencyObservations.HighCardinality;
import dev.idempotency.repository.RecordId;

/**
 * Makes an observation of each step, as listed by {@link IdempotencyObservations}.
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
		IdempotencyObservations documented = IdempotencyObservations.of(step);
		Observation observation = Observation.createNotStarted(documented.getName(), this.registry)
			.contextualName(documented.getContextualName())
			.lowCardinalityKeyValue(Tag.OPERATION.withValue(operation));
		if (this.withKey) {
			observation.highCardinalityKeyValue(HighCardinality.KEY.withValue(id.toString()));
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
			this.observation.lowCardinalityKeyValue(Tag.OUTCOME.withValue(outcome)).stop();
		}

	}

}

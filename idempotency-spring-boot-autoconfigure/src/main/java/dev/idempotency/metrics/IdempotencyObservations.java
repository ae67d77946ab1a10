package dev.idempotency.metrics;

import java.util.Locale;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.docs.ObservationDocumentation;

import dev.idempotency.engine.IdempotencyObserver.Step;
import dev.idempotency.engine.LoggingIdempotencyListener;

/**
 * The observations of the library, one for each step of the protocol. A replay is a claim
 * whose outcome is {@code hit}.
 *
 * @since 0.1.0
 */
public enum IdempotencyObservations implements ObservationDocumentation {

	/** The claim of a key. */
	CLAIM,

	/** The handler, until its outcome is decided. */
	HANDLER,

	/** The recording of the response, within the former. */
	COMPLETE;

	private final String step = name().toLowerCase(Locale.ROOT);

	private final String observation = "idempotency." + this.step;

	private final String contextualName = "idempotency " + this.step;

	static IdempotencyObservations of(Step step) {
		return switch (step) {
			case CLAIM -> CLAIM;
			case HANDLER -> HANDLER;
			case COMPLETE -> COMPLETE;
		};
	}

	@Override
	public String getName() {
		return this.observation;
	}

	@Override
	public String getContextualName() {
		return this.contextualName;
	}

	@Override
	public KeyName[] getLowCardinalityKeyNames() {
		return new KeyName[] { IdempotencyMeters.Tag.OPERATION, IdempotencyMeters.Tag.OUTCOME };
	}

	@Override
	public KeyName[] getHighCardinalityKeyNames() {
		return new KeyName[] { HighCardinality.KEY };
	}

	/**
	 * What an observation carries only if the application wants it to.
	 */
	public enum HighCardinality implements KeyName {

		/** A short digest of the key. */
		KEY;

		@Override
		public String asString() {
			return LoggingIdempotencyListener.KEY;
		}

	}

}

package dev.idempotency.metrics;

import java.time.Duration;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;

import dev.idempotency.client.IdempotencyClientListener;

/**
 * Makes an event of each further attempt of a call, in the observation that the client
 * makes of the call. With a tracer the event is part of the span.
 *
 * @since 0.1.0
 */
public final class ObservationClientListener implements IdempotencyClientListener {

	/** The name of the event. */
	public static final String RETRY = "idempotency.client.retry";

	private final ObservationRegistry registry;

	/**
	 * Creates a listener.
	 * @param registry where clients make their observations
	 */
	public ObservationClientListener(ObservationRegistry registry) {
		this.registry = registry;
	}

	@Override
	public void onRetry(String client, int attempts, Duration pause) {
		Observation call = this.registry.getCurrentObservation();
		if (call != null) {
			call.event(Observation.Event.of(RETRY,
					"Attempt " + (attempts + 1) + " begins in " + pause.toMillis() + " ms"));
		}
	}

	@Override
	public void onEnd(String client, Outcome outcome, int attempts, Duration duration) {
		// The observation of the call has an end of its own
	}

}

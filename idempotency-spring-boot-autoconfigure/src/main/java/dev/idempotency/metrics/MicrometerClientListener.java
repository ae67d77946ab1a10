package dev.idempotency.metrics;

import java.time.Duration;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import dev.idempotency.client.IdempotencyClientListener;

/**
 * Counts and times calls with an idempotency key.
 *
 * @since 0.1.0
 */
public final class MicrometerClientListener implements IdempotencyClientListener {

	/** Calls with more attempts share a value of the tag. */
	private static final int MOST_ATTEMPTS = 5;

	private final MeterRegistry registry;

	/**
	 * Creates a listener.
	 * @param registry holds the meter
	 */
	public MicrometerClientListener(MeterRegistry registry) {
		this.registry = registry;
	}

	@Override
	public void onEnd(String client, Outcome outcome, int attempts, Duration duration) {
		Timer.builder(IdempotencyMeters.CLIENT_CALLS.getName())
			.description(IdempotencyMeters.CLIENT_CALLS.description())
			.tag(IdempotencyMeters.Tag.CLIENT.asString(), client)
			.tag(IdempotencyMeters.Tag.OUTCOME.asString(), outcome.tag())
			.tag(IdempotencyMeters.Tag.ATTEMPTS.asString(),
					(attempts <= MOST_ATTEMPTS) ? String.valueOf(attempts) : "more")
			.register(this.registry)
			.record(duration);
	}

}

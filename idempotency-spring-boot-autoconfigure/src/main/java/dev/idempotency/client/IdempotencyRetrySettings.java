package dev.idempotency.client;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How often and how long a call is tried again, under its one key.
 *
 * @param maxAttempts the most attempts, the first one included
 * @param maxDuration how long after the first attempt the last one may begin; to be less
 * than the server remembers keys
 * @param initialInterval the pause after the first attempt
 * @param multiplier by what a pause is longer than the one before
 * @param maxInterval the longest pause, unless the server asks for a longer one by
 * {@code Retry-After}
 * @param jitter the part of a pause that is left to chance, from 0 to 1
 * @param inFlightType the problem type of a {@code 409} that says that the first attempt
 * is still running
 * @param verdictHeaderName the name of a response header by which the server itself says
 * {@code true} or {@code false}, {@code null} if it has none
 * @param budget the tokens of a server, of which each further attempt takes five and each
 * success gives one back, or the five if a further attempt brought it; without enough of
 * them there is no further attempt; 0 for no such limit
 * @since 0.1.0
 */
public record IdempotencyRetrySettings(int maxAttempts, Duration maxDuration, Duration initialInterval,
		double multiplier, Duration maxInterval, double jitter, String inFlightType, @Nullable String verdictHeaderName,
		int budget) {

	private static final int DEFAULT_BUDGET = 500;

	/**
	 * Creates settings with the default budget.
	 * @param maxAttempts the most attempts, the first one included
	 * @param maxDuration how long after the first attempt the last one may begin
	 * @param initialInterval the pause after the first attempt
	 * @param multiplier by what a pause is longer than the one before
	 * @param maxInterval the longest pause
	 * @param jitter the part of a pause that is left to chance, from 0 to 1
	 * @param inFlightType the problem type of a {@code 409} that says that the first
	 * attempt is still running
	 * @param verdictHeaderName the name of a response header by which the server itself
	 * says {@code true} or {@code false}, {@code null} if it has none
	 */
	public IdempotencyRetrySettings(int maxAttempts, Duration maxDuration, Duration initialInterval, double multiplier,
			Duration maxInterval, double jitter, String inFlightType, @Nullable String verdictHeaderName) {
		this(maxAttempts, maxDuration, initialInterval, multiplier, maxInterval, jitter, inFlightType,
				verdictHeaderName, DEFAULT_BUDGET);
	}

	/**
	 * Returns the default settings: five attempts within a minute.
	 * @return the default settings
	 */
	public static IdempotencyRetrySettings defaults() {
		return new IdempotencyRetrySettings(5, Duration.ofMinutes(1), Duration.ofMillis(500), 2, Duration.ofSeconds(10),
				0.5, "urn:idempotency:problem:in-flight", null);
	}

	/**
	 * Returns these settings with other limits.
	 * @param newMaxAttempts the most attempts, the first one included
	 * @param newMaxDuration how long after the first attempt the last one may begin
	 * @return changed settings
	 */
	public IdempotencyRetrySettings withLimits(int newMaxAttempts, Duration newMaxDuration) {
		return new IdempotencyRetrySettings(newMaxAttempts, newMaxDuration, this.initialInterval, this.multiplier,
				this.maxInterval, this.jitter, this.inFlightType, this.verdictHeaderName, this.budget);
	}

	/**
	 * Returns these settings with other pauses.
	 * @param newInitialInterval the pause after the first attempt
	 * @param newMaxInterval the longest pause
	 * @return changed settings
	 */
	public IdempotencyRetrySettings withIntervals(Duration newInitialInterval, Duration newMaxInterval) {
		return new IdempotencyRetrySettings(this.maxAttempts, this.maxDuration, newInitialInterval, this.multiplier,
				newMaxInterval, this.jitter, this.inFlightType, this.verdictHeaderName, this.budget);
	}

	/**
	 * Returns these settings for an API with its own problem types.
	 * @param newInFlightType the problem type of a {@code 409} that says that the first
	 * attempt is still running
	 * @return changed settings
	 */
	public IdempotencyRetrySettings withInFlightType(String newInFlightType) {
		return new IdempotencyRetrySettings(this.maxAttempts, this.maxDuration, this.initialInterval, this.multiplier,
				this.maxInterval, this.jitter, newInFlightType, this.verdictHeaderName, this.budget);
	}

	/**
	 * Returns these settings for an API that says itself whether to try again.
	 * @param newVerdictHeaderName the name of the response header, such as
	 * {@code Stripe-Should-Retry}
	 * @return changed settings
	 */
	public IdempotencyRetrySettings withVerdictHeader(String newVerdictHeaderName) {
		return new IdempotencyRetrySettings(this.maxAttempts, this.maxDuration, this.initialInterval, this.multiplier,
				this.maxInterval, this.jitter, this.inFlightType, newVerdictHeaderName, this.budget);
	}

	/**
	 * Returns these settings with another budget.
	 * @param newBudget the tokens of a server, of which each further attempt takes five;
	 * 0 for no such limit
	 * @return changed settings
	 */
	public IdempotencyRetrySettings withBudget(int newBudget) {
		return new IdempotencyRetrySettings(this.maxAttempts, this.maxDuration, this.initialInterval, this.multiplier,
				this.maxInterval, this.jitter, this.inFlightType, this.verdictHeaderName, newBudget);
	}

}

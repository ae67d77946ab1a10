package dev.idempotency.client;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

/**
 * How often and how long a call is tried again, under its one key. Made by
 * {@link #builder()}.
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
 * @param deadline how long a call may take, from its first attempt until the last
 * response is read, {@code null} if there is no such limit
 * @since 0.1.0
 */
public record IdempotencyRetrySettings(int maxAttempts, Duration maxDuration, Duration initialInterval,
		double multiplier, Duration maxInterval, double jitter, String inFlightType, @Nullable String verdictHeaderName,
		int budget, @Nullable Duration deadline) {

	/**
	 * Creates settings.
	 * @param maxAttempts the most attempts, the first one included
	 * @param maxDuration how long after the first attempt the last one may begin
	 * @param initialInterval the pause after the first attempt
	 * @param multiplier by what a pause is longer than the one before
	 * @param maxInterval the longest pause
	 * @param jitter the part of a pause that is left to chance, from 0 to 1
	 * @param inFlightType the problem type of a {@code 409} that says that the first
	 * attempt is still running
	 * @param verdictHeaderName the name of a response header with the server's verdict
	 * @param budget the tokens of a server
	 * @param deadline how long a call may take, {@code null} for as long as it takes
	 * @throws IllegalArgumentException if a value makes no sense
	 */
	public IdempotencyRetrySettings {
		Assert.isTrue(maxAttempts > 0, "maxAttempts must be at least 1, for example 5");
		Assert.isTrue(maxDuration.toMillis() > 0, "maxDuration must be at least 1ms, for example 1m");
		Assert.isTrue(initialInterval.toMillis() > 0, "initialInterval must be at least 1ms, for example 500ms");
		Assert.isTrue(multiplier >= 1, "multiplier must be at least 1, for example 2.0");
		Assert.isTrue(maxInterval.compareTo(initialInterval) >= 0,
				"maxInterval must be at least initialInterval, for example 10s");
		Assert.isTrue(jitter >= 0 && jitter <= 1, "jitter must be between 0 and 1, for example 0.5");
		Assert.hasText(inFlightType,
				"inFlightType must be a problem type, for example " + "urn:idempotency:problem:in-flight");
		if (verdictHeaderName != null) {
			SettingsCheck.headerName("verdictHeaderName", verdictHeaderName, "Stripe-Should-Retry");
		}
		Assert.isTrue(budget >= 0, "budget must not be negative, for example 500");
		Assert.isTrue(deadline == null || deadline.toMillis() > 0, "deadline must be at least 1ms, for example 30s");
	}

	/**
	 * Returns the default settings: five attempts within a minute.
	 * @return the default settings
	 */
	public static IdempotencyRetrySettings defaults() {
		return builder().build();
	}

	/**
	 * Returns a builder of settings, which begins with the defaults.
	 * @return a new builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * Returns a builder that begins with these settings.
	 * @return a new builder
	 */
	public Builder toBuilder() {
		return builder().maxAttempts(this.maxAttempts)
			.maxDuration(this.maxDuration)
			.initialInterval(this.initialInterval)
			.multiplier(this.multiplier)
			.maxInterval(this.maxInterval)
			.jitter(this.jitter)
			.inFlightType(this.inFlightType)
			.verdictHeaderName(this.verdictHeaderName)
			.budget(this.budget)
			.deadline(this.deadline);
	}

	/**
	 * Returns these settings with another budget.
	 * @param newBudget the tokens of a server, of which each further attempt takes five;
	 * 0 for no such limit
	 * @return changed settings
	 */
	public IdempotencyRetrySettings withBudget(int newBudget) {
		return toBuilder().budget(newBudget).build();
	}

	/**
	 * Returns these settings with other limits.
	 * @param newMaxAttempts the most attempts, the first one included
	 * @param newMaxDuration how long after the first attempt the last one may begin
	 * @return changed settings
	 */
	public IdempotencyRetrySettings withLimits(int newMaxAttempts, Duration newMaxDuration) {
		return toBuilder().maxAttempts(newMaxAttempts).maxDuration(newMaxDuration).build();
	}

	/**
	 * Returns these settings with other pauses.
	 * @param newInitialInterval the pause after the first attempt
	 * @param newMaxInterval the longest pause
	 * @return changed settings
	 */
	public IdempotencyRetrySettings withIntervals(Duration newInitialInterval, Duration newMaxInterval) {
		return toBuilder().initialInterval(newInitialInterval).maxInterval(newMaxInterval).build();
	}

	/**
	 * Returns these settings for an API with its own problem types.
	 * @param newInFlightType the problem type of a {@code 409} that says that the first
	 * attempt is still running
	 * @return changed settings
	 */
	public IdempotencyRetrySettings withInFlightType(String newInFlightType) {
		return toBuilder().inFlightType(newInFlightType).build();
	}

	/**
	 * Returns these settings for an API that says itself whether to try again.
	 * @param newVerdictHeaderName the name of the response header, such as
	 * {@code Stripe-Should-Retry}
	 * @return changed settings
	 */
	public IdempotencyRetrySettings withVerdictHeader(String newVerdictHeaderName) {
		return toBuilder().verdictHeaderName(newVerdictHeaderName).build();
	}

	/**
	 * Builds settings, from the defaults on.
	 *
	 * @since 0.1.0
	 */
	public static final class Builder {

		private int maxAttempts = 5;

		private Duration maxDuration = Duration.ofMinutes(1);

		private Duration initialInterval = Duration.ofMillis(500);

		private double multiplier = 2;

		private Duration maxInterval = Duration.ofSeconds(10);

		private double jitter = 0.5;

		private String inFlightType = "urn:idempotency:problem:in-flight";

		private @Nullable String verdictHeaderName;

		private int budget = 500;

		private @Nullable Duration deadline;

		private Builder() {
		}

		/**
		 * Sets how often a call is sent at most.
		 * @param newMaxAttempts the most attempts, the first one included
		 * @return this builder
		 */
		public Builder maxAttempts(int newMaxAttempts) {
			this.maxAttempts = newMaxAttempts;
			return this;
		}

		/**
		 * Sets how long there are attempts.
		 * @param newMaxDuration how long after the first attempt the last one may begin;
		 * to be less than the server remembers keys
		 * @return this builder
		 */
		public Builder maxDuration(Duration newMaxDuration) {
			this.maxDuration = newMaxDuration;
			return this;
		}

		/**
		 * Sets the first pause.
		 * @param newInitialInterval the pause after the first attempt
		 * @return this builder
		 */
		public Builder initialInterval(Duration newInitialInterval) {
			this.initialInterval = newInitialInterval;
			return this;
		}

		/**
		 * Sets how pauses grow.
		 * @param newMultiplier by what a pause is longer than the one before, at least 1
		 * @return this builder
		 */
		public Builder multiplier(double newMultiplier) {
			this.multiplier = newMultiplier;
			return this;
		}

		/**
		 * Sets the longest pause.
		 * @param newMaxInterval the longest pause, unless the server asks for a longer
		 * one
		 * @return this builder
		 */
		public Builder maxInterval(Duration newMaxInterval) {
			this.maxInterval = newMaxInterval;
			return this;
		}

		/**
		 * Sets the share of chance in a pause.
		 * @param newJitter the part of a pause that is left to chance, from 0 to 1
		 * @return this builder
		 */
		public Builder jitter(double newJitter) {
			this.jitter = newJitter;
			return this;
		}

		/**
		 * Sets how the server says that the first attempt still runs.
		 * @param newInFlightType the problem type of a {@code 409} that says that the
		 * first attempt is still running
		 * @return this builder
		 */
		public Builder inFlightType(String newInFlightType) {
			this.inFlightType = newInFlightType;
			return this;
		}

		/**
		 * Sets how the server says itself whether to try again.
		 * @param newVerdictHeaderName the name of a response header by which the server
		 * itself says {@code true} or {@code false}, {@code null} if it has none
		 * @return this builder
		 */
		public Builder verdictHeaderName(@Nullable String newVerdictHeaderName) {
			this.verdictHeaderName = newVerdictHeaderName;
			return this;
		}

		/**
		 * Sets the budget of a server.
		 * @param newBudget the tokens of a server, of which each further attempt takes
		 * five; 0 for no such limit
		 * @return this builder
		 */
		public Builder budget(int newBudget) {
			this.budget = newBudget;
			return this;
		}

		/**
		 * Sets how long a call may take.
		 * @param newDeadline the time from the first attempt until the last response is
		 * read, {@code null} for as long as it takes
		 * @return this builder
		 */
		public Builder deadline(@Nullable Duration newDeadline) {
			this.deadline = newDeadline;
			return this;
		}

		/**
		 * Returns the settings.
		 * @return new settings
		 * @throws IllegalArgumentException if a value makes no sense
		 */
		public IdempotencyRetrySettings build() {
			return new IdempotencyRetrySettings(this.maxAttempts, this.maxDuration, this.initialInterval,
					this.multiplier, this.maxInterval, this.jitter, this.inFlightType, this.verdictHeaderName,
					this.budget, this.deadline);
		}

	}

}

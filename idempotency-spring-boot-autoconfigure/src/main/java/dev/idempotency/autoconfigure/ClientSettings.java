package dev.idempotency.autoconfigure;

import dev.idempotency.client.IdempotencyClientSettings;
import dev.idempotency.client.IdempotencyRetrySettings;

/**
 * Turns the configuration of clients into settings, and refuses values that make no
 * sense.
 */
final class ClientSettings {

	private static final String PREFIX = "idempotency.client.";

	private static final String RETRY_PREFIX = PREFIX + "retry.";

	private ClientSettings() {
	}

	/**
	 * Returns the settings that the configuration describes.
	 * @param properties the configuration
	 * @return the settings
	 * @throws IdempotencyConfigurationException if a property makes no sense
	 */
	static IdempotencyClientSettings of(IdempotencyClientProperties properties) {
		PropertyChecks.check(!properties.methods().isEmpty(), PREFIX + "methods", "", "must name at least one method",
				"POST,PATCH");
		PropertyChecks.check(!properties.hosts().isEmpty(), PREFIX + "hosts", "", "must name at least one host",
				"*.example.com");
		for (String host : properties.hosts()) {
			PropertyChecks.check(!host.isBlank() && host.indexOf('/') == -1, PREFIX + "hosts", host,
					"must be a pattern of host names, without scheme and path", "*.example.com");
		}
		PropertyChecks.checkHeaderName(PREFIX + "header-name", properties.headerName(), "Idempotency-Key");
		PropertyChecks.checkHeaderName(PREFIX + "replay-header-name", properties.replayHeaderName(),
				"Idempotent-Replayed");
		return new IdempotencyClientSettings(properties.methods(), properties.hosts(), properties.headerName(),
				properties.keyFormat(), properties.replayHeaderName(),
				properties.retry().enabled() ? retry(properties.retry()) : null);
	}

	private static IdempotencyRetrySettings retry(IdempotencyClientProperties.Retry retry) {
		PropertyChecks.check(retry.maxAttempts() > 0, RETRY_PREFIX + "max-attempts", retry.maxAttempts(),
				"must be at least 1", "5");
		PropertyChecks.checkPositive(RETRY_PREFIX + "max-duration", retry.maxDuration(), "1m");
		PropertyChecks.check(retry.maxDuration().compareTo(retry.serverTtl()) < 0, RETRY_PREFIX + "max-duration",
				retry.maxDuration(), "must be less than '" + RETRY_PREFIX + "server-ttl' (" + retry.serverTtl()
						+ "), after which a server takes the same request for a new one",
				"1m");
		PropertyChecks.checkPositive(RETRY_PREFIX + "initial-interval", retry.initialInterval(), "500ms");
		PropertyChecks.check(retry.maxInterval().compareTo(retry.initialInterval()) >= 0, RETRY_PREFIX + "max-interval",
				retry.maxInterval(), "must be at least '" + RETRY_PREFIX + "initial-interval'", "10s");
		PropertyChecks.check(retry.multiplier() >= 1, RETRY_PREFIX + "multiplier", retry.multiplier(),
				"must be at least 1", "2.0");
		PropertyChecks.check(retry.jitter() >= 0 && retry.jitter() <= 1, RETRY_PREFIX + "jitter", retry.jitter(),
				"must be between 0 and 1", "0.5");
		if (retry.verdictHeaderName() != null) {
			PropertyChecks.checkHeaderName(RETRY_PREFIX + "verdict-header-name", retry.verdictHeaderName(),
					"Stripe-Should-Retry");
		}
		return new IdempotencyRetrySettings(retry.maxAttempts(), retry.maxDuration(), retry.initialInterval(),
				retry.multiplier(), retry.maxInterval(), retry.jitter(), retry.inFlightType(),
				retry.verdictHeaderName());
	}

}

package dev.idempotency.autoconfigure;

import java.util.function.Consumer;

import dev.idempotency.client.IdempotencyClientSettings;
import dev.idempotency.client.IdempotencyRetrySettings;

/**
 * Turns the configuration of clients into settings, and says which property has a value
 * that they refuse.
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
		IdempotencyClientSettings.Builder settings = IdempotencyClientSettings.builder();
		set(PREFIX + "methods", properties.methods(), "POST,PATCH", (value) -> settings.methods(value).build());
		set(PREFIX + "hosts", properties.hosts(), "*.example.com", (value) -> settings.hosts(value).build());
		set(PREFIX + "header-name", properties.headerName(), "Idempotency-Key",
				(value) -> settings.header(value, properties.keyFormat()).build());
		set(PREFIX + "replay-header-name", properties.replayHeaderName(), "Idempotent-Replayed",
				(value) -> settings.replayHeader(value).build());
		set(PREFIX + "max-request-size", properties.maxRequestSize(), "64MB",
				(value) -> settings.maxRequestSize(value).build());
		properties.names()
			.forEach((name, hosts) -> set(PREFIX + "names." + name, hosts, "*.example.com",
					(value) -> settings.name(name, value).build()));
		return settings.retry(properties.retry().enabled() ? retry(properties.retry()) : null).build();
	}

	private static IdempotencyRetrySettings retry(IdempotencyClientProperties.Retry retry) {
		IdempotencyRetrySettings.Builder settings = IdempotencyRetrySettings.builder();
		set(RETRY_PREFIX + "max-attempts", retry.maxAttempts(), "5", (value) -> settings.maxAttempts(value).build());
		set(RETRY_PREFIX + "max-duration", retry.maxDuration(), "1m", (value) -> settings.maxDuration(value).build());
		PropertyChecks.check(retry.maxDuration().compareTo(retry.serverTtl()) < 0, RETRY_PREFIX + "max-duration",
				retry.maxDuration(), "must be less than '" + RETRY_PREFIX + "server-ttl' (" + retry.serverTtl()
						+ "), after which a server takes the same request for a new one",
				"1m");
		set(RETRY_PREFIX + "initial-interval", retry.initialInterval(), "500ms",
				(value) -> settings.initialInterval(value).maxInterval(value).build());
		set(RETRY_PREFIX + "max-interval", retry.maxInterval(), "10s", (value) -> settings.maxInterval(value).build());
		set(RETRY_PREFIX + "multiplier", retry.multiplier(), "2.0", (value) -> settings.multiplier(value).build());
		set(RETRY_PREFIX + "jitter", retry.jitter(), "0.5", (value) -> settings.jitter(value).build());
		set(RETRY_PREFIX + "in-flight-type", retry.inFlightType(), "urn:idempotency:problem:in-flight",
				(value) -> settings.inFlightType(value).build());
		set(RETRY_PREFIX + "budget", retry.budget(), "500", (value) -> settings.budget(value).build());
		if (retry.deadline() != null) {
			set(RETRY_PREFIX + "deadline", retry.deadline(), "30s", (value) -> settings.deadline(value).build());
		}
		if (retry.verdictHeaderName() != null) {
			set(RETRY_PREFIX + "verdict-header-name", retry.verdictHeaderName(), "Stripe-Should-Retry",
					(value) -> settings.verdictHeaderName(value).build());
		}
		return settings.build();
	}

	/** The settings know what makes no sense; here it gets the name of the property. */
	private static <T> void set(String property, T value, String example, Consumer<T> setter) {
		try {
			setter.accept(value);
		}
		catch (IllegalArgumentException ex) {
			throw IdempotencyConfigurationException.invalidProperty(property, value, String.valueOf(ex.getMessage()),
					example);
		}
	}

}

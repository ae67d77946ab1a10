package dev.idempotency.autoconfigure;

import dev.idempotency.client.IdempotencyClientSettings;

/**
 * Turns the configuration of clients into settings, and refuses values that make no
 * sense.
 */
final class ClientSettings {

	private static final String PREFIX = "idempotency.client.";

	private ClientSettings() {
	}

	/**
	 * Returns the settings that the configuration describes.
	 * @param properties the configuration
	 * @return the settings
	 * @throws IdempotencyConfigurationException if a property makes no sense
	 */
	static IdempotencyClientSettings of(IdempotencyClientProperties properties) {
		OperationSettings.check(!properties.methods().isEmpty(), PREFIX + "methods", "",
				"must name at least one method", "POST,PATCH");
		OperationSettings.check(!properties.hosts().isEmpty(), PREFIX + "hosts", "", "must name at least one host",
				"*.example.com");
		for (String host : properties.hosts()) {
			OperationSettings.check(!host.isBlank() && host.indexOf('/') == -1, PREFIX + "hosts", host,
					"must be a pattern of host names, without scheme and path", "*.example.com");
		}
		OperationSettings.checkHeaderName(PREFIX + "header-name", properties.headerName(), "Idempotency-Key");
		OperationSettings.checkHeaderName(PREFIX + "replay-header-name", properties.replayHeaderName(),
				"Idempotent-Replayed");
		return new IdempotencyClientSettings(properties.methods(), properties.hosts(), properties.headerName(),
				properties.keyFormat(), properties.replayHeaderName());
	}

}

package dev.idempotency.autoconfigure;

import java.io.Serial;

/**
 * A misconfiguration that stops the start, with what to do about it.
 */
final class IdempotencyConfigurationException extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final String action;

	/**
	 * Creates the exception.
	 * @param description what is wrong
	 * @param action what to write instead
	 */
	IdempotencyConfigurationException(String description, String action) {
		super(description);
		this.action = action;
	}

	static IdempotencyConfigurationException invalidProperty(String property, Object value, String reason,
			String example) {
		return new IdempotencyConfigurationException(
				"The property '" + property + "' has the value '" + value + "', but " + reason + ".",
				"Change the value, for example to:\n\n    " + property + "=" + example);
	}

	static IdempotencyConfigurationException unusableTable(IllegalArgumentException cause) {
		return new IdempotencyConfigurationException(String.valueOf(cause.getMessage()),
				"Set idempotency.jdbc.table-name to the name of a table, for example 'idempotency_record' or"
						+ " 'my_schema.idempotency_record', in one of these databases.");
	}

	static IdempotencyConfigurationException unusableConnectionFactory(IllegalArgumentException cause) {
		return new IdempotencyConfigurationException(String.valueOf(cause.getMessage()),
				"Set idempotency.redis.min-replicas=0, or connect with Lettuce: have io.lettuce:lettuce-core on the"
						+ " class path and set\n\n    spring.data.redis.client-type=lettuce\n\nA bean of type"
						+ " RedisConnectionFactory that the application defines has to be a LettuceConnectionFactory.");
	}

	String action() {
		return this.action;
	}

}

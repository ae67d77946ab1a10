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

	String action() {
		return this.action;
	}

}

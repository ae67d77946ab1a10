package dev.idempotency.actuate;

import java.io.Serial;

/**
 * A call of the endpoint that cannot be understood.
 */
final class WrongCallException extends Exception {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message what to write instead, without anything of what was written
	 */
	WrongCallException(String message) {
		super(message);
	}

}

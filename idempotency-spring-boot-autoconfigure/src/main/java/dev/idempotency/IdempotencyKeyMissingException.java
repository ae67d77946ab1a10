package dev.idempotency;

import java.io.Serial;

import org.springframework.http.HttpStatus;

/**
 * A request without the key that its operation requires. Status
 * {@link HttpStatus#BAD_REQUEST}, problem type {@code key-missing}.
 *
 * @since 0.1.0
 */
public final class IdempotencyKeyMissingException extends IdempotencyException {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * Creates the refusal.
	 * @param typePrefix the start of the problem type
	 * @param headerName the name of the request header that holds the key
	 */
	public IdempotencyKeyMissingException(String typePrefix, String headerName) {
		super(HttpStatus.BAD_REQUEST, typePrefix + "key-missing", "Idempotency key missing",
				"This operation requires the request header " + headerName
						+ ". Send a new key, such as a UUID, with each new operation and the same key with each retry of it.",
				null);
	}

}

package dev.idempotency;

import java.io.Serial;

import org.springframework.http.HttpStatus;

/**
 * A keyed request whose body exceeds {@code idempotency.max-request-size}. Status
 * {@link HttpStatus#PAYLOAD_TOO_LARGE}, problem type {@code body-too-large}.
 *
 * @since 0.1.0
 */
public final class IdempotencyBodyTooLargeException extends IdempotencyException {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * Creates the refusal.
	 * @param typePrefix the start of the problem type
	 * @param maxBytes the largest accepted body, in bytes
	 */
	public IdempotencyBodyTooLargeException(String typePrefix, long maxBytes) {
		super(HttpStatus.PAYLOAD_TOO_LARGE, typePrefix + "body-too-large", "Request body too large",
				"The body of a request with an idempotency key must not exceed " + maxBytes + " bytes.", null);
	}

}

package dev.idempotency;

import java.io.Serial;

import org.springframework.http.HttpStatus;

/**
 * A key that was already used for another request: method, target, content type or body
 * differ. Status {@link HttpStatus#UNPROCESSABLE_ENTITY}, problem type
 * {@code key-reused}.
 *
 * @since 0.1.0
 */
public final class IdempotencyKeyReusedException extends IdempotencyException {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * Creates the refusal.
	 * @param typePrefix the start of the problem type
	 */
	public IdempotencyKeyReusedException(String typePrefix) {
		super(HttpStatus.UNPROCESSABLE_ENTITY, typePrefix + "key-reused", "Idempotency key already used",
				"This key was already used for a request with another method, target, content type or body."
						+ " Send the original request again, or use a new key for a new operation.",
				null);
	}

}

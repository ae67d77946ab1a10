package dev.idempotency;

import java.io.Serial;

import org.springframework.http.HttpStatus;

/**
 * A request whose key header does not hold exactly one valid key. Status
 * {@link HttpStatus#BAD_REQUEST}, problem type {@code key-malformed}.
 *
 * @since 0.1.0
 */
public final class IdempotencyKeyMalformedException extends IdempotencyException {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * Creates the refusal.
	 * @param typePrefix the start of the problem type
	 * @param headerName the name of the request header that holds the key
	 * @param reason what is wrong with the value, without the value
	 */
	public IdempotencyKeyMalformedException(String typePrefix, String headerName, String reason) {
		this(new Detail("The request header " + headerName + " does not hold a valid key: " + reason), typePrefix);
	}

	private IdempotencyKeyMalformedException(Detail detail, String typePrefix) {
		super(HttpStatus.BAD_REQUEST, typePrefix + "key-malformed", "Idempotency key malformed", detail.text(), null);
	}

	/**
	 * Creates the refusal of a call.
	 * @param typePrefix the start of the problem type
	 * @param operation the name of the operation
	 * @param reason what is wrong with the key, without the key
	 * @return the refusal
	 */
	public static IdempotencyKeyMalformedException ofCall(String typePrefix, String operation, String reason) {
		return new IdempotencyKeyMalformedException(
				new Detail("The operation " + operation + " was called without a valid key: " + reason), typePrefix);
	}

}

package dev.idempotency;

import java.io.Serial;

import org.springframework.http.HttpStatus;

/**
 * A duplicate of a request that is still running. Status {@link HttpStatus#CONFLICT},
 * problem type {@code in-flight}. A {@code Retry-After} header tells when to try again.
 *
 * @since 0.1.0
 */
public final class IdempotencyInFlightException extends IdempotencyException {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * Creates the refusal.
	 * @param typePrefix the start of the problem type
	 * @param retryAfterSeconds when to try again, in seconds
	 */
	public IdempotencyInFlightException(String typePrefix, long retryAfterSeconds) {
		super(HttpStatus.CONFLICT, typePrefix + "in-flight", "Request in progress",
				"The first request with this key is still being processed. Send the same request again later.", null);
		retryAfter(retryAfterSeconds);
	}

}

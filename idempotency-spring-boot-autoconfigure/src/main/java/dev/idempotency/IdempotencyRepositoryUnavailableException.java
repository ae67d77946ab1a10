package dev.idempotency;

import java.io.Serial;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * A keyed request that could not be checked against the repository, because it did not
 * answer or because its record cannot be read. Status
 * {@link HttpStatus#SERVICE_UNAVAILABLE}, problem type {@code repository-unavailable}. A
 * {@code Retry-After} header tells when to try again.
 *
 * @since 0.1.0
 */
public final class IdempotencyRepositoryUnavailableException extends IdempotencyException {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * Creates the refusal.
	 * @param typePrefix the start of the problem type
	 * @param retryAfterSeconds when to try again, in seconds
	 * @param cause the failure of the repository, if it was an exception
	 */
	public IdempotencyRepositoryUnavailableException(String typePrefix, long retryAfterSeconds,
			@Nullable Throwable cause) {
		super(HttpStatus.SERVICE_UNAVAILABLE, typePrefix + "repository-unavailable",
				"Idempotency repository unavailable",
				"It could not be checked whether this request was processed before, so it was not processed now."
						+ " Send the same request with the same key again later.",
				cause);
		retryAfter(retryAfterSeconds);
	}

}

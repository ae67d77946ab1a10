package dev.idempotency;

import java.io.Serial;
import java.net.URI;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/**
 * A keyed request that was refused before its handler ran. Rendered as
 * {@code application/problem+json} (RFC 9457) unless an {@code @ExceptionHandler} of the
 * application takes it over. Never holds the key.
 *
 * @since 0.1.0
 */
public abstract sealed class IdempotencyException extends ErrorResponseException
		permits IdempotencyKeyMissingException, IdempotencyKeyMalformedException, IdempotencyKeyReusedException,
		IdempotencyInFlightException, IdempotencyOutcomeUnknownException, IdempotencyNotReplayableException,
		IdempotencyBodyTooLargeException, IdempotencyRepositoryUnavailableException {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * Creates a refusal.
	 * @param status the response status
	 * @param type the problem type, the configured prefix included
	 * @param title the short summary of the problem type
	 * @param detail what happened and what the client can do about it
	 * @param cause what led to the refusal, if it was an exception
	 */
	IdempotencyException(HttpStatus status, String type, String title, String detail, @Nullable Throwable cause) {
		super(status, problemDetail(status, type, title, detail), cause);
		getHeaders().set(HttpHeaders.CACHE_CONTROL, "no-store");
	}

	private static ProblemDetail problemDetail(HttpStatus status, String type, String title, String detail) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
		problem.setType(URI.create(type));
		problem.setTitle(title);
		return problem;
	}

	final void retryAfter(long seconds) {
		getHeaders().set(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
	}

	/**
	 * What happened, where there are several ways to say it.
	 *
	 * @param text what the client reads
	 */
	record Detail(String text) {
	}

}

package dev.idempotency.client;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;

/**
 * Decides which attempts of a call are followed by another one, within the limits of the
 * {@linkplain IdempotencyRetrySettings settings}. A bean of this type is asked by the
 * beans {@link IdempotencyKeyInterceptor} and {@link IdempotencyKeyFilter}, after each
 * attempt that ended with a status of class 4xx or 5xx or with an exception of the
 * client. It is not asked about a replay, which every further attempt would get again.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface IdempotencyRetryPredicate {

	/**
	 * Decides after an attempt. Called by any number of threads at a time.
	 * @param attempt the attempt
	 * @return whether to try again, {@code null} to leave it to the library
	 */
	@Nullable Boolean test(Attempt attempt);

	/**
	 * An attempt that may be followed by another one.
	 *
	 * @param number how many attempts there were, this one included
	 * @param status the status of the response, {@code null} if there was none
	 * @param headers the headers of the response, empty if there was none
	 * @param failure why there was no response, {@code null} if there was one
	 */
	record Attempt(int number, @Nullable HttpStatusCode status, HttpHeaders headers, @Nullable Throwable failure) {
	}

}

package dev.idempotency.web;

import java.io.IOException;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;

import dev.idempotency.repository.PartsDigest;

/**
 * Tells a retry from another request under the same key: two requests are the same if
 * their parts are.
 * <p>
 * A bean of this type replaces the default, {@link StandardFingerprintResolver}, to which
 * it can delegate in order to add parts. A change of what it adds makes the retries of
 * earlier requests other requests, until their records have expired.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface IdempotencyFingerprintResolver {

	/**
	 * Adds the parts of a request that must be equal in each of its attempts.
	 * @param request the request; its body may be read, the handler gets it again
	 * @param operation the settings of the operation
	 * @param digest where to add them, always in the same order
	 * @throws IOException if the body cannot be read, which is answered with status 400
	 * @throws ServletException if the parts of a multipart body cannot be read
	 */
	void resolve(HttpServletRequest request, HandlerOperation operation, PartsDigest digest)
			throws IOException, ServletException;

}

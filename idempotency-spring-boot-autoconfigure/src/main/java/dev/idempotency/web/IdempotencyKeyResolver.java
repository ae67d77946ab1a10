package dev.idempotency.web;

import java.io.IOException;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * Tells the key of a request that does not bring it in the configured header: in another
 * header, or in a field of the body.
 * <p>
 * A bean of this type replaces the default, which reads the configured header.
 * Characters, length and pattern of the key are checked all the same. The body may be
 * read: fingerprint and handler get it again.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface IdempotencyKeyResolver {

	/**
	 * Returns the key of a request.
	 * @param request the request, with a body of at most {@code max-request-size}
	 * @param operation the settings of the operation; their
	 * {@link HandlerOperation#keyParser() parser} reads the key from the configured
	 * header
	 * @return the key without quotes, or {@code null} if the request has none
	 * @throws IOException if the body cannot be read, which is answered with status 400
	 */
	@Nullable String resolve(HttpServletRequest request, HandlerOperation operation) throws IOException;

}

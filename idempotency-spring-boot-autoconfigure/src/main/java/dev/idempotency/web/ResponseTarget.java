package dev.idempotency.web;

import java.io.IOException;
import java.util.Collection;
import java.util.Locale;

import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * Where goes what is done to a response: to the container, into memory, or nowhere.
 * {@code next} is always the response that the library's wraps.
 */
sealed interface ResponseTarget permits PassingTarget, HeldResponse, IncludedTarget, ClosedTarget {

	/**
	 * Returns whether status, content type and locale may still be set.
	 */
	boolean acceptsHead(HttpServletResponse next);

	/**
	 * Returns whether a header may still be set.
	 */
	boolean acceptsHeader(HttpServletResponse next, String name);

	void setHeader(HttpServletResponse next, String name, @Nullable String value);

	void addHeader(HttpServletResponse next, String name, @Nullable String value);

	default boolean containsHeader(HttpServletResponse next, String name) {
		return next.containsHeader(name);
	}

	default Collection<String> headers(HttpServletResponse next, String name) {
		return next.getHeaders(name);
	}

	default Collection<String> headerNames(HttpServletResponse next) {
		return next.getHeaderNames();
	}

	void locale(HttpServletResponse next, @Nullable Locale locale);

	void contentLength(HttpServletResponse next, long length);

	/**
	 * Returns whether the application sees a committed response.
	 */
	boolean isCommitted(HttpServletResponse next);

	/**
	 * The bytes written so far are to leave.
	 */
	void flush(HttpServletResponse next) throws IOException;

	/**
	 * Takes bytes of the body, in the order in which they are written.
	 * @param response the response to which they are written
	 */
	void write(IdempotencyResponseWrapper response, byte[] source, int offset, int length) throws IOException;

	/**
	 * The body is complete.
	 */
	void close(IdempotencyResponseWrapper response) throws IOException;

}

package dev.idempotency.web;

import java.util.Locale;

import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * Nowhere: the response is complete, because an error or a redirect was sent, or a
 * recorded response. After a replay, headers that are never recorded still reach the
 * client: they are computed afresh for each delivery.
 *
 * @param afresh the rule by which headers are recorded, {@code null} if none may follow
 */
record ClosedTarget(@Nullable StorableHeaders afresh) implements ResponseTarget {

	static final ClosedTarget NOTHING_FOLLOWS = new ClosedTarget(null);

	/**
	 * Returns whether somebody else's response was sent, of which the container's stream
	 * or writer is in use.
	 */
	boolean isReplay() {
		return this.afresh != null;
	}

	@Override
	public boolean acceptsHead(HttpServletResponse next) {
		return false;
	}

	@Override
	public boolean acceptsHeader(HttpServletResponse next, String name) {
		return this.afresh != null && !this.afresh.includes(name) && !StorableHeaders.isFraming(name);
	}

	@Override
	public void setHeader(HttpServletResponse next, String name, @Nullable String value) {
		if (acceptsHeader(next, name)) {
			next.setHeader(name, value);
		}
	}

	@Override
	public void addHeader(HttpServletResponse next, String name, @Nullable String value) {
		if (acceptsHeader(next, name)) {
			next.addHeader(name, value);
		}
	}

	@Override
	public void locale(HttpServletResponse next, @Nullable Locale locale) {
	}

	@Override
	public void contentLength(HttpServletResponse next, long length) {
	}

	@Override
	public boolean isCommitted(HttpServletResponse next) {
		return true;
	}

	@Override
	public void flush(HttpServletResponse next) {
	}

	@Override
	public void write(IdempotencyResponseWrapper response, byte[] source, int offset, int length) {
	}

	@Override
	public void close(IdempotencyResponseWrapper response) {
	}

}

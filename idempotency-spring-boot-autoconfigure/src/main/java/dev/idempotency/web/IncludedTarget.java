package dev.idempotency.web;

import java.io.IOException;
import java.util.Collection;
import java.util.Locale;

import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * Part of a response that is held back, of which an include may write the body but not
 * touch the head (Jakarta Servlet, "The Include Method").
 *
 * @param held holds the whole
 * @param flushes whether the container flushes the response for an include
 */
record IncludedTarget(HeldResponse held, boolean flushes) implements ResponseTarget {

	@Override
	public boolean acceptsHead(HttpServletResponse next) {
		return false;
	}

	@Override
	public boolean acceptsHeader(HttpServletResponse next, String name) {
		return false;
	}

	@Override
	public void setHeader(HttpServletResponse next, String name, @Nullable String value) {
	}

	@Override
	public void addHeader(HttpServletResponse next, String name, @Nullable String value) {
	}

	@Override
	public boolean containsHeader(HttpServletResponse next, String name) {
		return this.held.containsHeader(next, name);
	}

	@Override
	public Collection<String> headers(HttpServletResponse next, String name) {
		return this.held.headers(next, name);
	}

	@Override
	public Collection<String> headerNames(HttpServletResponse next) {
		return this.held.headerNames(next);
	}

	@Override
	public void locale(HttpServletResponse next, @Nullable Locale locale) {
	}

	@Override
	public void contentLength(HttpServletResponse next, long length) {
	}

	@Override
	public boolean isCommitted(HttpServletResponse next) {
		return this.held.isCommitted(next);
	}

	@Override
	public void flush(HttpServletResponse next) {
		if (this.flushes) {
			this.held.flush(next);
		}
	}

	@Override
	public void write(IdempotencyResponseWrapper response, byte[] source, int offset, int length) throws IOException {
		this.held.write(response, source, offset, length);
	}

	@Override
	public void close(IdempotencyResponseWrapper response) {
		this.held.close(response);
	}

}

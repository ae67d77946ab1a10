package dev.idempotency.web;

import java.io.IOException;
import java.util.Locale;

import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * The container, as if the library's wrapper were not there.
 */
enum PassingTarget implements ResponseTarget {

	INSTANCE;

	@Override
	public boolean acceptsHead(HttpServletResponse next) {
		return true;
	}

	@Override
	public boolean acceptsHeader(HttpServletResponse next, String name) {
		return true;
	}

	@Override
	public void setHeader(HttpServletResponse next, String name, @Nullable String value) {
		next.setHeader(name, value);
	}

	@Override
	public void addHeader(HttpServletResponse next, String name, @Nullable String value) {
		next.addHeader(name, value);
	}

	@Override
	public void locale(HttpServletResponse next, @Nullable Locale locale) {
		next.setLocale(locale);
	}

	@Override
	public void contentLength(HttpServletResponse next, long length) {
		next.setContentLengthLong(length);
	}

	@Override
	public boolean isCommitted(HttpServletResponse next) {
		return next.isCommitted();
	}

	@Override
	public void flush(HttpServletResponse next) throws IOException {
		next.flushBuffer();
	}

	@Override
	public void write(IdempotencyResponseWrapper response, byte[] source, int offset, int length) throws IOException {
		response.body().deliver(source, offset, length);
	}

	@Override
	public void close(IdempotencyResponseWrapper response) throws IOException {
		response.body().closeDelivered();
	}

}

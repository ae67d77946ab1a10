package dev.idempotency.web;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.Locale;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * Gives to its target what is done to the head of the response.
 * <p>
 * Status, content type and character encoding always go straight to the container,
 * because nothing of them leaves before the first byte of the body and only the container
 * knows how they depend on each other.
 */
abstract sealed class TargetedResponse extends HttpServletResponseWrapper permits IdempotencyResponseWrapper {

	private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter
		.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
		.withZone(ZoneOffset.UTC);

	private ResponseTarget target = PassingTarget.INSTANCE;

	TargetedResponse(HttpServletResponse response) {
		super(response);
	}

	/**
	 * Returns the response that this one wraps.
	 */
	final HttpServletResponse next() {
		return (HttpServletResponse) getResponse();
	}

	final ResponseTarget target() {
		return this.target;
	}

	final void target(ResponseTarget newTarget) {
		this.target = newTarget;
	}

	/**
	 * Returns whether a recorded response was sent, so that all that is still written is
	 * dropped.
	 */
	final boolean isReplayed() {
		return this.target instanceof ClosedTarget closed && closed.isReplay();
	}

	final boolean isPassing() {
		return this.target == PassingTarget.INSTANCE;
	}

	/**
	 * Returns whether the response is part of another one, so that the container ignores
	 * what is done to its head.
	 */
	final boolean isIncluded() {
		return this.target instanceof IncludedTarget;
	}

	/**
	 * Lets an error page have a type of its own. A charset that stands without a type
	 * stays.
	 */
	final void clearContentType() {
		if (super.getContentType() != null) {
			super.setContentType(null);
		}
	}

	@Override
	public void setStatus(int status) {
		if (this.target.acceptsHead(next())) {
			super.setStatus(status);
		}
	}

	@Override
	public void addCookie(Cookie cookie) {
		if (this.target.acceptsHeader(next(), "Set-Cookie")) {
			super.addCookie(cookie);
		}
	}

	@Override
	public void setHeader(String name, @Nullable String value) {
		this.target.setHeader(next(), name, value);
	}

	@Override
	public void addHeader(String name, @Nullable String value) {
		this.target.addHeader(next(), name, value);
	}

	@Override
	public void setIntHeader(String name, int value) {
		setHeader(name, Integer.toString(value));
	}

	@Override
	public void addIntHeader(String name, int value) {
		addHeader(name, Integer.toString(value));
	}

	@Override
	public void setDateHeader(String name, long date) {
		setHeader(name, HTTP_DATE.format(Instant.ofEpochMilli(date)));
	}

	@Override
	public void addDateHeader(String name, long date) {
		addHeader(name, HTTP_DATE.format(Instant.ofEpochMilli(date)));
	}

	@Override
	public boolean containsHeader(String name) {
		return this.target.containsHeader(next(), name);
	}

	@Override
	public @Nullable String getHeader(String name) {
		if (isPassing()) {
			return super.getHeader(name);
		}
		Collection<String> values = getHeaders(name);
		return values.isEmpty() ? null : values.iterator().next();
	}

	@Override
	public Collection<String> getHeaders(String name) {
		return this.target.headers(next(), name);
	}

	@Override
	public Collection<String> getHeaderNames() {
		return this.target.headerNames(next());
	}

	@Override
	public void setContentType(@Nullable String type) {
		if (this.target.acceptsHead(next())) {
			super.setContentType(type);
		}
	}

	@Override
	public void setCharacterEncoding(@Nullable String encoding) {
		if (this.target.acceptsHead(next())) {
			super.setCharacterEncoding(encoding);
		}
	}

	@Override
	public void setLocale(Locale locale) {
		this.target.locale(next(), locale);
	}

	@Override
	public void setContentLength(int length) {
		setContentLengthLong(length);
	}

	@Override
	public void setContentLengthLong(long length) {
		this.target.contentLength(next(), length);
	}

	@Override
	public void sendRedirect(String location) throws IOException {
		if (isPassing()) {
			super.sendRedirect(location);
		}
		else {
			redirect(new Redirect(location, HttpStatus.FOUND.value(), true));
		}
	}

	// Overrides the method of Servlet 6.1
	@SuppressWarnings("checkstyle:SpringMethodVisibility")
	public void sendRedirect(String location, int status) throws IOException {
		sendRedirect(location, status, true);
	}

	// Overrides the method of Servlet 6.1
	@SuppressWarnings("checkstyle:SpringMethodVisibility")
	public void sendRedirect(String location, boolean clearBuffer) throws IOException {
		sendRedirect(location, HttpStatus.FOUND.value(), clearBuffer);
	}

	// Overrides the method of Servlet 6.1
	@SuppressWarnings("checkstyle:SpringMethodVisibility")
	public void sendRedirect(String location, int status, boolean clearBuffer) throws IOException {
		if (isPassing()) {
			Servlet61.sendRedirect(next(), location, status, clearBuffer);
		}
		else {
			redirect(new Redirect(location, status, clearBuffer));
		}
	}

	@Override
	public void sendError(int status) throws IOException {
		beforeError();
		super.sendError(status);
	}

	@Override
	public void sendError(int status, String message) throws IOException {
		beforeError();
		super.sendError(status, message);
	}

	/**
	 * An error page is asked for.
	 */
	abstract void beforeError();

	/**
	 * Redirects the client when the response is delivered.
	 * @param redirect where to
	 */
	abstract void redirect(Redirect redirect) throws IOException;

}

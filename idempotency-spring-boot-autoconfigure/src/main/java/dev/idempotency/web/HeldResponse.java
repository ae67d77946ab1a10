package dev.idempotency.web;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import dev.idempotency.engine.StoredResponse;
import dev.idempotency.engine.StoredResponse.Header;

/**
 * Memory: body and headers of a response between claim and decision. Belongs to the
 * exchange and outlives the wrappers of its dispatches. The application sees it committed
 * when the container would have sent its head.
 */
final class HeldResponse implements ResponseTarget {

	private static final String CONTENT_TYPE = "Content-Type";

	private static final String CONTENT_LENGTH = "Content-Length";

	private final Exchange owner;

	private final HeldBytes body;

	private final HeldHeaders headers = new HeldHeaders();

	private long contentLength = -1;

	private boolean flushed;

	private boolean closed;

	private boolean errorSent;

	private @Nullable Redirect redirect;

	private int revision;

	/**
	 * Creates an empty response.
	 * @param owner the exchange that decides about it
	 * @param limit the most bytes to record
	 */
	HeldResponse(Exchange owner, int limit) {
		this.owner = owner;
		this.body = new HeldBytes(limit);
	}

	/**
	 * Returns a number that is another one after somebody has shaped the response.
	 */
	int revision() {
		return this.revision;
	}

	boolean isErrorSent() {
		return this.errorSent;
	}

	@Override
	public boolean acceptsHead(HttpServletResponse next) {
		this.revision++;
		return !isCommitted(next);
	}

	@Override
	public boolean acceptsHeader(HttpServletResponse next, String name) {
		return acceptsHead(next);
	}

	@Override
	public void setHeader(HttpServletResponse next, String name, @Nullable String value) {
		if (!acceptsHead(next)) {
			return;
		}
		if (name.equalsIgnoreCase(CONTENT_TYPE)) {
			next.setHeader(name, value);
		}
		else if (name.equalsIgnoreCase(CONTENT_LENGTH)) {
			this.contentLength = HeldHeaders.parseLength(value);
		}
		else {
			this.headers.set(name, value);
		}
	}

	@Override
	public void addHeader(HttpServletResponse next, String name, @Nullable String value) {
		if (name.equalsIgnoreCase(CONTENT_TYPE) || name.equalsIgnoreCase(CONTENT_LENGTH)) {
			setHeader(next, name, value);
		}
		else if (acceptsHead(next) && value != null) {
			this.headers.add(name, value);
		}
	}

	@Override
	public boolean containsHeader(HttpServletResponse next, String name) {
		if (this.headers.replaces(name) || !this.headers.values(name).isEmpty()) {
			return !this.headers.values(name).isEmpty();
		}
		return !headers(next, name).isEmpty();
	}

	@Override
	public Collection<String> headers(HttpServletResponse next, String name) {
		if (name.equalsIgnoreCase(CONTENT_LENGTH)) {
			return (this.contentLength != -1) ? List.of(Long.toString(this.contentLength)) : List.of();
		}
		if (this.headers.replaces(name)) {
			return List.copyOf(this.headers.values(name));
		}
		List<String> values = new ArrayList<>(next.getHeaders(name));
		values.addAll(this.headers.values(name));
		return values;
	}

	@Override
	public Collection<String> headerNames(HttpServletResponse next) {
		Set<String> names = new LinkedHashSet<>(next.getHeaderNames());
		names.addAll(this.headers.names());
		if (this.contentLength != -1) {
			names.add(CONTENT_LENGTH);
		}
		return names;
	}

	@Override
	public void contentLength(HttpServletResponse next, long length) {
		if (acceptsHead(next)) {
			this.contentLength = length;
		}
	}

	@Override
	public void locale(HttpServletResponse next, @Nullable Locale locale) {
		if (acceptsHead(next)) {
			this.headers.locale(next, locale);
		}
	}

	@Override
	public boolean isCommitted(HttpServletResponse next) {
		return this.flushed || this.closed || this.body.size() > next.getBufferSize()
				|| (this.contentLength > 0 && this.body.size() >= this.contentLength);
	}

	@Override
	public void flush(HttpServletResponse next) {
		this.flushed = true;
	}

	@Override
	public void close(IdempotencyResponseWrapper response) {
		this.closed = true;
	}

	@Override
	public void write(IdempotencyResponseWrapper response, byte[] source, int offset, int length) throws IOException {
		if (this.closed) {
			return;
		}
		this.revision++;
		if (!this.body.hasRoom(length) && !this.owner.mustHold()) {
			this.owner.overflow(response);
			response.target().write(response, source, offset, length);
			return;
		}
		this.body.append(source, offset, length);
	}

	/**
	 * The container is asked to render an error page in place of the body that is held.
	 */
	void errorSent(HttpServletResponse next) {
		failed(next);
		this.errorSent = true;
	}

	/**
	 * The container may render an error page in place of the body that is held. It takes
	 * no headers after that, and makes of those that it has what it likes.
	 */
	void failed(HttpServletResponse next) {
		this.headers.handOver(next);
		resetBuffer();
		this.contentLength = -1;
	}

	/**
	 * The error page is being rendered.
	 */
	void errorPage(HttpServletResponse next) {
		this.errorSent = false;
		this.headers.takeOver(next);
	}

	/**
	 * Returns whether nothing of a body has come yet.
	 */
	boolean isWithoutBody() {
		return this.body.size() == 0 && this.redirect == null && !this.errorSent;
	}

	/**
	 * A redirect was sent, which only the container can complete.
	 */
	void redirect(Redirect sent) {
		this.redirect = sent;
	}

	void resetBuffer() {
		this.revision++;
		this.body.clear();
	}

	void requireEmpty() {
		if (this.body.size() > 0 || this.flushed || this.closed) {
			throw new IllegalStateException("Cannot change the buffer size after something has been written");
		}
	}

	void clear() {
		resetBuffer();
		this.contentLength = -1;
		this.headers.clear();
		this.flushed = false;
		this.closed = false;
		this.redirect = null;
	}

	/**
	 * Gives the response to the container.
	 */
	void deliver(HttpServletResponse next, ResponseBody container) throws IOException {
		this.headers.applyTo(next);
		if (this.errorSent) {
			return;
		}
		if (this.contentLength != -1) {
			next.setContentLengthLong(this.contentLength);
		}
		if (length() > 0) {
			container.deliver(this.body.bytes(), 0, length());
		}
		if (this.redirect != null) {
			this.redirect.send(next);
		}
		else if (this.closed) {
			container.closeDelivered();
		}
		else if (this.flushed) {
			next.flushBuffer();
		}
	}

	/**
	 * Returns how many of the bytes belong to the body: what exceeds a declared length,
	 * no container sends.
	 */
	private int length() {
		return (this.contentLength != -1) ? (int) Math.min(this.contentLength, this.body.size()) : this.body.size();
	}

	/**
	 * Returns the response to record.
	 * @param status its status
	 * @param contentType its content type, as the container would send it
	 * @param rule which headers belong to it
	 * @return the response, or {@code null} if it is too large or encoded in a way that
	 * cannot be undone
	 */
	@Nullable StoredResponse toStoredResponse(int status, @Nullable String contentType, StorableHeaders rule) {
		ByteBuffer decoded = this.body.decoded(length(), this.headers.values("Content-Encoding"));
		if (decoded == null) {
			return null;
		}
		List<Header> stored = new ArrayList<>();
		if (contentType != null) {
			stored.add(new Header(CONTENT_TYPE, contentType, true));
		}
		if (this.redirect != null) {
			stored.add(this.redirect.toHeader());
		}
		stored.addAll(this.headers.storable(rule));
		return new StoredResponse(status, stored, decoded);
	}

}

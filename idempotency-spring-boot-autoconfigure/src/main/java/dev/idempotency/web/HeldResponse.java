package dev.idempotency.web;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.zip.GZIPInputStream;

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

	private static final int INITIAL_SIZE = 512;

	private static final String CONTENT_TYPE = "Content-Type";

	private static final String CONTENT_LENGTH = "Content-Length";

	private static final String CONTENT_LANGUAGE = "Content-Language";

	private static final String CONTENT_ENCODING = "Content-Encoding";

	private final Exchange owner;

	private final int limit;

	private final HeldHeaders headers = new HeldHeaders();

	private byte[] bytes = new byte[INITIAL_SIZE];

	private int size;

	private long contentLength = -1;

	private @Nullable String contentLanguage;

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
		this.limit = limit;
	}

	/**
	 * Returns a number that is another one after somebody has shaped the response.
	 */
	int revision() {
		return this.revision;
	}

	/**
	 * Returns whether more bytes are held than can be recorded.
	 */
	boolean isOverfull() {
		return this.size > this.limit;
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
			this.contentLength = parseLength(value);
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

	private static long parseLength(@Nullable String value) {
		try {
			return (value != null) ? Long.parseLong(value) : -1;
		}
		catch (NumberFormatException ex) {
			return -1;
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

	/**
	 * Sets the locale, of which some containers make a header at once and in a way of
	 * their own, others later.
	 */
	void locale(HttpServletResponse next, @Nullable Locale locale) {
		String before = next.getHeader(CONTENT_LANGUAGE);
		next.setLocale(locale);
		String after = next.getHeader(CONTENT_LANGUAGE);
		boolean made = !Objects.equals(before, after);
		this.contentLanguage = (made || locale == null) ? after : locale.toLanguageTag();
	}

	@Override
	public boolean isCommitted(HttpServletResponse next) {
		return this.flushed || this.closed || this.size > next.getBufferSize()
				|| (this.contentLength > 0 && this.size >= this.contentLength);
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
		if (length > this.limit - this.size && !this.owner.mustHold()) {
			this.owner.overflow(response);
			response.target().write(response, source, offset, length);
			return;
		}
		append(source, offset, length);
	}

	private void append(byte[] source, int offset, int length) {
		int required = Math.addExact(this.size, length);
		if (required > this.bytes.length) {
			int most = (required <= this.limit) ? this.limit : Integer.MAX_VALUE - 8;
			int doubled = (int) Math.min(most, 2L * this.bytes.length);
			this.bytes = Arrays.copyOf(this.bytes, Math.max(required, doubled));
		}
		System.arraycopy(source, offset, this.bytes, this.size, length);
		this.size = required;
	}

	/**
	 * The container is asked to render an error page in place of the body that is held.
	 * It takes no headers after that.
	 */
	void errorSent(HttpServletResponse next) {
		this.headers.applyTo(next);
		resetBuffer();
		this.contentLength = -1;
		this.errorSent = true;
	}

	/**
	 * The error page is being rendered.
	 */
	void errorPage() {
		this.errorSent = false;
	}

	/**
	 * A redirect was sent, which only the container can complete.
	 */
	void redirect(Redirect sent) {
		this.redirect = sent;
	}

	void resetBuffer() {
		this.revision++;
		this.size = 0;
	}

	void requireEmpty() {
		if (this.size > 0 || this.flushed || this.closed) {
			throw new IllegalStateException("Cannot change the buffer size after something has been written");
		}
	}

	void clear() {
		resetBuffer();
		this.contentLength = -1;
		this.headers.clear();
		this.contentLanguage = null;
		this.flushed = false;
		this.closed = false;
		this.redirect = null;
	}

	/**
	 * Gives the response to the container.
	 */
	void deliver(HttpServletResponse next, ResponseBody body) throws IOException {
		this.headers.applyTo(next);
		if (this.errorSent) {
			return;
		}
		if (this.contentLength != -1) {
			next.setContentLengthLong(this.contentLength);
		}
		if (length() > 0) {
			body.deliver(this.bytes, 0, length());
		}
		if (this.redirect != null) {
			this.redirect.send(next);
		}
		else if (this.closed) {
			body.closeDelivered();
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
		return (this.contentLength != -1) ? (int) Math.min(this.contentLength, this.size) : this.size;
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
		ByteBuffer body = isOverfull() ? null : decodedBody();
		if (body == null) {
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
		if (this.contentLanguage != null && this.headers.values(CONTENT_LANGUAGE).isEmpty()
				&& rule.includes(CONTENT_LANGUAGE)) {
			stored.add(new Header(CONTENT_LANGUAGE, this.contentLanguage, true));
		}
		return new StoredResponse(status, stored, body);
	}

	/**
	 * Returns the body without the content encoding that the handler, or a filter between
	 * it and the library's, applied: a replay is encoded anew for its own client.
	 */
	private @Nullable ByteBuffer decodedBody() {
		ByteBuffer body = ByteBuffer.wrap(this.bytes, 0, length());
		List<String> encodings = this.headers.values(CONTENT_ENCODING);
		if (encodings.isEmpty() || this.size == 0 || encodings.equals(List.of("identity"))) {
			return body;
		}
		if (encodings.size() != 1 || !encodings.get(0).equalsIgnoreCase("gzip")) {
			return null;
		}
		try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(this.bytes, 0, length()))) {
			byte[] decoded = gzip.readNBytes(this.limit);
			return (gzip.read() == -1) ? ByteBuffer.wrap(decoded) : null;
		}
		catch (IOException ex) {
			return null;
		}
	}

}

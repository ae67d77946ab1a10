package dev.idempotency.web;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

/**
 * Holds body and headers back from the claim on, until it is known what the client gets.
 *
 * <pre>
 *            hold()                      release()
 *   passing ───────► holding ───────────────────────► passing
 *                     │    ▲
 *         sendError() ▼    │ hold() by the error dispatch
 *                    silent
 * </pre>
 *
 * While passing it is transparent. Status, content type and character encoding always go
 * straight through, because nothing of them leaves before the first byte of the body and
 * only the container knows how they depend on each other.
 */
final class IdempotencyResponseWrapper extends HttpServletResponseWrapper {

	private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter
		.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
		.withZone(ZoneOffset.UTC);

	private @Nullable Exchange exchange;

	private @Nullable ServletOutputStream outputStream;

	private @Nullable CapturingWriter writer;

	private long contentLength = -1;

	IdempotencyResponseWrapper(HttpServletResponse response) {
		super(response);
	}

	/**
	 * Starts to hold the response back.
	 * @param owner the exchange, whose capture is filled
	 */
	void hold(Exchange owner) {
		this.exchange = owner;
		owner.capture().errorSent(false);
	}

	/**
	 * Goes past what filters before the library's made of the response, as the container
	 * does for an asynchronous request that is started without a response: they are
	 * through before it is answered.
	 */
	void unwrap() {
		ServletResponse original = getResponse();
		while (original instanceof ServletResponseWrapper wrapper) {
			original = wrapper.getResponse();
		}
		setResponse(original);
	}

	/**
	 * Lets go what was held, and everything that follows.
	 * @throws IOException if the client cannot be written to
	 */
	void release() throws IOException {
		drainWriter();
		ResponseCapture capture = capture();
		if (capture != null) {
			if (this.contentLength != capture.size()) {
				this.contentLength = -1;
			}
			release(capture);
		}
	}

	private void release(ResponseCapture capture) throws IOException {
		this.exchange = null;
		capture.headers().applyTo((HttpServletResponse) getResponse());
		if (capture.isErrorSent()) {
			return;
		}
		if (this.contentLength != -1) {
			super.setContentLengthLong(this.contentLength);
		}
		if (capture.size() > 0) {
			super.getOutputStream().write(capture.bytes(), 0, capture.size());
		}
	}

	/**
	 * Throws away what was held and lets everything that follows pass.
	 */
	void discard() {
		ResponseCapture capture = capture();
		if (capture != null) {
			this.exchange = null;
			clear(capture);
			this.writer = null;
			super.setContentType(null);
			super.setStatus(HttpStatus.OK.value());
		}
	}

	private void clear(ResponseCapture capture) {
		capture.clear();
		this.outputStream = null;
		if (this.writer != null) {
			this.writer.restart();
		}
		this.contentLength = -1;
	}

	/**
	 * Returns the capture, with all that was written to the writer in it.
	 */
	private @Nullable ResponseCapture capture() {
		if (this.exchange == null) {
			return null;
		}
		drainWriter();
		return (this.exchange != null) ? this.exchange.capture() : null;
	}

	private void drainWriter() {
		if (this.writer != null) {
			this.writer.flush();
		}
	}

	/**
	 * Makes sure that all that was written to the writer is in the capture.
	 */
	void flushWriter() {
		capture();
	}

	private @Nullable ResponseCapture touch() {
		if (this.exchange == null) {
			return null;
		}
		this.exchange.capture().touch();
		return this.exchange.capture();
	}

	@Override
	public void setStatus(int status) {
		touch();
		super.setStatus(status);
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

	private void beforeError() {
		ResponseCapture capture = capture();
		if (capture != null) {
			capture.touch();
			capture.clearBody();
			this.contentLength = -1;
			super.setContentType(null);
			capture.errorSent(true);
		}
	}

	@Override
	public void sendRedirect(String location) throws IOException {
		if (this.exchange == null) {
			super.sendRedirect(location);
			return;
		}
		sendRedirect(location, HttpStatus.FOUND.value(), true);
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
		if (this.exchange == null) {
			Servlet61.sendRedirect((HttpServletResponse) getResponse(), location, status, clearBuffer);
			return;
		}
		if (clearBuffer) {
			resetBuffer();
		}
		setStatus(status);
		setHeader(HttpHeaders.LOCATION, location);
	}

	@Override
	public void setHeader(String name, @Nullable String value) {
		ResponseCapture capture = touch();
		if (capture == null || name.equalsIgnoreCase(HttpHeaders.CONTENT_TYPE)) {
			super.setHeader(name, value);
		}
		else if (name.equalsIgnoreCase(HttpHeaders.CONTENT_LENGTH)) {
			this.contentLength = parseLength(value);
		}
		else {
			capture.headers().set(name, value);
		}
	}

	@Override
	public void addHeader(String name, @Nullable String value) {
		ResponseCapture capture = touch();
		if (capture == null || name.equalsIgnoreCase(HttpHeaders.CONTENT_TYPE)) {
			super.addHeader(name, value);
		}
		else if (name.equalsIgnoreCase(HttpHeaders.CONTENT_LENGTH)) {
			this.contentLength = parseLength(value);
		}
		else if (value != null) {
			capture.headers().add(name, value);
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
		if (this.exchange != null) {
			HeldHeaders held = this.exchange.capture().headers();
			if (held.replaces(name) || !held.values(name).isEmpty()) {
				return !held.values(name).isEmpty();
			}
		}
		return super.containsHeader(name);
	}

	@Override
	public @Nullable String getHeader(String name) {
		if (this.exchange == null) {
			return super.getHeader(name);
		}
		Collection<String> values = getHeaders(name);
		return values.isEmpty() ? null : values.iterator().next();
	}

	@Override
	public Collection<String> getHeaders(String name) {
		if (this.exchange == null) {
			return super.getHeaders(name);
		}
		HeldHeaders held = this.exchange.capture().headers();
		if (held.replaces(name)) {
			return List.copyOf(held.values(name));
		}
		List<String> values = new ArrayList<>(super.getHeaders(name));
		values.addAll(held.values(name));
		return values;
	}

	@Override
	public Collection<String> getHeaderNames() {
		if (this.exchange == null) {
			return super.getHeaderNames();
		}
		Set<String> names = new LinkedHashSet<>(super.getHeaderNames());
		names.addAll(this.exchange.capture().headers().names());
		return names;
	}

	@Override
	public void setContentType(@Nullable String type) {
		touch();
		super.setContentType(type);
	}

	@Override
	public void setLocale(Locale locale) {
		ResponseCapture capture = touch();
		if (capture == null) {
			super.setLocale(locale);
			return;
		}
		String before = super.getHeader(HttpHeaders.CONTENT_LANGUAGE);
		super.setLocale(locale);
		String after = super.getHeader(HttpHeaders.CONTENT_LANGUAGE);
		// Some containers make the header at once and in a way of their own, others later
		capture.locale(locale, !Objects.equals(before, after) ? after : null);
	}

	@Override
	public void setContentLength(int length) {
		setContentLengthLong(length);
	}

	@Override
	public void setContentLengthLong(long length) {
		if (touch() != null) {
			this.contentLength = length;
		}
		else {
			super.setContentLengthLong(length);
		}
	}

	@Override
	public void setBufferSize(int size) {
		if (this.exchange == null) {
			super.setBufferSize(size);
		}
	}

	@Override
	public boolean isCommitted() {
		return this.exchange == null && super.isCommitted();
	}

	@Override
	public void flushBuffer() throws IOException {
		drainWriter();
		if (capture() == null) {
			super.flushBuffer();
		}
	}

	@Override
	public void resetBuffer() {
		ResponseCapture capture = capture();
		if (capture != null) {
			capture.clearBody();
			this.contentLength = -1;
		}
		super.resetBuffer();
	}

	@Override
	public void reset() {
		ResponseCapture capture = capture();
		if (capture != null) {
			clear(capture);
		}
		super.reset();
	}

	@Override
	public ServletOutputStream getOutputStream() throws IOException {
		if (this.outputStream == null) {
			if (this.exchange == null) {
				return super.getOutputStream();
			}
			this.outputStream = new CapturingOutputStream();
		}
		return this.outputStream;
	}

	@Override
	public PrintWriter getWriter() throws IOException {
		if (this.writer == null) {
			if (this.exchange == null) {
				return super.getWriter();
			}
			this.writer = new CapturingWriter(new ResponseEncoder());
		}
		this.writer.encoder.start();
		return this.writer;
	}

	/**
	 * The writer of the response, one for all of its life: Spring keeps the first that it
	 * got, even beyond a reset.
	 */
	private static final class CapturingWriter extends PrintWriter {

		private final ResponseEncoder encoder;

		CapturingWriter(ResponseEncoder encoder) {
			super(encoder);
			this.encoder = encoder;
		}

		void restart() {
			this.encoder.encoder = null;
		}

	}

	/**
	 * Encodes what is written, after a reset anew and in the charset that then holds.
	 */
	private final class ResponseEncoder extends Writer {

		private @Nullable OutputStreamWriter encoder;

		OutputStreamWriter start() throws IOException {
			if (this.encoder == null) {
				String encoding = getCharacterEncoding();
				setCharacterEncoding(encoding);
				this.encoder = new OutputStreamWriter(IdempotencyResponseWrapper.this.getOutputStream(), encoding);
			}
			return this.encoder;
		}

		@Override
		public void write(char[] source, int offset, int length) throws IOException {
			start().write(source, offset, length);
		}

		@Override
		public void flush() throws IOException {
			if (this.encoder != null) {
				this.encoder.flush();
			}
		}

		@Override
		public void close() throws IOException {
			if (this.encoder != null) {
				this.encoder.close();
			}
		}

	}

	/**
	 * Fills the capture while the response is held back, and writes through afterwards.
	 */
	private final class CapturingOutputStream extends ServletOutputStream {

		private boolean muted;

		@Override
		public void write(int value) throws IOException {
			write(new byte[] { (byte) value }, 0, 1);
		}

		@Override
		public void write(byte[] source, int offset, int length) throws IOException {
			if (this.muted) {
				return;
			}
			Exchange owner = IdempotencyResponseWrapper.this.exchange;
			if (owner != null) {
				ResponseCapture capture = owner.capture();
				capture.touch();
				if (capture.isErrorSent()) {
					return;
				}
				if (capture.hasRoomFor(length) || owner.mustHold()) {
					capture.write(source, offset, length);
					return;
				}
				// Also if that fails: whoever writes may still flush what he has
				this.muted = true;
				this.muted = !owner.overflow(IdempotencyResponseWrapper.this);
				if (this.muted) {
					return;
				}
				release(capture);
			}
			getResponse().getOutputStream().write(source, offset, length);
		}

		@Override
		public void flush() throws IOException {
			if (IdempotencyResponseWrapper.this.exchange == null) {
				getResponse().getOutputStream().flush();
			}
		}

		@Override
		public boolean isReady() {
			return true;
		}

		@Override
		public void setWriteListener(WriteListener listener) {
			throw new IllegalStateException("The response of an idempotent operation is recorded before it is sent;"
					+ " write it to the stream without a listener");
		}

	}

}

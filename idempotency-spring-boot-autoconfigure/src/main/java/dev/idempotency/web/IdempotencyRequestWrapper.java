package dev.idempotency.web;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Map;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.jspecify.annotations.Nullable;

/**
 * Gives the body of a keyed request a second time, to the handler, after the fingerprint
 * was taken of it, and has the exchange end with the asynchronous request that a handler
 * starts itself. Until {@link #readBody} is called it passes everything through.
 */
final class IdempotencyRequestWrapper extends HttpServletRequestWrapper {

	private boolean touched;

	/** What was read for the fingerprint. */
	private byte @Nullable [] content;

	/** What is given to the handler; {@code null} if somebody else gives it. */
	private byte @Nullable [] body;

	private @Nullable ServletInputStream inputStream;

	private @Nullable BufferedReader reader;

	private @Nullable Map<String, String[]> parameters;

	/** That of the request, whichever of its dispatches it is from. */
	private @Nullable Exchange exchange;

	/** What the exchange holds back, if it began in a dispatch of this wrapper. */
	private @Nullable IdempotencyResponseWrapper response;

	IdempotencyRequestWrapper(HttpServletRequest request) {
		super(request);
	}

	/**
	 * Reads the whole body and keeps it for the handler.
	 * @param request the request as the handler will see it, perhaps wrapped again by a
	 * filter that has read the body and gives it once more
	 * @param limit the most bytes to read
	 * @return {@code false} if the body exceeds the limit
	 * @throws IOException if the body cannot be read or was cut short
	 */
	boolean readBody(HttpServletRequest request, int limit) throws IOException {
		if (getContentLengthLong() > limit) {
			return false;
		}
		this.content = read(this.touched ? request.getInputStream() : super.getInputStream(), limit);
		if (!this.touched) {
			this.body = this.content;
		}
		return this.content != null;
	}

	/**
	 * Reads a stream to its end, which the container has to find where the declared
	 * length ends: a body that was cut short makes it fail. The length only tells how
	 * much to expect, because a filter may have replaced the body by a longer or a
	 * shorter one.
	 */
	private byte @Nullable [] read(InputStream stream, int limit) throws IOException {
		int declared = (int) getContentLengthLong();
		byte[] bytes = stream.readNBytes((declared != -1) ? declared : limit);
		int next = stream.read();
		if (next == -1) {
			return bytes;
		}
		if (bytes.length == limit) {
			return null;
		}
		byte[] rest = stream.readNBytes(limit - bytes.length - 1);
		if (stream.read() != -1) {
			return null;
		}
		byte[] all = Arrays.copyOf(bytes, bytes.length + 1 + rest.length);
		all[bytes.length] = (byte) next;
		System.arraycopy(rest, 0, all, bytes.length + 1, rest.length);
		return all;
	}

	/**
	 * Returns the body that was read.
	 * @return the body, not to be changed, or {@code null} if {@link #readBody} was not
	 * called or found too much
	 */
	byte @Nullable [] content() {
		return this.content;
	}

	/** Gives the body from its beginning to whoever asks next. */
	void rewind() {
		this.inputStream = null;
		this.reader = null;
	}

	/**
	 * The request runs under a claim from here on.
	 * @param owner its exchange
	 * @param held its response
	 */
	void claimed(Exchange owner, IdempotencyResponseWrapper held) {
		this.exchange = owner;
		this.response = held;
	}

	/**
	 * The request has run under a claim since one of its earlier dispatches.
	 * @param owner its exchange
	 */
	void resumed(Exchange owner) {
		this.exchange = owner;
	}

	/**
	 * Returns what {@link Exchange#find} finds, without a look at the attributes of the
	 * request, which the container searches in several places.
	 */
	@Nullable Exchange exchange() {
		return this.exchange;
	}

	/**
	 * Starts asynchronous processing with the held response: without arguments, the
	 * container would give out its own one, past us.
	 */
	@Override
	public AsyncContext startAsync() {
		if (this.response == null) {
			return super.startAsync();
		}
		AsyncContext context = startAsync(this, this.response);
		this.response.unwrap();
		return context;
	}

	@Override
	public AsyncContext startAsync(ServletRequest servletRequest, ServletResponse servletResponse) {
		if (this.exchange != null && this.response != null && this.exchange.isBoundToThread()) {
			throw new IllegalStateException("A transactional idempotent operation cannot be asynchronous,"
					+ " because its transaction is bound to its thread");
		}
		return deciding(super.startAsync(servletRequest, servletResponse));
	}

	/**
	 * None in a test with {@code MockMvc}, where a container would throw an exception.
	 */
	@Override
	public @Nullable AsyncContext getAsyncContext() {
		AsyncContext context = super.getAsyncContext();
		return (context != null) ? deciding(context) : null;
	}

	private AsyncContext deciding(AsyncContext context) {
		return (this.exchange != null && this.response != null)
				? new DecidingAsyncContext(context, this.exchange, this.response) : context;
	}

	@Override
	public ServletInputStream getInputStream() throws IOException {
		if (this.body == null) {
			this.touched = true;
			return super.getInputStream();
		}
		if (this.inputStream == null) {
			this.inputStream = new BodyInputStream(this.body);
		}
		return this.inputStream;
	}

	@Override
	public BufferedReader getReader() throws IOException {
		if (this.body == null) {
			this.touched = true;
			return super.getReader();
		}
		if (this.reader == null) {
			this.reader = new BufferedReader(
					new InputStreamReader(getInputStream(), charset(StandardCharsets.ISO_8859_1).newDecoder()));
		}
		return this.reader;
	}

	private Charset charset(Charset otherwise) {
		String encoding = getCharacterEncoding();
		return (encoding != null) ? Charset.forName(encoding) : otherwise;
	}

	@Override
	public @Nullable String getParameter(String name) {
		if (!hasFormBody()) {
			return super.getParameter(name);
		}
		String[] values = formParameters().get(name);
		return (values != null) ? values[0] : null;
	}

	@Override
	public Map<String, String[]> getParameterMap() {
		return hasFormBody() ? Collections.unmodifiableMap(formParameters()) : super.getParameterMap();
	}

	@Override
	public Enumeration<String> getParameterNames() {
		return hasFormBody() ? Collections.enumeration(formParameters().keySet()) : super.getParameterNames();
	}

	@Override
	public String @Nullable [] getParameterValues(String name) {
		return hasFormBody() ? formParameters().get(name) : super.getParameterValues(name);
	}

	/**
	 * Returns whether the body holds form parameters that the container no longer sees,
	 * because the body was read before anyone asked it for a parameter.
	 */
	private boolean hasFormBody() {
		return this.body != null && this.body.length > 0 && FormBody.isForm(getContentType());
	}

	private Map<String, String[]> formParameters() {
		if (this.parameters == null) {
			String text = new String((this.body != null) ? this.body : new byte[0], StandardCharsets.ISO_8859_1);
			this.parameters = FormBody.parse(text, charset(StandardCharsets.UTF_8), super.getParameterMap());
		}
		return this.parameters;
	}

	/**
	 * A body that is all there.
	 */
	private static final class BodyInputStream extends ServletInputStream {

		private final ByteArrayInputStream bytes;

		BodyInputStream(byte[] body) {
			this.bytes = new ByteArrayInputStream(body);
		}

		@Override
		public int read() {
			return this.bytes.read();
		}

		@Override
		public int read(byte[] buffer, int offset, int length) {
			return this.bytes.read(buffer, offset, length);
		}

		@Override
		public int available() {
			return this.bytes.available();
		}

		@Override
		public boolean isFinished() {
			return this.bytes.available() == 0;
		}

		@Override
		public boolean isReady() {
			return true;
		}

		@Override
		public void setReadListener(ReadListener listener) {
			throw new IllegalStateException("The body of a request with an idempotency key is read before the handler"
					+ " runs; read it from the stream without a listener");
		}

	}

}

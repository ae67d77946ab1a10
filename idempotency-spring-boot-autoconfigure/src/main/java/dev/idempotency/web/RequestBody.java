package dev.idempotency.web;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request, read by whoever reads it and known as a whole when the
 * fingerprint is taken. What a filter has read by then is remembered, the rest is read,
 * and every stream and reader that was given out goes on where it stood.
 */
final class RequestBody {

	private static final int BUFFER_SIZE = 8192;

	private static final ByteArrayInputStream NOTHING = new ByteArrayInputStream(new byte[0]);

	private final HttpServletRequestWrapper request;

	private final int limit;

	private @Nullable RequestBodyStream stream;

	private @Nullable ServletInputStream container;

	private @Nullable RequestBodyReader reader;

	private @Nullable BufferedReader bufferedReader;

	private Memory memory = Memory.REMEMBERS;

	/** What was read from the stream by others. */
	private @Nullable ByteArrayOutputStream seen;

	private boolean parsed;

	/** Whether somebody has closed the body before it was read as a whole. */
	private boolean closed;

	/** The whole body, once it was read. */
	private byte @Nullable [] content;

	/** What is left of it for the stream. */
	private ByteArrayInputStream rest = NOTHING;

	/**
	 * Creates the body of a request.
	 * @param request the library's request, whose own body it wraps
	 * @param limit the most bytes to remember
	 */
	RequestBody(HttpServletRequestWrapper request, int limit) {
		this.request = request;
		this.limit = limit;
	}

	ServletRequest next() {
		return this.request.getRequest();
	}

	/**
	 * Remembers nothing from here on: nobody wants the body as a whole.
	 */
	void pass() {
		if (this.content == null && this.memory == Memory.REMEMBERS) {
			this.memory = Memory.PASSES;
		}
	}

	/**
	 * The container has made parameters or parts of the body.
	 */
	void parsed() {
		this.parsed = true;
	}

	/**
	 * Reads what is left of the body. The container has to find where the declared length
	 * ends: a body that was cut short makes it fail.
	 * @param most the most bytes that the body may have
	 * @return {@code false} if the body has more
	 * @throws IllegalStateException if a part of the body was read and not remembered
	 * @throws IOException if the body cannot be read or was cut short
	 */
	boolean read(int most) throws IOException {
		if (this.content != null) {
			return this.content.length <= most;
		}
		if (this.memory == Memory.UNKNOWN) {
			throw new IllegalStateException("A handler without @Idempotent has read the request body and forwarded the"
					+ " request to an idempotent operation, which cannot compare it any more; annotate the first"
					+ " handler instead");
		}
		if (this.memory == Memory.TOO_MUCH || next().getContentLengthLong() > most) {
			return false;
		}
		byte[] whole = (this.reader != null) ? this.reader.readRest(most) : readRest(this.seen, most);
		if (whole == null) {
			return false;
		}
		this.content = whole;
		return true;
	}

	private byte @Nullable [] readRest(@Nullable ByteArrayOutputStream before, int most) throws IOException {
		ServletInputStream source = (this.container != null) ? this.container : next().getInputStream();
		int known = (before != null) ? before.size() : 0;
		if (this.closed) {
			return (before != null && known <= most) ? before.toByteArray() : new byte[0];
		}
		byte[] rest = (known <= most) ? readUpTo(source, most - known, (int) next().getContentLengthLong() - known)
				: null;
		if (rest == null) {
			return null;
		}
		this.rest = new ByteArrayInputStream(rest);
		if (before == null) {
			return rest;
		}
		before.writeBytes(rest);
		return before.toByteArray();
	}

	/**
	 * Reads a stream to its end. How much is expected only tells how much to take at
	 * once: a filter may have replaced the body by a longer or a shorter one.
	 */
	private static byte @Nullable [] readUpTo(InputStream source, int room, int expected) throws IOException {
		byte[] bytes = source.readNBytes((expected >= 0 && expected <= room) ? expected : room);
		int next = source.read();
		if (next == -1) {
			return bytes;
		}
		if (bytes.length == room) {
			return null;
		}
		ByteArrayOutputStream all = new ByteArrayOutputStream(2 * bytes.length + BUFFER_SIZE);
		all.writeBytes(bytes);
		all.write(next);
		all.writeBytes(source.readNBytes(room - all.size()));
		return (source.read() == -1) ? all.toByteArray() : null;
	}

	/**
	 * Returns the whole body.
	 * @return the body, not to be changed, or {@code null} if it was not read, or has too
	 * much
	 */
	byte @Nullable [] content() {
		return this.content;
	}

	ServletInputStream stream() throws IOException {
		refuseParsed();
		if (this.content == null) {
			this.container = next().getInputStream();
			if (!remembers() && this.memory == Memory.UNKNOWN) {
				return (this.stream != null) ? this.stream : this.container;
			}
		}
		else if (this.bufferedReader != null) {
			throw new IllegalStateException("getReader() has already been called for this request");
		}
		if (this.stream == null) {
			this.stream = new RequestBodyStream(this);
		}
		this.stream.readFrom(this.container);
		return this.stream;
	}

	BufferedReader reader() throws IOException {
		refuseParsed();
		if (this.content == null) {
			BufferedReader own = next().getReader();
			if (!remembers() && this.memory == Memory.UNKNOWN) {
				return (this.bufferedReader != null) ? this.bufferedReader : own;
			}
			if (this.bufferedReader == null) {
				this.reader = new RequestBodyReader(this, own);
				this.bufferedReader = new BufferedReader(this.reader);
			}
		}
		else if (this.bufferedReader == null) {
			if (this.stream != null) {
				throw new IllegalStateException("getInputStream() has already been called for this request");
			}
			this.bufferedReader = new BufferedReader(new InputStreamReader(this.rest, decoder()));
		}
		return this.bufferedReader;
	}

	private void refuseParsed() {
		boolean empty = this.content == null || this.content.length == 0;
		if (this.parsed && empty && next().getContentLengthLong() != 0) {
			throw new IllegalStateException("The form was read for its fingerprint, and with it the request body; to"
					+ " read the body itself, declare a parameter of type InputStream or Reader");
		}
	}

	/**
	 * Returns a decoder that does with malformed text what the reader of the container
	 * does: that of Tomcat fails, others replace it.
	 */
	private CharsetDecoder decoder() {
		CodingErrorAction action = Container.failsForMalformedText(next()) ? CodingErrorAction.REPORT
				: CodingErrorAction.REPLACE;
		return charset().newDecoder().onMalformedInput(action).onUnmappableCharacter(action);
	}

	Charset charset() {
		String encoding = this.request.getCharacterEncoding();
		return (encoding != null) ? Charset.forName(encoding) : StandardCharsets.ISO_8859_1;
	}

	void remember(byte[] source, int offset, int length) {
		if (length <= 0 || !remembers()) {
			return;
		}
		if (this.seen == null) {
			this.seen = new ByteArrayOutputStream(length);
		}
		if (length > this.limit - this.seen.size()) {
			tooMuch();
			return;
		}
		this.seen.write(source, offset, length);
	}

	/**
	 * More was read than may be remembered.
	 */
	void tooMuch() {
		this.memory = Memory.TOO_MUCH;
		this.seen = null;
	}

	int limit() {
		return this.limit;
	}

	boolean isWhole() {
		return this.content != null;
	}

	ByteArrayInputStream rest() {
		return this.rest;
	}

	boolean isClosed() {
		return this.closed;
	}

	/**
	 * Somebody has closed the body before it was read as a whole.
	 */
	void closed() {
		this.closed = true;
	}

	boolean remembers() {
		if (this.memory == Memory.PASSES) {
			this.memory = Memory.UNKNOWN;
		}
		return this.memory == Memory.REMEMBERS;
	}

	/**
	 * What is known of the part of the body that was read before it is read as a whole.
	 */
	private enum Memory {

		/** All of it. */
		REMEMBERS,

		/** All of it, and nobody wants to know what is read from here on. */
		PASSES,

		/** That it was more than may be remembered. */
		TOO_MUCH,

		/** Nothing. */
		UNKNOWN

	}

}

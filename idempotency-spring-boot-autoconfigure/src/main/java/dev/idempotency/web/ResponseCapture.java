package dev.idempotency.web;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

import org.jspecify.annotations.Nullable;

import dev.idempotency.engine.StoredResponse;
import dev.idempotency.engine.StoredResponse.Header;

/**
 * What a response consists of between claim and decision: body bytes and headers, held
 * back from the client. Belongs to the exchange and outlives the wrappers of its
 * dispatches.
 */
final class ResponseCapture {

	private static final int INITIAL_SIZE = 512;

	private static final String CONTENT_TYPE = "Content-Type";

	private static final String CONTENT_LANGUAGE = "Content-Language";

	private static final String CONTENT_ENCODING = "Content-Encoding";

	private final HeldHeaders headers = new HeldHeaders();

	private final int limit;

	private byte[] bytes = new byte[INITIAL_SIZE];

	private int size;

	private @Nullable String contentLanguage;

	private boolean touched;

	private boolean errorSent;

	/**
	 * Creates an empty capture.
	 * @param limit the most bytes to hold
	 */
	ResponseCapture(int limit) {
		this.limit = limit;
	}

	HeldHeaders headers() {
		return this.headers;
	}

	/**
	 * Returns whether that many more bytes can be held.
	 */
	boolean hasRoomFor(int length) {
		return length <= this.limit - this.size;
	}

	/**
	 * Returns whether more bytes are held than can be recorded.
	 */
	boolean isOverfull() {
		return this.size > this.limit;
	}

	void write(byte[] source, int offset, int length) {
		int required = Math.addExact(this.size, length);
		if (required > this.bytes.length) {
			int most = (required <= this.limit) ? this.limit : Integer.MAX_VALUE - 8;
			int doubled = (int) Math.min(most, 2L * this.bytes.length);
			this.bytes = Arrays.copyOf(this.bytes, Math.max(required, doubled));
		}
		System.arraycopy(source, offset, this.bytes, this.size, length);
		this.size = required;
	}

	int size() {
		return this.size;
	}

	byte[] bytes() {
		return this.bytes;
	}

	void clearBody() {
		this.size = 0;
	}

	void clear() {
		clearBody();
		this.headers.clear();
		this.contentLanguage = null;
	}

	/**
	 * Notes the locale of the response.
	 * @param locale the locale
	 * @param header the header that the container made of it, {@code null} if it has not
	 * done so yet
	 */
	void locale(@Nullable Locale locale, @Nullable String header) {
		this.contentLanguage = (header != null || locale == null) ? header : locale.toLanguageTag();
	}

	/**
	 * Notes that somebody shaped the response.
	 */
	void touch() {
		this.touched = true;
	}

	/**
	 * Forgets that somebody shaped the response, to see whether somebody does from here
	 * on.
	 */
	void untouch() {
		this.touched = false;
	}

	boolean isTouched() {
		return this.touched;
	}

	/**
	 * Notes that the container was asked to render an error page. What is written from
	 * here on is dropped, as the container does, until the page is dispatched.
	 */
	void errorSent(boolean sent) {
		this.errorSent = sent;
	}

	boolean isErrorSent() {
		return this.errorSent;
	}

	/**
	 * Returns the response to record.
	 * @param status its status
	 * @param contentType its content type, as the container would send it
	 * @param rule which headers belong to it
	 * @return the response, or {@code null} if it is encoded in a way that cannot be
	 * undone
	 */
	@Nullable StoredResponse toStoredResponse(int status, @Nullable String contentType, StorableHeaders rule) {
		ByteBuffer body = decodedBody();
		if (body == null) {
			return null;
		}
		List<Header> stored = new ArrayList<>();
		if (contentType != null) {
			stored.add(new Header(CONTENT_TYPE, contentType, true));
		}
		stored.addAll(this.headers.storable(rule));
		if (this.contentLanguage != null && this.headers.values(CONTENT_LANGUAGE).isEmpty()
				&& rule.includes(CONTENT_LANGUAGE)) {
			stored.add(new Header(CONTENT_LANGUAGE, this.contentLanguage, true));
		}
		return new StoredResponse(status, stored, body);
	}

	/**
	 * Returns the body without the content encoding that the handler applied, since a
	 * replay is encoded anew for its own client.
	 */
	private @Nullable ByteBuffer decodedBody() {
		ByteBuffer body = ByteBuffer.wrap(this.bytes, 0, this.size);
		List<String> encodings = this.headers.values(CONTENT_ENCODING);
		if (encodings.isEmpty() || this.size == 0 || encodings.equals(List.of("identity"))) {
			return body;
		}
		if (encodings.size() != 1 || !encodings.get(0).equalsIgnoreCase("gzip")) {
			return null;
		}
		try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(this.bytes, 0, this.size))) {
			byte[] decoded = gzip.readNBytes(this.limit);
			return (gzip.read() == -1) ? ByteBuffer.wrap(decoded) : null;
		}
		catch (IOException ex) {
			return null;
		}
	}

}

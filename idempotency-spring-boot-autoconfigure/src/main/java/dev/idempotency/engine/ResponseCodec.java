package dev.idempotency.engine;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import dev.idempotency.engine.StoredResponse.Header;
import dev.idempotency.repository.UnreadableRecordException;

/**
 * The format in which headers and body stand in a repository: the version, the number of
 * headers, name and value of each, preceded by their lengths, and the body as the rest.
 * The length of a name is doubled, and one more if the header replaces others. Numbers
 * are unsigned and take 7 bits a byte, low bits first, the high bit set on all bytes but
 * the last.
 */
final class ResponseCodec {

	private static final byte VERSION = 1;

	private static final int MAX_NUMBER_BYTES = 5;

	private ResponseCodec() {
	}

	static byte[] encode(StoredResponse response) {
		List<Header> headers = response.headers();
		byte[][] texts = new byte[headers.size() * 2][];
		int length = 1 + lengthOf(headers.size()) + response.body().remaining();
		for (int i = 0; i < headers.size(); i++) {
			texts[2 * i] = headers.get(i).name().getBytes(StandardCharsets.UTF_8);
			texts[2 * i + 1] = headers.get(i).value().getBytes(StandardCharsets.UTF_8);
		}
		for (int i = 0; i < texts.length; i++) {
			length += lengthOf(prefix(headers, texts, i)) + texts[i].length;
		}
		ByteBuffer content = ByteBuffer.allocate(length).put(VERSION);
		putNumber(content, headers.size());
		for (int i = 0; i < texts.length; i++) {
			putNumber(content, prefix(headers, texts, i));
			content.put(texts[i]);
		}
		content.put(response.body().duplicate());
		return content.array();
	}

	/**
	 * Reads what was recorded, unless it can neither be a response that was sent nor a
	 * result.
	 */
	static StoredResponse decode(int status, byte[] bytes) {
		if ((status < 200 || status > 599) && status != StoredResponse.NO_STATUS) {
			throw new UnreadableRecordException("A recorded response has the status " + status, null);
		}
		try {
			ByteBuffer content = ByteBuffer.wrap(bytes);
			byte version = content.get();
			if (version != VERSION) {
				throw new UnreadableRecordException("Unknown format version " + version + " of a recorded response",
						null);
			}
			int size = getNumber(content);
			if (size > content.remaining()) {
				throw corrupted();
			}
			List<Header> headers = new ArrayList<>(size);
			for (int i = 0; i < size; i++) {
				int prefix = getNumber(content);
				String name = getLine(content, prefix >>> 1);
				if (name.isEmpty()) {
					throw corrupted();
				}
				headers.add(new Header(name, getLine(content, getNumber(content)), (prefix & 1) == 1));
			}
			return new StoredResponse(status, headers, content.slice());
		}
		catch (BufferUnderflowException ex) {
			throw new UnreadableRecordException("A recorded response is truncated", ex);
		}
	}

	// Texts with an even index are names
	private static int prefix(List<Header> headers, byte[][] texts, int index) {
		int length = texts[index].length;
		if (index % 2 != 0) {
			return length;
		}
		return 2 * length + (headers.get(index / 2).replaces() ? 1 : 0);
	}

	private static int lengthOf(int number) {
		int length = 1;
		for (int rest = number >>> 7; rest != 0; rest >>>= 7) {
			length++;
		}
		return length;
	}

	private static void putNumber(ByteBuffer content, int number) {
		int rest = number;
		while (rest > 0x7F) {
			content.put((byte) (rest | 0x80));
			rest >>>= 7;
		}
		content.put((byte) rest);
	}

	private static int getNumber(ByteBuffer content) {
		int number = 0;
		for (int i = 0; i < MAX_NUMBER_BYTES; i++) {
			byte next = content.get();
			number |= (next & 0x7F) << (7 * i);
			if (next >= 0 && number >= 0) {
				return number;
			}
		}
		throw corrupted();
	}

	/**
	 * Reads a text that must not end the line of a header when it is sent.
	 */
	private static String getLine(ByteBuffer content, int length) {
		if (length > content.remaining()) {
			throw new BufferUnderflowException();
		}
		String text = new String(content.array(), content.arrayOffset() + content.position(), length,
				StandardCharsets.UTF_8);
		content.position(content.position() + length);
		if (text.chars().anyMatch((character) -> character == '\r' || character == '\n' || character == 0)) {
			throw corrupted();
		}
		return text;
	}

	private static UnreadableRecordException corrupted() {
		return new UnreadableRecordException("A recorded response is corrupted", null);
	}

}

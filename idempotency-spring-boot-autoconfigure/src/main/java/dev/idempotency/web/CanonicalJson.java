package dev.idempotency.web;

import java.io.Serial;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * Brings JSON into one form for all texts that differ only in white space between tokens
 * and in the order of members. Strings and numbers stay as they are written: the
 * canonical form of RFC 8785 would read numbers as doubles, and take two long amounts for
 * the same one.
 */
final class CanonicalJson {

	private static final int MAX_DEPTH = 200;

	private final String text;

	private int position;

	private CanonicalJson(String text) {
		this.text = text;
	}

	/**
	 * Returns the canonical form of a JSON text.
	 * @param json the text, in UTF-8
	 * @return the canonical form, or the bytes themselves if they are not JSON
	 */
	static byte[] of(byte[] json) {
		try {
			String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
			CanonicalJson reader = new CanonicalJson(text);
			String value = reader.value(0);
			reader.skipWhitespace();
			return (reader.position == reader.text.length()) ? value.getBytes(StandardCharsets.UTF_8) : json;
		}
		catch (NotJsonException | CharacterCodingException ex) {
			return json;
		}
	}

	private String value(int depth) throws NotJsonException {
		if (depth > MAX_DEPTH) {
			throw new NotJsonException();
		}
		skipWhitespace();
		return switch (peek()) {
			case '{' -> object(depth);
			case '[' -> array(depth);
			case '"' -> string();
			default -> literal();
		};
	}

	private String object(int depth) throws NotJsonException {
		this.position++;
		// A name that occurs twice keeps both values, in their order
		Map<String, String> members = new TreeMap<>();
		if (!skipIfNext('}')) {
			do {
				skipWhitespace();
				String name = string();
				expect(':');
				members.merge(name, value(depth + 1), (first, second) -> first + "," + name + ":" + second);
			}
			while (skipIfNext(','));
			expect('}');
		}
		StringBuilder canonical = new StringBuilder("{");
		members.forEach((name, member) -> canonical.append((canonical.length() > 1) ? "," : "")
			.append(name)
			.append(':')
			.append(member));
		return canonical.append('}').toString();
	}

	private String array(int depth) throws NotJsonException {
		this.position++;
		StringBuilder canonical = new StringBuilder("[");
		if (!skipIfNext(']')) {
			do {
				canonical.append((canonical.length() > 1) ? "," : "").append(value(depth + 1));
			}
			while (skipIfNext(','));
			expect(']');
		}
		return canonical.append(']').toString();
	}

	private String string() throws NotJsonException {
		int start = this.position;
		if (peek() != '"') {
			throw new NotJsonException();
		}
		this.position++;
		while (peek() != '"') {
			this.position += (peek() == '\\') ? 2 : 1;
		}
		this.position++;
		return this.text.substring(start, this.position);
	}

	private String literal() throws NotJsonException {
		int start = this.position;
		while (this.position < this.text.length() && isLiteral(this.text.charAt(this.position))) {
			this.position++;
		}
		if (this.position == start) {
			throw new NotJsonException();
		}
		return this.text.substring(start, this.position);
	}

	private static boolean isLiteral(char character) {
		return Character.isLetterOrDigit(character) || character == '-' || character == '+' || character == '.';
	}

	private boolean skipIfNext(char character) throws NotJsonException {
		skipWhitespace();
		if (peek() != character) {
			return false;
		}
		this.position++;
		return true;
	}

	private void expect(char character) throws NotJsonException {
		if (!skipIfNext(character)) {
			throw new NotJsonException();
		}
	}

	private char peek() throws NotJsonException {
		if (this.position >= this.text.length()) {
			throw new NotJsonException();
		}
		return this.text.charAt(this.position);
	}

	private void skipWhitespace() {
		while (this.position < this.text.length() && " \t\r\n".indexOf(this.text.charAt(this.position)) != -1) {
			this.position++;
		}
	}

	/**
	 * The text is not JSON.
	 */
	private static final class NotJsonException extends Exception {

		@Serial
		private static final long serialVersionUID = 1L;

	}

}

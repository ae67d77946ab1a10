package dev.idempotency.web;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.NavigableMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import dev.idempotency.web.JsonText.NotJsonException;

/**
 * Brings JSON into one form for all texts that differ only in white space between tokens,
 * in the order of members and in the escapes of their names. Of members of one name the
 * last one counts, as for Jackson. Strings and numbers stay as they are written: the
 * canonical form of RFC 8785 would read numbers as doubles, and take two long amounts for
 * the same one.
 */
final class CanonicalJson {

	private static final int UNICODE_ESCAPE = "\\u0000".length();

	private final String text;

	private final JsonText json;

	private final StringBuilder canonical;

	/** What is still to be written, first things first. */
	private final Deque<Part> parts = new ArrayDeque<>();

	private CanonicalJson(String text) throws NotJsonException {
		this.text = text;
		this.json = JsonText.read(text);
		this.canonical = new StringBuilder(text.length());
	}

	/**
	 * Returns the canonical form of a JSON text.
	 * @param json the text, in UTF-8
	 * @return the canonical form, or the bytes themselves if they are not JSON
	 */
	static byte[] of(byte[] json) {
		try {
			String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
			return new CanonicalJson(text).write().getBytes(StandardCharsets.UTF_8);
		}
		catch (NotJsonException | CharacterCodingException ex) {
			return json;
		}
	}

	private String write() {
		this.parts.push(new Part(null, 0, this.text.length()));
		while (!this.parts.isEmpty()) {
			Part part = this.parts.pop();
			if (part.name() != null) {
				writeName(part.name());
			}
			write(part.start(), part.end());
		}
		return this.canonical.toString();
	}

	/** Writes up to the first object, whose members are the parts that come next. */
	private void write(int start, int end) {
		int position = start;
		while (position < end) {
			char character = this.text.charAt(position);
			int next = (character == '"') ? this.json.last(position) + 1 : position + 1;
			if (!JsonText.isWhitespace(character)) {
				this.canonical.append(this.text, position, next);
			}
			if (character == '{') {
				this.parts.push(new Part(null, this.json.last(position), end));
				members(position).descendingMap().values().forEach(this.parts::push);
				return;
			}
			position = next;
		}
	}

	private NavigableMap<String, Part> members(int object) {
		NavigableMap<String, Part> members = new TreeMap<>();
		int end = this.json.last(object);
		int position = this.json.skipWhitespace(object + 1);
		while (position < end) {
			int quote = this.json.last(position);
			String name = unescape(this.text.substring(position + 1, quote));
			int colon = this.json.skipWhitespace(quote + 1);
			int start = this.json.skipWhitespace(colon + 1);
			int comma = this.json.skipWhitespace(this.json.last(start) + 1);
			members.put(name, new Part(name, start, comma));
			position = this.json.skipWhitespace(comma + 1);
		}
		return members;
	}

	private static String unescape(String name) {
		if (name.indexOf('\\') == -1) {
			return name;
		}
		StringBuilder unescaped = new StringBuilder(name.length());
		int position = 0;
		while (position < name.length()) {
			char character = name.charAt(position);
			if (character != '\\') {
				unescaped.append(character);
				position++;
			}
			else if (name.charAt(position + 1) == 'u') {
				unescaped.append((char) HexFormat.fromHexDigits(name, position + 2, position + UNICODE_ESCAPE));
				position += UNICODE_ESCAPE;
			}
			else {
				unescaped.append(unescape(name.charAt(position + 1)));
				position += 2;
			}
		}
		return unescaped.toString();
	}

	private static char unescape(char character) {
		return switch (character) {
			case 'b' -> '\b';
			case 'f' -> '\f';
			case 'n' -> '\n';
			case 'r' -> '\r';
			case 't' -> '\t';
			default -> character;
		};
	}

	private void writeName(String name) {
		if (this.canonical.charAt(this.canonical.length() - 1) != '{') {
			this.canonical.append(',');
		}
		this.canonical.append('"');
		for (int i = 0; i < name.length(); i++) {
			char character = name.charAt(i);
			if (character == '"' || character == '\\') {
				this.canonical.append('\\').append(character);
			}
			else if (character < ' ' || Character.isSurrogate(character)) {
				// Half of a pair has no bytes in UTF-8
				this.canonical.append("\\u").append(HexFormat.of().toHexDigits(character));
			}
			else {
				this.canonical.append(character);
			}
		}
		this.canonical.append("\":");
	}

	/**
	 * A part of the text without objects that begin in it, but for the last one.
	 *
	 * @param name what it is the value of, {@code null} for no member
	 * @param start where it begins
	 * @param end where it ends
	 */
	private record Part(@Nullable String name, int start, int end) {
	}

}

package dev.idempotency.web;

import java.io.Serial;

/**
 * A text that is JSON as RFC 8259 has it, with the places where its values end. Reads
 * each character once, and nesting costs no stack.
 */
final class JsonText {

	/** What follows the last character; JSON contains it nowhere. */
	private static final char END = 0;

	private static final int NONE = -1;

	private static final int HEX_DIGITS = 4;

	private final String text;

	/**
	 * By the position of the first character of a value or a name that of the last one.
	 * While an array or an object is open, the position of the one around it.
	 */
	private final int[] ends;

	private JsonText(String text) {
		this.text = text;
		this.ends = new int[text.length()];
	}

	/**
	 * Reads a text.
	 * @param text the text
	 * @return the text with what is known of it
	 * @throws NotJsonException if it is not JSON
	 */
	static JsonText read(String text) throws NotJsonException {
		JsonText result = new JsonText(text);
		result.read();
		return result;
	}

	private void read() throws NotJsonException {
		int open = NONE;
		int position = skipWhitespace(0);
		do {
			char first = charAt(position);
			if (first == '{' || first == '[') {
				this.ends[position] = open;
				open = position;
				position = skipWhitespace(position + 1);
				if (!isClosed(open, position)) {
					position = valueIn(open, position);
					continue;
				}
			}
			else {
				position = skipWhitespace(scalar(position));
			}
			while (open != NONE && isClosed(open, position)) {
				int around = this.ends[open];
				this.ends[open] = position;
				open = around;
				position = skipWhitespace(position + 1);
			}
			if (open != NONE) {
				position = valueIn(open, skipWhitespace(expect(',', position)));
			}
		}
		while (open != NONE);
		check(position == this.text.length());
	}

	private boolean isClosed(int open, int position) {
		return charAt(position) == ((this.text.charAt(open) == '{') ? '}' : ']');
	}

	/** Returns where the value of an element or a member begins. */
	private int valueIn(int open, int position) throws NotJsonException {
		if (this.text.charAt(open) == '[') {
			return position;
		}
		expect('"', position);
		return skipWhitespace(expect(':', skipWhitespace(scalar(position))));
	}

	/** Returns where a string, a number or another literal ends. */
	private int scalar(int start) throws NotJsonException {
		int end = switch (charAt(start)) {
			case '"' -> string(start + 1);
			case 't' -> word("true", start);
			case 'f' -> word("false", start);
			case 'n' -> word("null", start);
			default -> number(start);
		};
		this.ends[start] = end - 1;
		return end;
	}

	private int string(int start) throws NotJsonException {
		int position = start;
		char character = charAt(position);
		while (character != '"') {
			check(character >= ' ');
			position = (character == '\\') ? escape(position + 1) : position + 1;
			character = charAt(position);
		}
		return position + 1;
	}

	private int escape(int position) throws NotJsonException {
		char character = charAt(position);
		if (character != 'u') {
			check("\"\\/bfnrt".indexOf(character) != -1);
			return position + 1;
		}
		for (int digit = 1; digit <= HEX_DIGITS; digit++) {
			check("0123456789abcdefABCDEF".indexOf(charAt(position + digit)) != -1);
		}
		return position + 1 + HEX_DIGITS;
	}

	private int word(String word, int start) throws NotJsonException {
		check(this.text.startsWith(word, start));
		return start + word.length();
	}

	private int number(int start) throws NotJsonException {
		int position = (charAt(start) == '-') ? start + 1 : start;
		position = (charAt(position) == '0') ? position + 1 : digits(position);
		if (charAt(position) == '.') {
			position = digits(position + 1);
		}
		if (charAt(position) == 'e' || charAt(position) == 'E') {
			char sign = charAt(position + 1);
			position = digits((sign == '+' || sign == '-') ? position + 2 : position + 1);
		}
		return position;
	}

	private int digits(int start) throws NotJsonException {
		int position = start;
		while (charAt(position) >= '0' && charAt(position) <= '9') {
			position++;
		}
		check(position > start);
		return position;
	}

	private int expect(char character, int position) throws NotJsonException {
		check(charAt(position) == character);
		return position + 1;
	}

	private static void check(boolean allowed) throws NotJsonException {
		if (!allowed) {
			throw new NotJsonException();
		}
	}

	private char charAt(int position) {
		return (position < this.text.length()) ? this.text.charAt(position) : END;
	}

	/**
	 * Returns the position of the first character that is not white space.
	 * @param start where to begin
	 * @return the position, or the length of the text
	 */
	int skipWhitespace(int start) {
		int position = start;
		while (isWhitespace(charAt(position))) {
			position++;
		}
		return position;
	}

	/**
	 * Returns whether a character is white space between tokens.
	 * @param character the character
	 * @return {@code true} if it does not count
	 */
	static boolean isWhitespace(char character) {
		return character == ' ' || character == '\t' || character == '\r' || character == '\n';
	}

	/**
	 * Returns where a value or a name ends.
	 * @param start the position of its first character
	 * @return the position of its last one, the closing quote or bracket if it has one
	 */
	int last(int start) {
		return this.ends[start];
	}

	/**
	 * The text is not JSON.
	 */
	static final class NotJsonException extends Exception {

		@Serial
		private static final long serialVersionUID = 1L;

		private NotJsonException() {
		}

	}

}

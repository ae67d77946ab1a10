package dev.idempotency.client;

import dev.idempotency.IdempotencyKey;

/**
 * A key as it stands in a header: a string of RFC 9651, or its characters as they are.
 */
final class KeyText {

	private KeyText() {
	}

	/**
	 * Returns a key as a string of RFC 9651.
	 * @param key the key
	 * @return the key in quotes, with a backslash before each quote and backslash in it
	 */
	static String quote(String key) {
		return '"' + key.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
	}

	/**
	 * Returns whether a key cannot stand in a header as it is.
	 * @param key the key
	 * @return {@code true} if it has a character that it may have only in quotes
	 */
	static boolean needsQuotes(String key) {
		return !key.chars().allMatch((character) -> IdempotencyKey.isAllowedWithoutQuotes((char) character));
	}

	/**
	 * Returns the key that a header holds.
	 * @param value the value of the header
	 * @return the key; the value itself if it is not a string of RFC 9651
	 */
	static String unquote(String value) {
		StringBuilder key = new StringBuilder();
		int position = 1;
		while (value.startsWith("\"") && position < value.length()) {
			char character = value.charAt(position);
			if (character == '"') {
				return key.toString();
			}
			if (character == '\\' && position + 1 < value.length()) {
				position++;
			}
			key.append(value.charAt(position));
			position++;
		}
		return value;
	}

}

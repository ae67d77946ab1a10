package dev.idempotency;

import org.springframework.util.Assert;

/**
 * The key by which a client names one operation across all its attempts, without the
 * quotes and the escapes with which it may stand in the header field.
 *
 * @param value the characters of the key: those of a string of RFC 9651, which is ASCII
 * from the space to {@code ~}, and not only spaces
 * @since 0.1.0
 */
public record IdempotencyKey(String value) {

	/**
	 * Creates a key.
	 * @param value the characters of the key
	 * @throws IllegalArgumentException if there are none or only spaces, or one is not
	 * allowed
	 */
	public IdempotencyKey {
		Assert.hasText(value, "An idempotency key must not be empty, or consist of spaces");
		for (int i = 0; i < value.length(); i++) {
			if (!isAllowed(value.charAt(i))) {
				throw new IllegalArgumentException("Character " + i + " is not allowed in an idempotency key");
			}
		}
	}

	/**
	 * Returns whether a key may contain the given character. In a header field the key
	 * may have to be quoted for it.
	 * @param character the character
	 * @return {@code true} for ASCII from the space to {@code ~}
	 */
	public static boolean isAllowed(char character) {
		return character >= ' ' && character < 0x7F;
	}

	/**
	 * Returns whether a key may contain the given character where it stands in a header
	 * field without quotes.
	 * @param character the character
	 * @return {@code true} for visible ASCII other than {@code "}, {@code ,}, {@code ;}
	 * and {@code \}
	 */
	public static boolean isAllowedWithoutQuotes(char character) {
		return character > ' ' && character < 0x7F && character != '"' && character != ',' && character != ';'
				&& character != '\\';
	}

	/**
	 * Returns a text without the key itself, which may be a secret of the client.
	 * @return the length of the key
	 */
	@Override
	public String toString() {
		return "IdempotencyKey[" + this.value.length() + " characters]";
	}

}

package dev.idempotency.web;

import java.util.Enumeration;
import java.util.regex.Pattern;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.IdempotencyKeyMalformedException;

/**
 * Reads the key from its header: an Item of RFC 9651 whose value is a String, its escapes
 * undone, or the bare characters where the format is lenient, which are fewer. Parameters
 * of the item are checked and ignored.
 *
 * @param headerName the name of the header
 * @param format how the key may stand in it
 * @param maxLength the most characters of a key
 * @param pattern what the whole key must match, {@code null} for anything
 * @param problemTypePrefix the start of the problem type of a malformed key
 * @since 0.1.0
 */
public record KeyParser(String headerName, KeyFormat format, int maxLength, @Nullable Pattern pattern,
		String problemTypePrefix) {

	private static final int MAX_PARAMETERS_LENGTH = 1024;

	private static final String SEND_ONE = "Send a key, such as a UUID.";

	private static final Pattern ESCAPE = Pattern.compile("\\\\(.)");

	/** Parameters of RFC 9651, section 3.1.2, with all bare items of section 3.3. */
	private static final Pattern PARAMETERS = Pattern.compile("""
			(?: *+; *+[a-z*][a-z0-9_.*-]*+\
			(?:=(?:"(?:[ !#-\\[\\]-~]|\\\\["\\\\])*+"\
			|-?[0-9]{1,15}(?:\\.[0-9]{1,3})?\
			|[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*+\
			|:[A-Za-z0-9+/=]*+:\
			|\\?[01]\
			|@-?[0-9]{1,15}\
			|%"(?:[ !#$&-~]|%[0-9a-f]{2})*+"\
			))?)*+""");

	/**
	 * Returns the key of a request.
	 * @param request the request
	 * @return the key, or {@code null} if the header is absent
	 * @throws IdempotencyKeyMalformedException if there is more than one header line, or
	 * it is not a valid key
	 */
	public @Nullable IdempotencyKey parse(HttpServletRequest request) {
		Enumeration<String> lines = request.getHeaders(this.headerName);
		if (lines == null || !lines.hasMoreElements()) {
			return null;
		}
		String value = lines.nextElement();
		if (lines.hasMoreElements()) {
			throw malformed("there is more than one. Send the header once, with one key.");
		}
		return parse(value);
	}

	/**
	 * Returns the key that a value of the header holds.
	 * @param value the value
	 * @return the key
	 * @throws IdempotencyKeyMalformedException if it is not a valid key
	 */
	public IdempotencyKey parse(String value) {
		String trimmed = trim(value);
		return check(trimmed.startsWith("\"") ? unquote(trimmed) : bare(trimmed));
	}

	/**
	 * Returns the key that consists of the given characters, which are those that a
	 * quoted key may have.
	 * @param key the characters
	 * @return the key
	 * @throws IdempotencyKeyMalformedException if it is not a valid key
	 */
	public IdempotencyKey check(String key) {
		if (key.isEmpty()) {
			throw malformed("it is empty. " + SEND_ONE);
		}
		if (key.length() > this.maxLength) {
			throw malformed("it is longer than " + this.maxLength + " characters. Send a shorter one, such as a UUID.");
		}
		for (int i = 0; i < key.length(); i++) {
			if (!IdempotencyKey.isAllowed(key.charAt(i))) {
				throw malformed("it has a character other than those of ASCII from the space to ~. " + SEND_ONE);
			}
		}
		if (key.isBlank()) {
			throw malformed("it consists of spaces. " + SEND_ONE);
		}
		if (this.pattern != null && !this.pattern.matcher(key).matches()) {
			throw malformed("it does not have the form that this service requires; its documentation says which.");
		}
		return new IdempotencyKey(key);
	}

	private static String trim(String value) {
		int start = 0;
		int end = value.length();
		while (start < end && isWhitespace(value.charAt(start))) {
			start++;
		}
		while (end > start && isWhitespace(value.charAt(end - 1))) {
			end--;
		}
		return value.substring(start, end);
	}

	private static boolean isWhitespace(char character) {
		return character == ' ' || character == '\t';
	}

	private String bare(String value) {
		if (this.format == KeyFormat.STRUCTURED && !value.isEmpty()) {
			throw malformed("it is not in quotes. Send it as a string of RFC 9651, \"like this\".");
		}
		for (int i = 0; i < value.length(); i++) {
			if (!IdempotencyKey.isAllowedWithoutQuotes(value.charAt(i))) {
				throw malformed("without quotes, a key consists of visible ASCII characters other than \" , ; and \\."
						+ " Send one such key, or one in quotes, \"like this\" (RFC 9651).");
			}
		}
		return value;
	}

	private String unquote(String value) {
		int end = closingQuote(value);
		int parametersLength = value.length() - end - 1;
		if (parametersLength > MAX_PARAMETERS_LENGTH
				|| (parametersLength > 0 && !PARAMETERS.matcher(value).region(end + 1, value.length()).matches())) {
			throw malformed("what follows the quoted string are no parameters (RFC 9651). Send one key, and nothing"
					+ " behind it.");
		}
		String key = value.substring(1, end);
		return (key.indexOf('\\') != -1) ? ESCAPE.matcher(key).replaceAll("$1") : key;
	}

	private int closingQuote(String value) {
		int position = 1;
		while (position < value.length()) {
			char character = value.charAt(position);
			if (character == '"') {
				return position;
			}
			boolean escape = character == '\\';
			if (escape && position + 1 < value.length() && "\"\\".indexOf(value.charAt(position + 1)) == -1) {
				throw malformed(
						"a backslash stands before a character other than \" and \\. Send the key in quotes, with a"
								+ " backslash before each of these only (RFC 9651).");
			}
			position += escape ? 2 : 1;
		}
		throw malformed("the closing quote is missing. Send the key in quotes, \"like this\", with a backslash before"
				+ " each \" and \\ that is part of it (RFC 9651).");
	}

	private IdempotencyKeyMalformedException malformed(String reason) {
		return new IdempotencyKeyMalformedException(this.problemTypePrefix, this.headerName, reason);
	}

}

package dev.idempotency.web;

import java.util.Enumeration;
import java.util.regex.Pattern;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.IdempotencyKeyMalformedException;

/**
 * Reads the key from its header: an Item of RFC 9651 whose value is a String, or the bare
 * characters where the format is lenient. Parameters of the item are checked and ignored.
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
			throw malformed("there is more than one.");
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
		return check(unquote(trim(value)));
	}

	/**
	 * Returns the key that consists of the given characters.
	 * @param key the characters
	 * @return the key
	 * @throws IdempotencyKeyMalformedException if it is not a valid key
	 */
	public IdempotencyKey check(String key) {
		if (key.isEmpty()) {
			throw malformed("it is empty.");
		}
		if (key.length() > this.maxLength) {
			throw malformed("it is longer than " + this.maxLength + " characters.");
		}
		for (int i = 0; i < key.length(); i++) {
			if (!IdempotencyKey.isAllowed(key.charAt(i))) {
				throw malformed("a key consists of visible ASCII characters other than \" , ; and \\.");
			}
		}
		if (this.pattern != null && !this.pattern.matcher(key).matches()) {
			throw malformed("it does not have the form that this service requires.");
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

	private String unquote(String value) {
		if (value.isEmpty() || value.charAt(0) != '"') {
			if (this.format == KeyFormat.STRUCTURED && !value.isEmpty()) {
				throw malformed("it must be a quoted string (RFC 9651).");
			}
			return value;
		}
		int end = value.indexOf('"', 1);
		if (end == -1) {
			throw malformed("the closing quote is missing.");
		}
		int parametersLength = value.length() - end - 1;
		if (parametersLength > MAX_PARAMETERS_LENGTH
				|| (parametersLength > 0 && !PARAMETERS.matcher(value).region(end + 1, value.length()).matches())) {
			throw malformed("what follows the quoted string are no parameters (RFC 9651).");
		}
		return value.substring(1, end);
	}

	private IdempotencyKeyMalformedException malformed(String reason) {
		return new IdempotencyKeyMalformedException(this.problemTypePrefix, this.headerName, reason);
	}

}

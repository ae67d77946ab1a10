package dev.idempotency.web;

import java.net.URLDecoder;
import java.nio.charset.Charset;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringTokenizer;

import org.jspecify.annotations.Nullable;

/**
 * Parses the body of a form post as the container would have done.
 */
final class FormBody {

	private static final String FORM = "application/x-www-form-urlencoded";

	private FormBody() {
	}

	static boolean isForm(@Nullable String contentType) {
		return contentType != null && contentType.toLowerCase(Locale.ROOT).startsWith(FORM);
	}

	/**
	 * Returns all parameters of a form post.
	 * @param body the body, a character a byte
	 * @param charset the charset of the percent-encoded bytes
	 * @param queryParameters the parameters of the query, which come first
	 * @return the parameters; a pair that cannot be decoded is left out, as by the
	 * container
	 */
	static Map<String, String[]> parse(String body, Charset charset, Map<String, String[]> queryParameters) {
		Map<String, String[]> parameters = new LinkedHashMap<>(queryParameters);
		StringTokenizer pairs = new StringTokenizer(body, "&");
		while (pairs.hasMoreTokens()) {
			String pair = pairs.nextToken();
			int separator = pair.indexOf('=');
			try {
				String name = URLDecoder.decode((separator != -1) ? pair.substring(0, separator) : pair, charset);
				String value = (separator != -1) ? URLDecoder.decode(pair.substring(separator + 1), charset) : "";
				parameters.merge(name, new String[] { value }, FormBody::concat);
			}
			catch (IllegalArgumentException ex) {
				continue;
			}
		}
		return parameters;
	}

	private static String[] concat(String[] first, String[] second) {
		String[] all = new String[first.length + second.length];
		System.arraycopy(first, 0, all, 0, first.length);
		System.arraycopy(second, 0, all, first.length, second.length);
		return all;
	}

}

package dev.idempotency.web;

import java.net.URLDecoder;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
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
	 * @return the parameters; a pair without a name or that cannot be decoded is left
	 * out, as by the container
	 */
	static Map<String, String[]> parse(String body, Charset charset, Map<String, String[]> queryParameters) {
		Map<String, List<String>> values = new LinkedHashMap<>();
		queryParameters.forEach((name, all) -> values.put(name, new ArrayList<>(Arrays.asList(all))));
		StringTokenizer pairs = new StringTokenizer(body, "&");
		while (pairs.hasMoreTokens()) {
			add(values, pairs.nextToken(), charset);
		}
		Map<String, String[]> parameters = new LinkedHashMap<>();
		values.forEach((name, all) -> parameters.put(name, all.toArray(String[]::new)));
		return parameters;
	}

	private static void add(Map<String, List<String>> values, String pair, Charset charset) {
		int separator = pair.indexOf('=');
		if (separator == 0) {
			return;
		}
		try {
			String name = URLDecoder.decode((separator != -1) ? pair.substring(0, separator) : pair, charset);
			String value = (separator != -1) ? URLDecoder.decode(pair.substring(separator + 1), charset) : "";
			values.computeIfAbsent(name, (key) -> new ArrayList<>(1)).add(value);
		}
		catch (IllegalArgumentException ex) {
			// Left out
		}
	}

	/** Returns the number of characters of all names and values. */
	static long size(Map<String, String[]> parameters) {
		long size = 0;
		for (Map.Entry<String, String[]> parameter : parameters.entrySet()) {
			for (String value : parameter.getValue()) {
				size += parameter.getKey().length() + value.length();
			}
		}
		return size;
	}

}

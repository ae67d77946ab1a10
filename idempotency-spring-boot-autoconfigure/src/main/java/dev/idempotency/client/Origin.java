package dev.idempotency.client;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.util.PatternMatchUtils;

/**
 * The server that a URL leads to.
 *
 * @param scheme the scheme, in lower case
 * @param host the host, in lower case
 * @param port the port, also if it is the default of the scheme
 */
record Origin(String scheme, String host, int port) {

	/** Of hosts with an underscore, {@link URI} knows the authority only. */
	private static final Pattern AUTHORITY = Pattern.compile("(?:[^@]*@)?(.+?)(?::(\\d{1,5}))?");

	/**
	 * Returns the server that a URL leads to.
	 * @param url the URL
	 * @return the server, {@code null} if the URL names none
	 */
	static @Nullable Origin of(URI url) {
		Matcher authority = AUTHORITY.matcher(String.valueOf(url.getAuthority()));
		if (url.getScheme() == null || url.getAuthority() == null || !authority.matches()) {
			return null;
		}
		String scheme = url.getScheme().toLowerCase(Locale.ROOT);
		String port = authority.group(2);
		return new Origin(scheme, authority.group(1).toLowerCase(Locale.ROOT),
				(port != null) ? Integer.parseInt(port) : defaultPort(scheme));
	}

	/** Host and port, the port unless it is the default of the scheme. */
	String name() {
		return (this.port == defaultPort(this.scheme)) ? this.host : this.host + ":" + this.port;
	}

	boolean matches(List<String> patterns) {
		return patterns.stream()
			.anyMatch((pattern) -> PatternMatchUtils.simpleMatch(pattern, this.host)
					|| PatternMatchUtils.simpleMatch(pattern, this.host + ":" + this.port));
	}

	private static int defaultPort(String scheme) {
		return "https".equals(scheme) ? 443 : 80;
	}

}

package dev.idempotency.client;

import java.net.URI;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * Which redirections a request may follow with its key: those that keep method and body
 * and stay with the same server.
 */
final class Redirect {

	/** How many a request follows. */
	static final int LIMIT = 5;

	private static final int TEMPORARY = 307;

	private static final int PERMANENT = 308;

	private Redirect() {
	}

	/**
	 * Returns where a response leads.
	 * @param from the URL of the request
	 * @param status the status of the response
	 * @param headers the headers of the response
	 * @return the URL to repeat the request at, {@code null} if it may not be followed
	 */
	static @Nullable URI target(URI from, int status, HttpHeaders headers) {
		String location = headers.getFirst("Location");
		if ((status != TEMPORARY && status != PERMANENT) || location == null) {
			return null;
		}
		try {
			URI target = resolve(from, URI.create(location));
			Origin origin = Origin.of(from);
			return (origin != null && origin.equals(Origin.of(target))) ? target : null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	/** {@link URI} follows RFC 2396, where a query by itself leads to the folder. */
	private static URI resolve(URI from, URI location) {
		boolean queryOnly = !location.isAbsolute() && location.getRawAuthority() == null
				&& location.getRawPath().isEmpty();
		if (!queryOnly) {
			return from.resolve(location);
		}
		String query = (location.getRawQuery() != null) ? location.getRawQuery() : from.getRawQuery();
		return URI.create(from.getScheme() + "://" + from.getRawAuthority() + from.getRawPath()
				+ ((query != null) ? "?" + query : ""));
	}

}

package dev.idempotency.client;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import org.springframework.http.HttpMethod;

/**
 * A request with its key: what all of its attempts have in common.
 *
 * @param client the name of the server, for meters, logs and budgets
 * @param method the method of the request
 * @param uri the URL of the request
 * @param key the key of the request
 */
record Call(String client, HttpMethod method, URI uri, PinnedKey key) {

	/** The URL without what may be secret: user and query. */
	String target() {
		Origin origin = Origin.of(this.uri);
		String path = (this.uri.getRawPath() != null) ? this.uri.getRawPath() : "";
		return (origin != null) ? origin.scheme() + "://" + origin.host() + ":" + origin.port() + path : path;
	}

	/** The start of a digest of the key, which tells keys apart in logs. */
	String keyDigest() {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256")
				.digest(this.key.value().getBytes(StandardCharsets.UTF_8));
			return HexFormat.of().formatHex(digest, 0, 4);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

	@Override
	public String toString() {
		return this.method + " " + target();
	}

}

package dev.idempotency.client;

import java.net.URI;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;

import dev.idempotency.IdempotencyKey;

/**
 * Finds the key of a request: the caller's in the header, the one of a request attribute,
 * the one of the surrounding scope, otherwise a new one.
 *
 * @param settings which requests carry a key
 * @param generator makes new keys
 */
record RequestKeys(IdempotencyClientSettings settings, IdempotencyKeyGenerator generator) {

	/**
	 * Returns the key that the caller put into the header.
	 * @param headers the headers of the request
	 * @return the key, {@code null} if there is none
	 */
	@Nullable PinnedKey ofCaller(HttpHeaders headers) {
		String value = headers.getFirst(this.settings.headerName());
		return (value != null) ? new PinnedKey(KeyText.unquote(value)) : null;
	}

	/**
	 * Returns the key of a request without one.
	 * @param method the method of the request
	 * @param uri the URL of the request
	 * @param attribute the attribute {@link IdempotencyScope#ATTRIBUTE}
	 * @param scope the surrounding scope
	 * @return the key
	 */
	PinnedKey of(HttpMethod method, URI uri, @Nullable Object attribute, @Nullable IdempotencyScope scope) {
		if (attribute instanceof String key) {
			return new PinnedKey(new IdempotencyKey(key).value());
		}
		if (attribute instanceof IdempotencyKey key) {
			return new PinnedKey(key.value());
		}
		if (attribute instanceof IdempotencyScope given) {
			return given.keyOf(call(method, uri), this.generator);
		}
		if (attribute != null) {
			throw new IllegalArgumentException("The request attribute " + IdempotencyScope.ATTRIBUTE
					+ " must be a String, an IdempotencyKey or an IdempotencyScope, but is a "
					+ attribute.getClass().getName());
		}
		return (scope != null) ? scope.keyOf(call(method, uri), this.generator)
				: new PinnedKey(this.generator.generate().value());
	}

	/** Parts without spaces around a name, so that no two calls are written alike. */
	private String call(HttpMethod method, URI uri) {
		String call = method + " " + this.settings.clientName(uri) + " " + uri.getRawPath();
		return (uri.getRawQuery() != null) ? call + "?" + uri.getRawQuery() : call;
	}

	String headerValue(PinnedKey key) {
		return this.settings.keyFormat().write(key.value());
	}

}

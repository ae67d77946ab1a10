package dev.idempotency.client;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

import dev.idempotency.IdempotencyKey;

/**
 * What a response says about idempotency, for logs and support. The same for every API,
 * however it names its headers.
 *
 * @param key the key that the request carried
 * @param replayed whether this is the response to an earlier attempt once more
 * @since 0.1.0
 */
public record IdempotentResponse(String key, boolean replayed) {

	private static final String KEY = "Idempotency-Key";

	private static final String REPLAYED = "Idempotent-Replayed";

	/**
	 * Returns what the headers of a response say: those of a {@code ResponseEntity}, a
	 * {@code ClientResponse} or an exception such as {@code RestClientResponseException}.
	 * @param headers the headers as the client delivers them
	 * @return the key and the mark, {@code null} if the request had no key or no
	 * interceptor of ours
	 */
	public static @Nullable IdempotentResponse of(@Nullable HttpHeaders headers) {
		if (headers == null) {
			return null;
		}
		String key = headers.getFirst(KEY);
		return (key != null) ? new IdempotentResponse(KeyText.unquote(key), "true".equals(headers.getFirst(REPLAYED)))
				: null;
	}

	/**
	 * Returns the key as {@link IdempotencyScope#of} takes it.
	 * @return the key
	 * @throws IllegalArgumentException if the caller's key has characters that no key has
	 */
	public IdempotencyKey idempotencyKey() {
		return new IdempotencyKey(this.key);
	}

	/**
	 * Adds to the headers of a response what {@link #of} finds there.
	 * @param headers the headers, to be changed
	 * @param key the key that the request carried
	 * @param settings how the API marks replays
	 */
	static void mark(HttpHeaders headers, PinnedKey key, IdempotencyClientSettings settings) {
		String mark = headers.getFirst(settings.replayHeaderName());
		headers.set(KEY, KeyText.needsQuotes(key.value()) ? KeyText.quote(key.value()) : key.value());
		if ("true".equalsIgnoreCase(mark)) {
			headers.set(REPLAYED, "true");
		}
	}

}

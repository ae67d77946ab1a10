package dev.idempotency.client;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.util.Assert;
import org.springframework.util.PatternMatchUtils;

/**
 * Which requests carry a key, and how the API that they call wants it.
 *
 * @param methods the methods of requests with key
 * @param hosts patterns of the hosts that get keys, such as {@code *.example.com}, with
 * or without port
 * @param headerName the name of the request header that holds the key
 * @param keyFormat how the key stands in its header
 * @param replayHeaderName the name of the response header that marks replays
 * @param retry how calls are tried again, {@code null} if that is left to others
 * @since 0.1.0
 */
public record IdempotencyClientSettings(Set<HttpMethod> methods, List<String> hosts, String headerName,
		KeyFormat keyFormat, String replayHeaderName, @Nullable IdempotencyRetrySettings retry) {

	/**
	 * Creates settings.
	 * @param methods the methods of requests with key
	 * @param hosts patterns of the hosts that get keys, with or without port
	 * @param headerName the name of the request header
	 * @param keyFormat how a key is written
	 * @param replayHeaderName the name of the response header that marks replays
	 * @param retry how calls are tried again, {@code null} if that is left to others
	 */
	public IdempotencyClientSettings {
		methods = Set.copyOf(methods);
		hosts = hosts.stream().map((host) -> host.toLowerCase(Locale.ROOT)).toList();
	}

	/**
	 * Returns the settings for APIs that this library protects: {@code POST} and
	 * {@code PATCH} to any host, with a quoted {@code Idempotency-Key}.
	 * @return the default settings
	 */
	public static IdempotencyClientSettings defaults() {
		return new IdempotencyClientSettings(Set.of(HttpMethod.POST, HttpMethod.PATCH), List.of("*"), "Idempotency-Key",
				KeyFormat.QUOTED, "Idempotent-Replayed", null);
	}

	/**
	 * Returns these settings for other methods.
	 * @param newMethods the methods of requests with key
	 * @return changed settings
	 */
	public IdempotencyClientSettings withMethods(HttpMethod... newMethods) {
		return new IdempotencyClientSettings(Set.of(newMethods), this.hosts, this.headerName, this.keyFormat,
				this.replayHeaderName, this.retry);
	}

	/**
	 * Returns these settings for other hosts.
	 * @param newHosts patterns of the hosts that get keys
	 * @return changed settings
	 */
	public IdempotencyClientSettings withHosts(String... newHosts) {
		return new IdempotencyClientSettings(this.methods, List.of(newHosts), this.headerName, this.keyFormat,
				this.replayHeaderName, this.retry);
	}

	/**
	 * Returns these settings with another request header.
	 * @param newHeaderName the name of the header that holds the key
	 * @param newKeyFormat how the key stands in it
	 * @return changed settings
	 */
	public IdempotencyClientSettings withHeader(String newHeaderName, KeyFormat newKeyFormat) {
		return new IdempotencyClientSettings(this.methods, this.hosts, newHeaderName, newKeyFormat,
				this.replayHeaderName, this.retry);
	}

	/**
	 * Returns these settings with another mark of replays.
	 * @param newReplayHeaderName the name of the response header that marks replays
	 * @return changed settings
	 */
	public IdempotencyClientSettings withReplayHeader(String newReplayHeaderName) {
		return new IdempotencyClientSettings(this.methods, this.hosts, this.headerName, this.keyFormat,
				newReplayHeaderName, this.retry);
	}

	/**
	 * Returns these settings with attempts of their own.
	 * @param newRetry how calls are tried again; with blocking clients this needs
	 * {@code io.github.resilience4j:resilience4j-retry}
	 * @return changed settings
	 */
	public IdempotencyClientSettings withRetry(IdempotencyRetrySettings newRetry) {
		return new IdempotencyClientSettings(this.methods, this.hosts, this.headerName, this.keyFormat,
				this.replayHeaderName, newRetry);
	}

	boolean concern(HttpMethod method, URI uri) {
		Origin origin = this.methods.contains(method) ? Origin.of(uri) : null;
		return origin != null && this.hosts.stream()
			.anyMatch((pattern) -> PatternMatchUtils.simpleMatch(pattern, origin.host())
					|| PatternMatchUtils.simpleMatch(pattern, origin.host() + ":" + origin.port()));
	}

	/**
	 * How a key stands in its header.
	 */
	public enum KeyFormat {

		/**
		 * In quotes: a string of RFC 9651, which the standard for the header wants.
		 * Quotes and backslashes in the key are escaped.
		 */
		QUOTED {

			@Override
			String write(String key) {
				return KeyText.quote(key);
			}

		},

		/**
		 * By itself. For keys of visible ASCII characters other than {@code "},
		 * {@code ,}, {@code ;} and {@code \}; a request with another one is not sent.
		 */
		BARE {

			@Override
			String write(String key) {
				Assert.isTrue(!KeyText.needsQuotes(key),
						"The idempotency key has a character that it may have only in quotes, so the request was not sent."
								+ " Use another key, or the key format 'quoted' if the server reads it.");
				return key;
			}

		};

		abstract String write(String key);

	}

}

package dev.idempotency.client;

import java.net.URI;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.util.Assert;
import org.springframework.util.unit.DataSize;

/**
 * Which requests carry a key, and how the API that they call wants it. Made by
 * {@link #builder()}.
 *
 * @param methods the methods of requests with a key
 * @param hosts patterns of the hosts that get keys, such as {@code *.example.com}, with
 * or without port
 * @param headerName the name of the request header that holds the key
 * @param keyFormat how the key stands in its header
 * @param replayHeaderName the name of the response header that marks replays
 * @param names names of the servers that have several hosts or changing ones, with
 * patterns of these hosts; the others are named by their host
 * @param maxRequestSize the greatest size of the body of a request with a key, which is
 * held in memory
 * @param retry how calls are tried again, {@code null} if that is left to others
 * @since 0.1.0
 */
public record IdempotencyClientSettings(Set<HttpMethod> methods, List<String> hosts, String headerName,
		KeyFormat keyFormat, String replayHeaderName, Map<String, List<String>> names, DataSize maxRequestSize,
		@Nullable IdempotencyRetrySettings retry) {

	/**
	 * Creates settings.
	 * @param methods the methods of requests with a key
	 * @param hosts patterns of the hosts that get keys, with or without port
	 * @param headerName the name of the request header
	 * @param keyFormat how a key is written
	 * @param replayHeaderName the name of the response header that marks replays
	 * @param names names of servers, with patterns of their hosts
	 * @param maxRequestSize the greatest size of the body of a request with a key
	 * @param retry how calls are tried again, {@code null} if that is left to others
	 * @throws IllegalArgumentException if a value makes no sense
	 */
	public IdempotencyClientSettings {
		methods = Set.copyOf(methods);
		Assert.notEmpty(methods, "methods must be at least one, for example POST,PATCH");
		hosts = SettingsCheck.hosts("hosts", hosts);
		SettingsCheck.headerName("headerName", headerName, "Idempotency-Key");
		SettingsCheck.headerName("replayHeaderName", replayHeaderName, "Idempotent-Replayed");
		Assert.isTrue(!maxRequestSize.isNegative(), "maxRequestSize must not be negative, for example 64MB");
		Map<String, List<String>> checked = new LinkedHashMap<>();
		names.forEach((name, patterns) -> checked.put(name, SettingsCheck.hosts("names", patterns)));
		names = Collections.unmodifiableMap(checked);
	}

	/**
	 * Returns the settings for APIs that this library protects: {@code POST} and
	 * {@code PATCH} to any host, with a quoted {@code Idempotency-Key}.
	 * @return the default settings
	 */
	public static IdempotencyClientSettings defaults() {
		return builder().build();
	}

	/**
	 * Returns a builder of settings, which begins with the {@linkplain #defaults()
	 * defaults}.
	 * @return a new builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * Returns a builder that begins with these settings.
	 * @return a new builder
	 */
	public Builder toBuilder() {
		Builder builder = builder().methods(this.methods)
			.hosts(this.hosts)
			.header(this.headerName, this.keyFormat)
			.replayHeader(this.replayHeaderName)
			.maxRequestSize(this.maxRequestSize)
			.retry(this.retry);
		this.names.forEach(builder::name);
		return builder;
	}

	/**
	 * Returns these settings for other methods.
	 * @param newMethods the methods of requests with a key
	 * @return changed settings
	 */
	public IdempotencyClientSettings withMethods(HttpMethod... newMethods) {
		return toBuilder().methods(Set.of(newMethods)).build();
	}

	/**
	 * Returns these settings for other hosts.
	 * @param newHosts patterns of the hosts that get keys
	 * @return changed settings
	 */
	public IdempotencyClientSettings withHosts(String... newHosts) {
		return toBuilder().hosts(List.of(newHosts)).build();
	}

	/**
	 * Returns these settings with another request header.
	 * @param newHeaderName the name of the header that holds the key
	 * @param newKeyFormat how the key stands in it
	 * @return changed settings
	 */
	public IdempotencyClientSettings withHeader(String newHeaderName, KeyFormat newKeyFormat) {
		return toBuilder().header(newHeaderName, newKeyFormat).build();
	}

	/**
	 * Returns these settings with another mark of replays.
	 * @param newReplayHeaderName the name of the response header that marks replays
	 * @return changed settings
	 */
	public IdempotencyClientSettings withReplayHeader(String newReplayHeaderName) {
		return toBuilder().replayHeader(newReplayHeaderName).build();
	}

	/**
	 * Returns these settings with attempts of their own.
	 * @param newRetry how calls are tried again; with blocking clients this needs
	 * {@code io.github.resilience4j:resilience4j-retry}
	 * @return changed settings
	 */
	public IdempotencyClientSettings withRetry(IdempotencyRetrySettings newRetry) {
		return toBuilder().retry(newRetry).build();
	}

	/**
	 * Refuses a request that is not to be held in memory.
	 * @return the exception to throw
	 */
	IllegalStateException tooLarge() {
		return new IllegalStateException("The request was not sent, because its body is larger than "
				+ this.maxRequestSize.toBytes() + " bytes, and the body of a request with an idempotency key is held in"
				+ " memory. Raise 'idempotency.client.max-request-size', or leave the host or the method out of"
				+ " 'idempotency.client.hosts' or 'idempotency.client.methods'.");
	}

	boolean concern(HttpMethod method, URI uri) {
		Origin origin = this.methods.contains(method) ? Origin.of(uri) : null;
		return origin != null && origin.matches(this.hosts);
	}

	/**
	 * Returns the name of the server that a URL leads to, the same on each attempt.
	 * @param uri a URL with host
	 * @return the configured name, otherwise the host, with its port if that is not the
	 * default of the scheme
	 */
	String clientName(URI uri) {
		Origin origin = Origin.of(uri);
		if (origin == null) {
			throw new IllegalArgumentException("The URL has no host");
		}
		return this.names.entrySet()
			.stream()
			.filter((name) -> origin.matches(name.getValue()))
			.map(Map.Entry::getKey)
			.findFirst()
			.orElseGet(origin::name);
	}

	/**
	 * Builds settings, from the defaults on.
	 *
	 * @since 0.1.0
	 */
	public static final class Builder {

		private Set<HttpMethod> methods = Set.of(HttpMethod.POST, HttpMethod.PATCH);

		private List<String> hosts = List.of("*");

		private String headerName = "Idempotency-Key";

		private KeyFormat keyFormat = KeyFormat.QUOTED;

		private String replayHeaderName = "Idempotent-Replayed";

		private final Map<String, List<String>> names = new LinkedHashMap<>();

		private DataSize maxRequestSize = DataSize.ofMegabytes(64);

		private @Nullable IdempotencyRetrySettings retry;

		private Builder() {
		}

		/**
		 * Sets which requests carry a key.
		 * @param newMethods their methods
		 * @return this builder
		 */
		public Builder methods(Set<HttpMethod> newMethods) {
			this.methods = newMethods;
			return this;
		}

		/**
		 * Sets which hosts get keys.
		 * @param newHosts patterns such as {@code *.example.com}, with or without port
		 * @return this builder
		 */
		public Builder hosts(List<String> newHosts) {
			this.hosts = newHosts;
			return this;
		}

		/**
		 * Sets how a request carries its key.
		 * @param newHeaderName the name of the header
		 * @param newKeyFormat how the key stands in it
		 * @return this builder
		 */
		public Builder header(String newHeaderName, KeyFormat newKeyFormat) {
			this.headerName = newHeaderName;
			this.keyFormat = newKeyFormat;
			return this;
		}

		/**
		 * Sets how the server marks replays.
		 * @param newReplayHeaderName the name of the response header
		 * @return this builder
		 */
		public Builder replayHeader(String newReplayHeaderName) {
			this.replayHeaderName = newReplayHeaderName;
			return this;
		}

		/**
		 * Names a server whose host may be another one on the next attempt: the host
		 * tells calls apart within an {@link IdempotencyScope}.
		 * @param name the name of the server
		 * @param hosts patterns of its hosts, with or without port
		 * @return this builder
		 */
		public Builder name(String name, List<String> hosts) {
			this.names.put(name, hosts);
			return this;
		}

		/**
		 * Sets how large the body of a request with a key may be. A larger one is not
		 * sent.
		 * @param newMaxRequestSize the greatest size
		 * @return this builder
		 */
		public Builder maxRequestSize(DataSize newMaxRequestSize) {
			this.maxRequestSize = newMaxRequestSize;
			return this;
		}

		/**
		 * Sets how calls are tried again.
		 * @param newRetry how often and how long, {@code null} if that is left to others;
		 * with blocking clients this needs
		 * {@code io.github.resilience4j:resilience4j-retry}
		 * @return this builder
		 */
		public Builder retry(@Nullable IdempotencyRetrySettings newRetry) {
			this.retry = newRetry;
			return this;
		}

		/**
		 * Returns the settings.
		 * @return new settings
		 * @throws IllegalArgumentException if a value makes no sense
		 */
		public IdempotencyClientSettings build() {
			return new IdempotencyClientSettings(this.methods, this.hosts, this.headerName, this.keyFormat,
					this.replayHeaderName, this.names, this.maxRequestSize, this.retry);
		}

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

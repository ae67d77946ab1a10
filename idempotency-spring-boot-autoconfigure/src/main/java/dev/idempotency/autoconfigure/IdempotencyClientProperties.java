package dev.idempotency.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.http.HttpMethod;
import org.springframework.util.unit.DataSize;

import dev.idempotency.client.IdempotencyClientSettings;

/**
 * Configuration properties for calls of idempotent operations.
 *
 * @param applyTo Clients whose requests get keys: none, all that are built by Spring
 * Boot's builders, or the HTTP service groups (Spring Boot 4) with these names.
 * @param methods Methods of requests that carry a key.
 * @param hosts Patterns of the hosts whose requests get keys, such as *.example.com, with
 * or without a port.
 * @param headerName Name of the request header that holds the key.
 * @param keyFormat Form of the key in its header: a quoted string of RFC 9651, or the
 * bare value.
 * @param replayHeaderName Name of the response header that marks replays.
 * @param deriveKeys Whether requests that the handler of an idempotent operation sends
 * carry keys derived from the key and the content of the request that it handles.
 * @param names Patterns of the hosts of servers that have several or changing ones, by
 * the name of the server, such as payments=*.pay.example.com. The host, or this name,
 * tells the calls of an operation apart.
 * @param maxRequestSize Maximum size of the body of a request with a key, which is held
 * in memory. A larger one is not sent.
 * @param retry Retries of calls that were not answered.
 */
// @formatter:off
@ConfigurationProperties("idempotency.client")
record IdempotencyClientProperties(@DefaultValue("none") List<String> applyTo,
		@DefaultValue({ "POST", "PATCH" }) Set<HttpMethod> methods,
		@DefaultValue("*") List<String> hosts, @DefaultValue("Idempotency-Key") String headerName,
		@DefaultValue("quoted") IdempotencyClientSettings.KeyFormat keyFormat,
		@DefaultValue("Idempotent-Replayed") String replayHeaderName, @DefaultValue("false") boolean deriveKeys,
		@DefaultValue Map<String, List<String>> names, @DefaultValue("64MB") DataSize maxRequestSize,
		@DefaultValue Retry retry) {
	/**
	 * Further attempts of calls that were not answered.
	 *
	 * @param enabled Whether to retry calls with a key after I/O errors, 408, 425, 429, 500, 502, 503, 504 and a 409 that says that the first attempt is still running.
	 * @param maxAttempts Maximum number of attempts, including the first.
	 * @param maxDuration Maximum time between the first attempt and the start of the last one.
	 * @param serverTtl Time for which servers remember a key, from its first use. Attempts have to end before.
	 * @param initialInterval Pause after the first attempt.
	 * @param multiplier Factor by which each pause grows.
	 * @param maxInterval Maximum pause, unless the server asks for a longer one.
	 * @param jitter Random part of each pause, from 0 to 1.
	 * @param inFlightType Problem type of a 409 that says that the first attempt is still
	 * running.
	 * @param verdictHeaderName Name of a response header in which the server says whether to retry, such as Stripe-Should-Retry.
	 * @param budget Number of retry tokens per server. Each retry takes five, and each success gives some back. 0 for no limit.
	 * @param deadline Maximum time of a call, from its first attempt until the last response is read. No limit by default.
	 */
	record Retry(@DefaultValue("false") boolean enabled, @DefaultValue("5") int maxAttempts,
			@DefaultValue("1m") Duration maxDuration, @DefaultValue("24h") Duration serverTtl,
			@DefaultValue("500ms") Duration initialInterval, @DefaultValue("2.0") double multiplier,
			@DefaultValue("10s") Duration maxInterval, @DefaultValue("0.5") double jitter,
			@DefaultValue("urn:idempotency:problem:in-flight") String inFlightType,
			@Nullable String verdictHeaderName, @DefaultValue("500") int budget,
			@Nullable Duration deadline) {
	}

}
// @formatter:on

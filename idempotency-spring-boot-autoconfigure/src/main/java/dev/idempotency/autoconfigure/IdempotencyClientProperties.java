package dev.idempotency.autoconfigure;

import java.util.List;
import java.util.Set;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.http.HttpMethod;

import dev.idempotency.client.IdempotencyClientSettings;

/**
 * Configuration properties for calls of idempotent operations.
 *
 * @param methods Methods of requests that carry a key.
 * @param hosts Patterns of the hosts that get keys, such as *.example.com, with or
 * without port.
 * @param headerName Name of the request header that holds the key.
 * @param keyFormat Form of the key in its header: a quoted string of RFC 9651, or the
 * bare value.
 * @param replayHeaderName Name of the response header that marks replays.
 * @param deriveKeys Whether requests that the handler of an idempotent operation sends
 * carry keys derived from the key of the request that it handles.
 */
// @formatter:off
@ConfigurationProperties("idempotency.client")
record IdempotencyClientProperties(@DefaultValue({ "POST", "PATCH" }) Set<HttpMethod> methods,
		@DefaultValue("*") List<String> hosts, @DefaultValue("Idempotency-Key") String headerName,
		@DefaultValue("quoted") IdempotencyClientSettings.KeyFormat keyFormat,
		@DefaultValue("Idempotent-Replayed") String replayHeaderName, @DefaultValue("true") boolean deriveKeys) {

}
// @formatter:on

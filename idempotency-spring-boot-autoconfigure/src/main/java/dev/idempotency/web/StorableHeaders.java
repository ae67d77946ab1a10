package dev.idempotency.web;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Tells which response headers belong to the recorded response. The others belong to one
 * delivery of it, to its connection or to one client, or are credentials, and are
 * computed afresh on a replay.
 *
 * @since 0.1.0
 */
public final class StorableHeaders {

	/** What puts a body on its way. */
	private static final Set<String> FRAMING = Set.of("connection", "content-encoding", "content-length", "keep-alive",
			"te", "trailer", "transfer-encoding", "upgrade");

	private static final Set<String> EXCLUDED = Set.of(
			// one client
			"set-cookie", "set-cookie2", "cookie", "cookie2", "www-authenticate", "proxy-authenticate",
			"authentication-info", "proxy-authentication-info", "clear-site-data",
			// credentials
			"authorization", "proxy-authorization", "x-authorization", "x-auth", "auth-token", "x-auth-token",
			"access-token", "x-access-token", "refresh-token", "x-refresh-token", "id-token", "x-id-token",
			"x-session-token", "x-jwt", "x-jwt-assertion", "x-csrf-token", "csrf-token", "x-csrftoken", "x-xsrf-token",
			"xsrf-token", "x-api-key", "api-key", "apikey", "x-amz-security-token", "x-goog-iam-authorization-token",
			"x-vault-token",
			// one connection
			"proxy-connection", "alt-svc",
			// one delivery
			"date", "age", "via", "server", "server-timing", "vary",
			// security filters
			"strict-transport-security", "x-content-type-options", "x-frame-options", "x-xss-protection",
			"x-permitted-cross-domain-policies", "referrer-policy", "permissions-policy", "feature-policy", "expect-ct",
			"public-key-pins", "public-key-pins-report-only", "origin-agent-cluster", "report-to",
			"reporting-endpoints", "nel",
			// rate limits
			"x-rate-limit", "retry-after-ms",
			// tracing
			"traceparent", "tracestate", "traceresponse", "baggage", "b3", "x-request-id", "x-correlation-id",
			"x-trace-id", "x-span-id", "x-amzn-trace-id", "x-cloud-trace-context", "uber-trace-id", "sentry-trace");

	private static final List<String> EXCLUDED_PREFIXES = List.of("access-control-", "cross-origin-", "ratelimit",
			"x-ratelimit", "x-rate-limit-", "x-b3-");

	private final Set<String> excluded;

	private final List<String> moreExcluded;

	/**
	 * Creates the rule.
	 * @param moreExcluded names of headers to exclude beside the built-in ones
	 */
	public StorableHeaders(Collection<String> moreExcluded) {
		Set<String> names = new HashSet<>(EXCLUDED);
		names.addAll(FRAMING);
		moreExcluded.forEach((name) -> names.add(name.toLowerCase(Locale.ROOT)));
		this.excluded = Set.copyOf(names);
		this.moreExcluded = List.copyOf(moreExcluded);
	}

	/**
	 * Returns which headers are excluded beside the built-in ones.
	 * @return their names
	 */
	public List<String> moreExcluded() {
		return this.moreExcluded;
	}

	/**
	 * Returns whether a header is stored.
	 * @param headerName the name of the header, in any case
	 * @return {@code false} if a replay computes it afresh
	 */
	public boolean includes(String headerName) {
		String name = headerName.toLowerCase(Locale.ROOT);
		if (this.excluded.contains(name)) {
			return false;
		}
		for (String prefix : EXCLUDED_PREFIXES) {
			if (name.startsWith(prefix)) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Returns whether a header belongs to the way in which a body is transferred, so that
	 * it is wrong with another body, or for another client.
	 * @param headerName the name of the header, in any case
	 * @return {@code true} if whoever delivers a body sets it anew
	 */
	static boolean isFraming(String headerName) {
		return FRAMING.contains(headerName.toLowerCase(Locale.ROOT));
	}

}

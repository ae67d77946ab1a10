package dev.idempotency.web;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Tells which response headers belong to the recorded response. The others belong to one
 * delivery of it, to its connection or to one client, and are computed afresh on a
 * replay.
 *
 * @since 0.1.0
 */
public final class StorableHeaders {

	private static final Set<String> EXCLUDED = Set.of(
			// one client
			"set-cookie", "set-cookie2", "www-authenticate", "proxy-authenticate", "authentication-info",
			"proxy-authentication-info", "clear-site-data",
			// one connection
			"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "alt-svc",
			// one delivery
			"date", "age", "via", "server", "server-timing", "content-length", "content-encoding", "vary",
			// security filters
			"strict-transport-security", "content-security-policy", "content-security-policy-report-only",
			"x-content-type-options", "x-frame-options", "x-xss-protection", "x-permitted-cross-domain-policies",
			"referrer-policy", "permissions-policy", "feature-policy", "expect-ct", "public-key-pins",
			"public-key-pins-report-only", "origin-agent-cluster", "report-to", "reporting-endpoints", "nel",
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

}

package dev.idempotency.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.util.unit.DataSize;

import dev.idempotency.engine.AbandonedPolicy;
import dev.idempotency.engine.RepositoryFailurePolicy;
import dev.idempotency.web.KeyFormat;

/**
 * Settings of one operation; what is not set is as for all.
 *
 * @param headerName Name of the request header that holds the key.
 * @param key How a key must look.
 * @param fingerprint What tells a retry from another request under the same key.
 * @param ttl How long a recorded response is replayed, counted from the first claim by
 * the repository's clock. Wins over the annotation.
 * @param lease How long a claim survives a dead owner. It is renewed while the handler
 * runs.
 * @param waitTime How long a duplicate of a running request waits for its response before
 * it is refused with status 409.
 * @param abandoned What happens to a claim whose lease ran out: the next request takes it
 * over, or requests are refused until an operator has resolved it.
 * @param replay What is recorded and how a replay is marked.
 * @param maxRequestSize Largest body of a request with a key; a larger one is refused
 * with status 413.
 * @param maxResponseSize Largest body of a recorded response; a larger one is delivered
 * but cannot be replayed.
 * @param onRepositoryFailure What happens to a request when the repository is down: it is
 * refused with status 503, or runs unprotected.
 * @param problem How refusals are rendered.
 */
record OperationOverride(@Nullable String headerName, @Nullable Key key, @Nullable Fingerprint fingerprint,
		@Nullable Duration ttl, @Nullable Duration lease, @Name("wait") @Nullable Duration waitTime,
		@Nullable AbandonedPolicy abandoned, @Nullable Replay replay, @Nullable DataSize maxRequestSize,
		@Nullable DataSize maxResponseSize, @Nullable RepositoryFailurePolicy onRepositoryFailure,
		@Nullable Problem problem) {

	/**
	 * How a key must look.
	 *
	 * @param format Form of the key in its header: a quoted string of RFC 9651 or the
	 * bare value, or the quoted string only.
	 * @param maxLength Most characters of a key, after unquoting.
	 * @param pattern Regular expression that the key must match whole.
	 */
	record Key(@Nullable KeyFormat format, @Nullable Integer maxLength, @Nullable Pattern pattern) {
	}

	/**
	 * What tells a retry from another request under the same key.
	 *
	 * @param canonicalJson Whether JSON bodies that differ only in white space or in the
	 * order of members are the same.
	 */
	record Fingerprint(@Nullable Boolean canonicalJson) {
	}

	/**
	 * What is recorded and how a replay is marked.
	 *
	 * @param statuses Response statuses to record. A class such as 4xx does not include
	 * 401, 403, 408, 425 and 429; a status named in full is included.
	 * @param headerName Name of the response header that marks replays.
	 * @param excludedHeaders Names of response headers that are never stored, in addition
	 * to the built-in ones.
	 */
	record Replay(@Nullable List<String> statuses, @Nullable String headerName,
			@Nullable List<String> excludedHeaders) {
	}

	/**
	 * How refusals are rendered.
	 *
	 * @param typePrefix Start of the type of every problem.
	 */
	record Problem(@Nullable String typePrefix) {
	}

}

package dev.idempotency.test;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;

import dev.idempotency.web.StorableHeaders;

/**
 * Sends a request twice under one key and asserts that the second response is a replay of
 * the first, byte for byte. For any client; {@link MockMvcReplays} and
 * {@link WebTestClientReplays} are shorter for theirs.
 *
 * @since 0.1.0
 */
public final class ReplayCheck {

	private static final ReplayCheck DEFAULTS = new ReplayCheck("Idempotency-Key", "Idempotent-Replayed",
			new StorableHeaders(List.of()));

	private final String keyHeader;

	private final String replayHeader;

	private final StorableHeaders storableHeaders;

	ReplayCheck(String keyHeader, String replayHeader, StorableHeaders storableHeaders) {
		this.keyHeader = keyHeader;
		this.replayHeader = replayHeader;
		this.storableHeaders = storableHeaders;
	}

	/**
	 * Returns a check for an application with the default names of headers.
	 * @return the check
	 */
	public static ReplayCheck defaults() {
		return DEFAULTS;
	}

	/**
	 * Returns a check for an application, or an operation of it, with another
	 * {@code header-name}.
	 * @param name the name of the request header
	 * @return the check
	 */
	public ReplayCheck withKeyHeader(String name) {
		return new ReplayCheck(name, this.replayHeader, this.storableHeaders);
	}

	/**
	 * Returns a check for an application, or an operation of it, with another
	 * {@code replay.header-name}.
	 * @param name the name of the response header that marks replays
	 * @return the check
	 */
	public ReplayCheck withReplayHeader(String name) {
		return new ReplayCheck(this.keyHeader, name, this.storableHeaders);
	}

	/**
	 * Returns a check that does not compare some response headers, such as those of
	 * {@code idempotency.replay.excluded-headers} and those that a filter adds to each
	 * response. Headers that are never recorded, such as {@code Date} and
	 * {@code Set-Cookie}, are not compared anyway.
	 * @param names the names of the headers, in any case
	 * @return the check
	 */
	public ReplayCheck ignoringHeaders(String... names) {
		return new ReplayCheck(this.keyHeader, this.replayHeader, new StorableHeaders(
				Stream.concat(this.storableHeaders.moreExcluded().stream(), Arrays.stream(names)).toList()));
	}

	/**
	 * Returns the name of the request header for the key.
	 * @return the name
	 */
	public String keyHeader() {
		return this.keyHeader;
	}

	/**
	 * Returns the name of the response header that marks replays.
	 * @return the name
	 */
	public String replayHeader() {
		return this.replayHeader;
	}

	/**
	 * Sends a request twice and asserts that it ran once: the first response is no
	 * replay, the second one is, with the same status, body and headers.
	 * @param request sends the request with the given value of the key's header, the same
	 * both times, and returns the response
	 * @return the first response
	 * @throws AssertionError if it is not so
	 */
	public ResponseEntity<byte[]> assertReplayed(Function<String, ResponseEntity<byte[]>> request) {
		String key = newKey();
		ResponseEntity<byte[]> first = request.apply(key);
		ResponseEntity<byte[]> second = request.apply(key);
		assertReplay(Reply.of(first), Reply.of(second));
		return first;
	}

	/** A fresh key, in the form that every {@code idempotency.key.format} takes. */
	static String newKey() {
		return '"' + UUID.randomUUID().toString() + '"';
	}

	void assertReplay(Reply first, Reply second) {
		check(!isReplay(first), "The first response is a replay already: its key was used before", first, second);
		check(isReplay(second),
				"The second response is no replay, it has no header '" + this.replayHeader
						+ ": true'. A response is recorded if the handler method is annotated with @Idempotent, the"
						+ " status is one of 'idempotency.replay.statuses' and 'unless' is not true",
				first, second);
		check(first.status() == second.status(), "The statuses differ", first, second);
		check(headers(first).equals(headers(second)), "The headers differ", first, second);
		check(Arrays.equals(first.body(), second.body()), "The bodies differ", first, second);
	}

	private boolean isReplay(Reply reply) {
		return List.of("true").equals(reply.headers().get(this.replayHeader));
	}

	/** Those of them that a replay repeats. */
	private Map<String, List<String>> headers(Reply reply) {
		Map<String, List<String>> recorded = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		reply.headers().forEach((name, values) -> {
			if (this.storableHeaders.includes(name) && !name.equalsIgnoreCase(this.replayHeader)) {
				recorded.put(name, values);
			}
		});
		return recorded;
	}

	private void check(boolean condition, String failure, Reply first, Reply second) {
		if (!condition) {
			throw new AssertionError(failure + ".\nFirst:  " + describe(first) + "\nSecond: " + describe(second));
		}
	}

	private String describe(Reply reply) {
		return reply.status() + " " + (isReplay(reply) ? "(replay) " : "") + headers(reply) + " " + reply.text();
	}

	/**
	 * A response, whichever client got it.
	 *
	 * @param status its status
	 * @param headers its headers, by names in any case
	 * @param body its body, empty if it has none
	 */
	@SuppressWarnings("ArrayRecordComponent")
	record Reply(int status, Map<String, List<String>> headers, byte[] body) {

		private static final int SHOWN = 500;

		static Reply of(ResponseEntity<byte[]> response) {
			return of(response.getStatusCode().value(), response.getHeaders(), response.getBody());
		}

		static Reply of(int status, HttpHeaders headers, byte @Nullable [] body) {
			Map<String, List<String>> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
			headers.forEach((name, values) -> all.put(name, List.copyOf(values)));
			return new Reply(status, all, (body != null) ? body : new byte[0]);
		}

		String text() {
			String text = new String(this.body, StandardCharsets.UTF_8);
			return (text.length() > SHOWN) ? text.substring(0, SHOWN) + "..." : text;
		}

	}

}

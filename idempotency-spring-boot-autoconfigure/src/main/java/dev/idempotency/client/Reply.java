package dev.idempotency.client;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.json.JsonParseException;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;

/**
 * A response that arrived as a whole, judged.
 */
final class Reply {

	private static final Set<Integer> TRANSIENT = Set.of(408, 425, 429, 500, 502, 503, 504);

	private static final Set<Integer> FINAL = Set.of(400, 422);

	private static final String PROBLEM = "application/problem+json";

	private static final int CONFLICT = 409;

	/** Too early, too many requests. */
	private static final Set<Integer> REFUSALS = Set.of(425, 429);

	private final HttpStatusCode status;

	private final HttpHeaders headers;

	private final byte[] body;

	Reply(HttpStatusCode status, HttpHeaders headers, byte[] body) {
		this.status = status;
		this.headers = headers;
		this.body = body;
	}

	HttpStatusCode status() {
		return this.status;
	}

	HttpHeaders headers() {
		return this.headers;
	}

	byte[] body() {
		return this.body;
	}

	/**
	 * Returns whether the same request may get another response.
	 * @param settings what applies
	 * @param replayHeaderName the name of the header that marks replays, which are what
	 * every further attempt would get
	 */
	boolean callsForRetry(IdempotencyRetrySettings settings, String replayHeaderName) {
		int code = this.status.value();
		if (!this.status.isError() || FINAL.contains(code) || isReplay(replayHeaderName)) {
			return false;
		}
		String verdict = (settings.verdictHeaderName() != null) ? this.headers.getFirst(settings.verdictHeaderName())
				: null;
		if ("true".equalsIgnoreCase(verdict) || "false".equalsIgnoreCase(verdict)) {
			return Boolean.parseBoolean(verdict);
		}
		return TRANSIENT.contains(code) || isInFlight(settings);
	}

	/**
	 * Returns whether the server gave this response before.
	 * @param replayHeaderName the name of the header that marks replays
	 */
	boolean isReplay(String replayHeaderName) {
		return "true".equalsIgnoreCase(this.headers.getFirst(replayHeaderName));
	}

	/**
	 * Returns whether the server is still at work on an earlier attempt.
	 * @param settings how it says so
	 */
	boolean isInFlight(IdempotencyRetrySettings settings) {
		return this.status.value() == CONFLICT && settings.inFlightType().equals(problemType());
	}

	/** Whether the server certainly has not done anything. */
	boolean isRefusal() {
		return REFUSALS.contains(this.status.value());
	}

	private @Nullable Object problemType() {
		String contentType = this.headers.getFirst("Content-Type");
		if (contentType == null || !contentType.strip().regionMatches(true, 0, PROBLEM, 0, PROBLEM.length())) {
			return null;
		}
		try {
			Map<String, Object> problem = JsonParserFactory.getJsonParser()
				.parseMap(new String(this.body, StandardCharsets.UTF_8));
			return problem.get("type");
		}
		catch (JsonParseException ex) {
			return null;
		}
	}

}

package dev.idempotency.client;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
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

	private static final Set<Integer> TRANSIENT = Set.of(429, 500, 502, 503, 504);

	private static final Set<Integer> FINAL = Set.of(400, 422);

	private static final int CONFLICT = 409;

	private static final int TOO_MANY_REQUESTS = 429;

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
		if (!this.status.isError() || FINAL.contains(code)
				|| "true".equalsIgnoreCase(this.headers.getFirst(replayHeaderName))) {
			return false;
		}
		String verdict = (settings.verdictHeaderName() != null) ? this.headers.getFirst(settings.verdictHeaderName())
				: null;
		if ("true".equalsIgnoreCase(verdict) || "false".equalsIgnoreCase(verdict)) {
			return Boolean.parseBoolean(verdict);
		}
		return TRANSIENT.contains(code) || (code == CONFLICT && settings.inFlightType().equals(problemType()));
	}

	/** Whether the server certainly has not done anything. */
	boolean isRefusal() {
		return this.status.value() == TOO_MANY_REQUESTS;
	}

	private @Nullable Object problemType() {
		String contentType = this.headers.getFirst("Content-Type");
		if (contentType == null || !contentType.startsWith("application/problem+json")) {
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

	/**
	 * Returns after which time the server wants the next attempt: a date is compared with
	 * the server's own, for clocks differ.
	 * @return the time, {@code null} if it does not say
	 */
	@Nullable Duration retryAfter() {
		String value = this.headers.getFirst("Retry-After");
		if (value == null) {
			return null;
		}
		try {
			return value.strip().matches("[0-9]{1,9}") ? Duration.ofSeconds(Long.parseLong(value.strip()))
					: Duration.between(date(this.headers.getFirst("Date")), date(value));
		}
		catch (DateTimeException ex) {
			return null;
		}
	}

	private static ZonedDateTime date(@Nullable String value) {
		return ZonedDateTime.parse((value != null) ? value : "", DateTimeFormatter.RFC_1123_DATE_TIME);
	}

}

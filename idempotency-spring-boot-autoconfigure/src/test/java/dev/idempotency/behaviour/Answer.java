package dev.idempotency.behaviour;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a client received.
 */
final class Answer {

	private static final String PROBLEM = "urn:idempotency:problem:";

	/** Headers of one delivery, not of the response. */
	private static final Set<String> OF_ONE_DELIVERY = Set.of("date", "transfer-encoding", "content-length",
			"connection", "keep-alive", "vary", "idempotent-replayed");

	private final int status;

	private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

	private final byte[] body;

	Answer(int status, Map<String, List<String>> headers, byte[] body) {
		this.status = status;
		this.headers.putAll(headers);
		this.body = body;
	}

	int status() {
		return this.status;
	}

	/** The headers, by names in any case. */
	Map<String, List<String>> headers() {
		return this.headers;
	}

	byte[] body() {
		return this.body;
	}

	@Nullable String header(String name) {
		List<String> values = this.headers.get(name);
		return (values != null) ? String.join("|", values) : null;
	}

	String text() {
		return new String(this.body, StandardCharsets.UTF_8);
	}

	boolean isReplay() {
		return this.headers.containsKey("Idempotent-Replayed");
	}

	/** Asserts that this is a first response: no marker. */
	Answer assertFirst(int expectedStatus) {
		assertThat(this.status).as(text()).isEqualTo(expectedStatus);
		assertThat(this.headers).doesNotContainKey("Idempotent-Replayed");
		return this;
	}

	/** Asserts that this is the given response once more, marked as a replay. */
	Answer assertReplayOf(Answer first) {
		assertSameAs(first);
		assertThat(this.headers.get("Idempotent-Replayed")).containsExactly("true");
		return this;
	}

	/** Asserts that this response is the same as another one, be it a replay or not. */
	Answer assertSameAs(Answer other) {
		assertThat(this.status).as(text()).isEqualTo(other.status);
		assertThat(this.body).isEqualTo(other.body);
		assertThat(ofTheResponse()).isEqualTo(other.ofTheResponse());
		return this;
	}

	private Map<String, List<String>> ofTheResponse() {
		Map<String, List<String>> kept = new TreeMap<>(this.headers);
		kept.keySet().removeIf((name) -> OF_ONE_DELIVERY.contains(name.toLowerCase(Locale.ROOT)));
		return kept;
	}

	/** Asserts that this is a refusal of ours. */
	Answer assertProblem(int expectedStatus, String type) {
		assertThat(this.status).as(text()).isEqualTo(expectedStatus);
		assertThat(text()).contains("\"type\":\"" + PROBLEM + type + "\"").contains("\"status\":" + expectedStatus);
		assertThat(header("Content-Type")).isEqualTo("application/problem+json");
		assertThat(header("Cache-Control")).isEqualTo("no-store");
		assertThat(this.headers).doesNotContainKey("Idempotent-Replayed");
		return this;
	}

}

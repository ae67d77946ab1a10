package dev.idempotency.test;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.http.ResponseEntity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What passes for a replay.
 */
class ReplayCheckTests {

	private static final String MARKER = "Idempotent-Replayed";

	private final ReplayCheck check = ReplayCheck.defaults();

	@Test
	void theSameResponseWithTheMarker() {
		List<String> keys = new ArrayList<>();
		ResponseEntity<byte[]> first = response(201, "a", "Location", "/1", "Date", "now");
		Deque<ResponseEntity<byte[]>> responses = new ArrayDeque<>(
				List.of(first, response(201, "a", "location", "/1", MARKER, "true", "Date", "later")));
		ResponseEntity<byte[]> returned = this.check.assertReplayed((key) -> {
			keys.add(key);
			return responses.remove();
		});
		assertThat(returned).isSameAs(first);
		assertThat(keys).hasSize(2).allMatch(keys.get(0)::equals);
		assertThat(keys.get(0)).matches("\"[0-9a-f-]{36}\"");
	}

	@Test
	void aResponseWithoutBody() {
		assertReplayed(ResponseEntity.noContent().build(), ResponseEntity.noContent().header(MARKER, "true").build());
	}

	@Test
	void otherHeadersThatAreIgnored() {
		ReplayCheck ignoring = this.check.ignoringHeaders("X-Cost").ignoringHeaders("X-Node");
		Deque<ResponseEntity<byte[]>> responses = new ArrayDeque<>(List
			.of(response(200, "a", "X-Cost", "1", "X-Node", "1"), response(200, "a", MARKER, "true", "X-Node", "2")));
		assertThat(ignoring.assertReplayed((key) -> responses.remove())).isNotNull();
	}

	@Test
	void noMarker() {
		assertFailure("The second response is no replay", response(200, "a"), response(200, "a"));
		assertFailure("The second response is no replay", response(200, "a"), response(200, "a", MARKER, "false"));
	}

	@Test
	void aMarkerTooEarly() {
		assertFailure("The first response is a replay already", response(200, "a", MARKER, "true"),
				response(200, "a", MARKER, "true"));
	}

	@Test
	void anythingElseThatDiffers() {
		assertFailure("The statuses differ", response(201, "a"), response(200, "a", MARKER, "true"));
		assertFailure("The bodies differ", response(200, "a"), response(200, "b", MARKER, "true"));
		assertFailure("The headers differ", response(200, "a", "ETag", "1"),
				response(200, "a", "ETag", "2", MARKER, "true"));
		assertFailure("The headers differ", response(200, "a", "ETag", "1"), response(200, "a", MARKER, "true"));
		assertFailure("The headers differ", response(200, "a"), response(200, "a", "ETag", "1", MARKER, "true"));
	}

	private void assertReplayed(ResponseEntity<byte[]> first, ResponseEntity<byte[]> second) {
		Deque<ResponseEntity<byte[]>> responses = new ArrayDeque<>(List.of(first, second));
		assertThat(this.check.assertReplayed((key) -> responses.remove())).isSameAs(first);
	}

	private void assertFailure(String message, ResponseEntity<byte[]> first, ResponseEntity<byte[]> second) {
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> assertReplayed(first, second))
			.withMessageStartingWith(message)
			.withMessageContaining("First:  ")
			.withMessageContaining("Second: ");
	}

	private static ResponseEntity<byte[]> response(int status, String body, String... headers) {
		ResponseEntity.BodyBuilder response = ResponseEntity.status(status);
		for (int i = 0; i < headers.length; i += 2) {
			response.header(headers[i], headers[i + 1]);
		}
		return response.body(body.getBytes(StandardCharsets.UTF_8));
	}

}

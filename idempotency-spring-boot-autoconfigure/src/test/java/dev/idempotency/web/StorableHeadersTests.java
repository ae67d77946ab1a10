package dev.idempotency.web;

import java.util.List;
import java.util.Locale;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link StorableHeaders}.
 */
class StorableHeadersTests {

	private final StorableHeaders headers = new StorableHeaders(List.of());

	@ParameterizedTest
	@ValueSource(strings = { "Content-Length", "Content-Encoding", "Transfer-Encoding", "Connection", "Keep-Alive",
			"Trailer", "TE", "Upgrade" })
	void whatPutsABodyOnItsWayIsFraming(String name) {
		assertThat(StorableHeaders.isFraming(name)).isTrue();
		assertThat(StorableHeaders.isFraming(name.toUpperCase(Locale.ROOT))).isTrue();
		assertThat(this.headers.includes(name)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "Content-Type", "Content-Language", "Content-Range", "Vary", "Set-Cookie", "ETag" })
	void whatSaysSomethingOfTheBodyIsNot(String name) {
		assertThat(StorableHeaders.isFraming(name)).isFalse();
	}

}

package dev.idempotency.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.idempotency.engine.StoredResponse.Header;
import dev.idempotency.repository.UnreadableRecordException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ResponseCodec}.
 */
class ResponseCodecTests {

	private static final StoredResponse RESPONSE = new StoredResponse(201,
			List.of(new Header("Content-Type", "text/plain", true), new Header("X-Name", "Zoë", false),
					new Header("X-Empty", "", true)),
			ByteBuffer.wrap("body".getBytes(StandardCharsets.UTF_8)));

	@Test
	void decodesWhatItEncoded() {
		StoredResponse decoded = ResponseCodec.decode(201, ResponseCodec.encode(RESPONSE));
		assertThat(decoded).isEqualTo(RESPONSE);
	}

	@ParameterizedTest
	@ValueSource(ints = { 127, 128, 16_383, 16_384, 100_000 })
	void decodesHeadersOfAnyLength(int length) {
		StoredResponse response = new StoredResponse(200, List.of(new Header("X-Long", "x".repeat(length), false)),
				ByteBuffer.allocate(0));
		assertThat(ResponseCodec.decode(200, ResponseCodec.encode(response))).isEqualTo(response);
	}

	@Test
	void encodesTheSliceOfTheBodyBuffer() {
		byte[] buffer = "..body..".getBytes(StandardCharsets.UTF_8);
		StoredResponse response = new StoredResponse(200, List.of(), ByteBuffer.wrap(buffer, 2, 4));
		StoredResponse decoded = ResponseCodec.decode(200, ResponseCodec.encode(response));
		assertThat(StandardCharsets.UTF_8.decode(decoded.body()).toString()).isEqualTo("body");
	}

	@Test
	void refusesEveryTruncationBeforeTheBody() {
		byte[] encoded = ResponseCodec.encode(RESPONSE);
		for (int length = 0; length < encoded.length - "body".length(); length++) {
			byte[] truncated = Arrays.copyOf(encoded, length);
			assertThatExceptionOfType(UnreadableRecordException.class).as("%d bytes", length)
				.isThrownBy(() -> ResponseCodec.decode(201, truncated));
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { -1, 42, 100, 199, 600, 65_535 })
	@DisplayName("5.7 a status that no response has makes a record unreadable")
	void refusesImpossibleStatuses(int status) {
		byte[] encoded = ResponseCodec.encode(RESPONSE);
		assertThatExceptionOfType(UnreadableRecordException.class)
			.isThrownBy(() -> ResponseCodec.decode(status, encoded));
	}

	@ParameterizedTest
	@CsvSource({ "X-Name, 'a\rb'", "X-Name, 'a\nSet-Cookie: b'", "'X\r\nY', b", "'', b" })
	@DisplayName("5.7 a header that would not be one line makes a record unreadable")
	void refusesHeadersThatEndTheirLine(String name, String value) {
		byte[] encoded = ResponseCodec
			.encode(new StoredResponse(200, List.of(new Header(name, value, true)), ByteBuffer.allocate(0)));
		assertThatExceptionOfType(UnreadableRecordException.class).isThrownBy(() -> ResponseCodec.decode(200, encoded));
	}

	@Test
	void refusesAnUnknownVersion() {
		byte[] encoded = ResponseCodec.encode(RESPONSE);
		encoded[0] = 2;
		assertThatExceptionOfType(UnreadableRecordException.class).isThrownBy(() -> ResponseCodec.decode(201, encoded))
			.withMessageContaining("version 2");
	}

	@ParameterizedTest
	@ValueSource(bytes = { -1, 120 })
	void refusesAnImpossibleNumberOfHeaders(byte count) {
		byte[] encoded = new byte[12];
		Arrays.fill(encoded, count);
		encoded[0] = 1;
		assertThatExceptionOfType(UnreadableRecordException.class).isThrownBy(() -> ResponseCodec.decode(201, encoded));
	}

}

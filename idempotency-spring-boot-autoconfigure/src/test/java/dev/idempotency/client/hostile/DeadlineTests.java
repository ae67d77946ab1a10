package dev.idempotency.client.hostile;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.idempotency.client.IdempotencyClientSettings;
import dev.idempotency.client.IdempotencyRetrySettings;
import dev.idempotency.client.UnknownOutcomeException;
import dev.idempotency.client.hostile.Caller.Transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * A call takes no longer than it may, whatever the server does.
 */
@Timeout(40)
class DeadlineTests {

	private static final Duration LONG = Duration.ofHours(1);

	static Stream<Arguments> clients() {
		return Arrays.stream(Library.values())
			.flatMap((library) -> Stream.of(Caller.REST_CLIENT, Caller.WEB_CLIENT)
				.filter((caller) -> library != Library.SIMPLE || !caller.isReactive())
				.map((caller) -> Arguments.of(caller, library)));
	}

	@ParameterizedTest
	@MethodSource("clients")
	void endsASlowDrip(Caller caller, Library library) {
		assertEnds(caller, library, DeadlineTests::dripForMinutes, Duration.ofMillis(500));
	}

	@ParameterizedTest
	@MethodSource("clients")
	void allowsNoPauseBeyond(Caller caller, Library library) {
		assertEnds(caller, library, Fault.answer(500, "X-From: gateway", ""), Duration.ofMinutes(5));
	}

	private static void assertEnds(Caller caller, Library library, HostileServer.Behaviour behaviour,
			Duration deadline) {
		IdempotencyClientSettings settings = IdempotencyClientSettings.defaults()
			.withRetry(IdempotencyRetrySettings.builder()
				.maxDuration(LONG.multipliedBy(9))
				.maxInterval(LONG)
				.initialInterval(LONG)
				.deadline(deadline)
				.build());
		try (HostileServer server = new HostileServer(behaviour)) {
			UnknownOutcomeException ended = catchThrowableOfType(UnknownOutcomeException.class,
					() -> caller.orders(Transport.of(library, caller), settings).post(server.url(), "{}"));
			assertThat(ended.attempts()).isEqualTo(1);
			assertThat(ended.key()).isNotEmpty();
			assertThat(server.requests()).hasSizeLessThanOrEqualTo(1);
		}
	}

	private static void dripForMinutes(HostileServer.Connection connection) throws IOException {
		connection.read();
		connection.write("HTTP/1.1 201 Created\r\nContent-Length: 10000\r\n\r\n");
		for (int count = 0; count < 10_000 && connection.pause(50); count++) {
			connection.write("x");
		}
	}

}

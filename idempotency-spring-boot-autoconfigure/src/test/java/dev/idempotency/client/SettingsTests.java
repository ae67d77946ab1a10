package dev.idempotency.client;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import dev.idempotency.client.IdempotencyClientSettings.KeyFormat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Settings that are made in code.
 */
class SettingsTests {

	static Stream<Arguments> nonsense() {
		return Stream.of(refused("methods", () -> client().methods(Set.of()).build()),
				refused("hosts", () -> client().hosts(List.of()).build()),
				refused("hosts", () -> client().hosts(List.of(" ")).build()),
				refused("hosts", () -> client().hosts(List.of("https://example.com")).build()),
				refused("headerName", () -> client().header("a b", KeyFormat.BARE).build()),
				refused("replayHeaderName", () -> client().replayHeader("").build()),
				refused("names", () -> client().name("payments", List.of()).build()),
				refused("maxAttempts", () -> retry().maxAttempts(0).build()),
				refused("maxDuration", () -> retry().maxDuration(Duration.ZERO).build()),
				refused("initialInterval", () -> retry().initialInterval(Duration.ofMillis(-1)).build()),
				refused("maxInterval", () -> retry().maxInterval(Duration.ofMillis(1)).build()),
				refused("multiplier", () -> retry().multiplier(0.9).build()),
				refused("multiplier", () -> retry().multiplier(Double.NaN).build()),
				refused("deadline", () -> retry().deadline(Duration.ZERO).build()),
				refused("jitter", () -> retry().jitter(2).build()),
				refused("jitter", () -> retry().jitter(-0.1).build()),
				refused("inFlightType", () -> retry().inFlightType(" ").build()),
				refused("verdictHeaderName", () -> retry().verdictHeaderName("a:").build()),
				refused("maxAttempts", () -> IdempotencyRetrySettings.defaults().withLimits(0, Duration.ofDays(1))));
	}

	private static Arguments refused(String name, Supplier<Object> settings) {
		return Arguments.of(name, settings);
	}

	private static IdempotencyClientSettings.Builder client() {
		return IdempotencyClientSettings.builder();
	}

	private static IdempotencyRetrySettings.Builder retry() {
		return IdempotencyRetrySettings.builder();
	}

	@ParameterizedTest
	@MethodSource("nonsense")
	void whatMakesNoSenseIsRefusedWithWords(String name, Supplier<Object> settings) {
		assertThatIllegalArgumentException().isThrownBy(settings::get)
			.withMessageStartingWith(name + " must be")
			.withMessageContaining("for example");
	}

	@Test
	void aBuilderBeginsWhereItIsTold() {
		IdempotencyClientSettings all = client().hosts(List.of("a.example"))
			.header("X-Request-Id", KeyFormat.BARE)
			.replayHeader("X-Repeated")
			.name("payments", List.of("*.pay.example"))
			.retry(retry().maxAttempts(3)
				.maxDuration(Duration.ofSeconds(9))
				.initialInterval(Duration.ofSeconds(1))
				.multiplier(3)
				.maxInterval(Duration.ofSeconds(2))
				.jitter(0.1)
				.inFlightType("a:b")
				.verdictHeaderName("X-Again")
				.deadline(Duration.ofSeconds(8))
				.build())
			.build();
		assertThat(all.toBuilder().build()).isEqualTo(all).isNotEqualTo(IdempotencyClientSettings.defaults());
		assertThat(all.retry().toBuilder().build()).isEqualTo(all.retry());
	}

	@ParameterizedTest
	@CsvSource({ "https://API.example.com/x, api.example.com", "https://api.example.com:443, api.example.com",
			"http://api.example.com:8080/, api.example.com:8080", "http://eu.pay.example:8080, payments",
			"http://us.Pay.example/x, payments", "http://10.0.0.1:81, inventory", "http://10.0.0.1, 10.0.0.1" })
	void aServerIsNamedByItsHostUnlessItHasAName(URI url, String name) {
		assertThat(client().name("payments", List.of("*.PAY.example"))
			.name("inventory", List.of("10.0.0.*:81"))
			.build()
			.clientName(url)).isEqualTo(name);
	}

}

package dev.idempotency.client;

import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.retry.support.RetryTemplate;
import org.springframework.web.client.RestClient;
import reactor.core.publisher.Mono;

import dev.idempotency.behaviour.Store;
import dev.idempotency.behaviour.TestApplication;
import dev.idempotency.client.Client.Orders;
import dev.idempotency.client.FaultyProxy.Fault;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Retries that applications have already, around clients that do not try again
 * themselves: in a scope, and without one.
 */
@Timeout(60)
class OuterRetryTests {

	private static final String ORDER = "{\"item\":\"book\",\"quantity\":2}";

	private static final IdempotencyClientSettings SETTINGS = IdempotencyClientSettings.defaults();

	private final TestApplication application = TestApplication.shared(Store.MEMORY);

	private final String name = UUID.randomUUID().toString();

	private int runs() {
		return this.application.executions().count(this.name);
	}

	static Stream<Arguments> clientsAndLibraries() {
		return Stream.of(Client.values())
			.flatMap((client) -> Stream.of(Library.values()).map((library) -> Arguments.of(client, library)));
	}

	@ParameterizedTest
	@MethodSource("clientsAndLibraries")
	void aRetryWithinAScopeHasOneEffect(Client client, Library library) {
		try (FaultyProxy proxy = new FaultyProxy(this.application.port(), Fault.LOST_RESPONSE, Fault.RESET_RESPONSE)) {
			Orders orders = client.to(proxy.url(), SETTINGS);
			ResponseEntity<String> response = IdempotencyScope.create()
				.call(() -> library.retry(() -> orders.post("orders", this.name, ORDER)));
			assertThat(IdempotentResponse.of(response.getHeaders()).replayed()).isTrue();
			assertThat(proxy.keys()).hasSize(1);
			assertThat(proxy.requests()).hasSizeGreaterThanOrEqualTo(3);
			assertThat(runs()).isEqualTo(1);
		}
	}

	/** What the documentation warns of. */
	@ParameterizedTest
	@MethodSource("clientsAndLibraries")
	void aRetryWithoutScopeHasANewKeyPerAttempt(Client client, Library library) {
		try (FaultyProxy proxy = new FaultyProxy(this.application.port(), Fault.LOST_RESPONSE)) {
			Orders orders = client.to(proxy.url(), SETTINGS);
			library.retry(() -> orders.post("orders", this.name, ORDER));
			assertThat(proxy.keys()).hasSize(2);
			assertThat(runs()).isEqualTo(2);
		}
	}

	/** What the documentation tells. */
	@Test
	void apachesClientTriesAgainByItselfUnderTheSameKey() {
		try (FaultyProxy proxy = new FaultyProxy(this.application.port(), Fault.UNAVAILABLE)) {
			RestClient client = Client.restClient(proxy.url(), SETTINGS)
				.mutate()
				.requestFactory(new HttpComponentsClientHttpRequestFactory())
				.build();
			client.post()
				.uri("/orders")
				.header("X-Case", this.name)
				.contentType(MediaType.APPLICATION_JSON)
				.body(ORDER)
				.retrieve()
				.toBodilessEntity();
			assertThat(proxy.requests()).hasSize(2);
			assertThat(proxy.keys()).hasSize(1);
		}
	}

	@Test
	void reactorsRetryNeedsNoScope() {
		try (FaultyProxy proxy = new FaultyProxy(this.application.port(), Fault.LOST_RESPONSE, Fault.RESET_RESPONSE)) {
			Mono<ResponseEntity<String>> order = Client.webClient(proxy.url(), SETTINGS)
				.post()
				.uri("/orders")
				.header("X-Case", this.name)
				.header("Content-Type", "application/json")
				.bodyValue(ORDER)
				.retrieve()
				.toEntity(String.class);
			assertThat(order.retryWhen(reactor.util.retry.Retry.backoff(4, Duration.ofMillis(5))).block().getBody())
				.contains("book");
			assertThat(proxy.keys()).hasSize(1);
			assertThat(runs()).isEqualTo(1);
		}
	}

	/**
	 * The libraries that applications use on Spring Framework 6.
	 */
	enum Library {

		RESILIENCE4J {

			@Override
			<T> T retry(Supplier<T> call) {
				return Retry
					.of("orders", RetryConfig.custom().maxAttempts(5).waitDuration(Duration.ofMillis(5)).build())
					.executeSupplier(call);
			}

		},

		SPRING_RETRY {

			@Override
			<T> T retry(Supplier<T> call) {
				return RetryTemplate.builder()
					.maxAttempts(5)
					.fixedBackoff(Duration.ofMillis(5))
					.build()
					.execute((context) -> call.get());
			}

		};

		abstract <T> T retry(Supplier<T> call);

	}

}

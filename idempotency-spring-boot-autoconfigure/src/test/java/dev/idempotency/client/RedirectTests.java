package dev.idempotency.client;

import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.ClientHttpRequestFactorySettings;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;

import dev.idempotency.behaviour.Store;
import dev.idempotency.behaviour.TestApplication;
import dev.idempotency.client.FaultyProxy.Fault;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where a key goes when the server sends the request elsewhere.
 */
class RedirectTests {

	private static final String ORDER = "{\"item\":\"book\",\"quantity\":2}";

	private static final IdempotencyClientSettings SETTINGS = IdempotencyClientSettings.defaults();

	private final TestApplication application = TestApplication.shared(Store.MEMORY);

	private final String name = UUID.randomUUID().toString();

	private int runs() {
		return this.application.executions().count(this.name);
	}

	@ParameterizedTest
	@EnumSource
	void theSameServerGetsTheSameRequestWithItsKey(Client client) {
		for (String status : List.of("307 Temporary Redirect", "308 Permanent Redirect")) {
			try (FaultyProxy proxy = new FaultyProxy(this.application.port(),
					Fault.answer(status, "Location: /orders?a=b"))) {
				ResponseEntity<String> response = client.to(proxy.url(), SETTINGS).post("instant", this.name, ORDER);
				assertThat(response.getBody()).contains("book");
				assertThat(proxy.requests()).hasSize(2);
				assertThat(proxy.requests().get(1)).startsWith("POST /orders?a=b ").endsWith(ORDER);
				assertThat(proxy.keys())
					.containsExactly("\"" + IdempotentResponse.of(response.getHeaders()).key() + "\"");
			}
		}
		assertThat(runs()).isEqualTo(2);
	}

	@ParameterizedTest
	@EnumSource
	void anotherServerGetsNothing(Client client) {
		try (FaultyProxy other = new FaultyProxy(this.application.port());
				FaultyProxy proxy = new FaultyProxy(this.application.port(),
						Fault.answer("307 Temporary Redirect", "Location: " + other.url() + "/orders"))) {
			ResponseEntity<String> response = client.to(proxy.url(), SETTINGS).post("orders", this.name, ORDER);
			assertThat(response.getStatusCode().value()).isEqualTo(307);
			assertThat(response.getHeaders().getFirst("Location")).isEqualTo(other.url() + "/orders");
			assertThat(other.requests()).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "REST_CLIENT", "WEB_CLIENT" })
	void neitherOtherRedirectionsNorEndlessOnesAreFollowed(Client client) {
		Fault circle = Fault.answer("307 Temporary Redirect", "Location: /orders");
		try (FaultyProxy proxy = new FaultyProxy(this.application.port(),
				Fault.answer("303 See Other", "Location: /orders"),
				Fault.answer("307 Temporary Redirect", "Location: http://%"), circle, circle, circle, circle, circle,
				circle)) {
			for (int status : new int[] { 303, 307, 307 }) {
				assertThat(client.to(proxy.url(), SETTINGS).post("orders", this.name, ORDER).getStatusCode().value())
					.isEqualTo(status);
			}
			assertThat(proxy.requests()).hasSize(8);
		}
	}

	static Stream<Arguments> libraries() {
		return Stream.of(Arguments.of("JDK", ClientHttpRequestFactoryBuilder.jdk(), true),
				Arguments.of("Apache", ClientHttpRequestFactoryBuilder.httpComponents(), true),
				Arguments.of("Reactor Netty", ClientHttpRequestFactoryBuilder.reactor(), true),
				Arguments.of("HttpURLConnection", ClientHttpRequestFactoryBuilder.simple(), false));
	}

	/** What the documentation warns of. */
	@ParameterizedTest(name = "{0}")
	@MethodSource("libraries")
	void librariesThatFollowByThemselvesTakeTheKeyAlong(String library, ClientHttpRequestFactoryBuilder<?> builder,
			boolean follows) {
		assertThat(keysAtAnotherServer(builder, ClientHttpRequestFactorySettings.defaults())).hasSize(follows ? 1 : 0);
		assertThat(keysAtAnotherServer(builder, ClientHttpRequestFactorySettings.defaults()
			.withRedirects(ClientHttpRequestFactorySettings.Redirects.DONT_FOLLOW))).isEmpty();
	}

	private List<String> keysAtAnotherServer(ClientHttpRequestFactoryBuilder<?> builder,
			ClientHttpRequestFactorySettings settings) {
		try (FaultyProxy other = new FaultyProxy(this.application.port());
				FaultyProxy proxy = new FaultyProxy(this.application.port(),
						Fault.answer("307 Temporary Redirect", "Location: " + other.url() + "/orders"))) {
			RestClient.builder()
				.requestFactory(builder.build(settings))
				.requestInterceptor(new IdempotencyKeyInterceptor(SETTINGS, IdempotencyKeyGenerator.randomUuid()))
				.build()
				.post()
				.uri(proxy.url() + "/orders")
				.header("X-Case", this.name)
				.contentType(MediaType.APPLICATION_JSON)
				.body(ORDER)
				.retrieve()
				.toEntity(String.class);
			assertThat(proxy.keys()).hasSize(1);
			return other.keys();
		}
	}

}

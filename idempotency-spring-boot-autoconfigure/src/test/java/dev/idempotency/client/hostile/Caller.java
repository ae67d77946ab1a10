package dev.idempotency.client.hostile;

import java.net.URI;

import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.support.WebClientAdapter;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.annotation.PostExchange;
import org.springframework.web.service.invoker.HttpExchangeAdapter;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

import dev.idempotency.client.IdempotencyClientSettings;
import dev.idempotency.client.IdempotencyKeyFilter;
import dev.idempotency.client.IdempotencyKeyGenerator;
import dev.idempotency.client.IdempotencyKeyInterceptor;

/**
 * The clients of Spring on each library: a way to post an order.
 */
enum Caller {

	/** By its fluent methods. */
	REST_CLIENT {

		@Override
		Orders orders(Transport transport, IdempotencyClientSettings settings) {
			RestClient client = restClient(transport, settings);
			return (url, order) -> client.post()
				.uri(url + "/orders")
				.contentType(MediaType.APPLICATION_JSON)
				.body(order)
				.retrieve()
				.toEntity(String.class);
		}

	},

	/** The old one. */
	REST_TEMPLATE {

		@Override
		Orders orders(Transport transport, IdempotencyClientSettings settings) {
			RestTemplate client = new RestTemplate(transport.requestFactory());
			client.getInterceptors().add(new IdempotencyKeyInterceptor(settings, IdempotencyKeyGenerator.randomUuid()));
			HttpHeaders headers = new HttpHeaders();
			headers.setContentType(MediaType.APPLICATION_JSON);
			return (url, order) -> client.exchange(url + "/orders", HttpMethod.POST, new HttpEntity<>(order, headers),
					String.class);
		}

	},

	/** An HTTP interface on a RestClient. */
	HTTP_INTERFACE {

		@Override
		Orders orders(Transport transport, IdempotencyClientSettings settings) {
			return service(RestClientAdapter.create(restClient(transport, settings)));
		}

	},

	/** Asynchronous, waited for. */
	WEB_CLIENT {

		@Override
		Orders orders(Transport transport, IdempotencyClientSettings settings) {
			WebClient client = webClient(transport, settings);
			return (url, order) -> client.post()
				.uri(url + "/orders")
				.contentType(MediaType.APPLICATION_JSON)
				.bodyValue(order)
				.retrieve()
				.toEntity(String.class)
				.block();
		}

	},

	/** An HTTP interface on a WebClient. */
	REACTIVE_HTTP_INTERFACE {

		@Override
		Orders orders(Transport transport, IdempotencyClientSettings settings) {
			return service(WebClientAdapter.create(webClient(transport, settings)));
		}

	};

	/** Whether it sits on a {@code WebClient}. */
	boolean isReactive() {
		return this == WEB_CLIENT || this == REACTIVE_HTTP_INTERFACE;
	}

	abstract Orders orders(Transport transport, IdempotencyClientSettings settings);

	private static RestClient restClient(Transport transport, IdempotencyClientSettings settings) {
		return RestClient.builder()
			.requestFactory(transport.requestFactory())
			.requestInterceptor(new IdempotencyKeyInterceptor(settings, IdempotencyKeyGenerator.randomUuid()))
			.build();
	}

	private static WebClient webClient(Transport transport, IdempotencyClientSettings settings) {
		return WebClient.builder()
			.clientConnector(transport.connector())
			.apply(new IdempotencyKeyFilter(settings, IdempotencyKeyGenerator.randomUuid())::customize)
			.build();
	}

	private static Orders service(HttpExchangeAdapter adapter) {
		Service service = HttpServiceProxyFactory.builderFor(adapter).build().createClient(Service.class);
		return (url, order) -> service.post(URI.create(url + "/orders"), order);
	}

	/**
	 * A library as clients use it, one of the two.
	 *
	 * @param requestFactory for blocking clients
	 * @param connector for reactive ones
	 */
	record Transport(ClientHttpRequestFactory requestFactory, ClientHttpConnector connector) {

		/** What a client needs of a library. */
		static Transport of(Library library, Caller caller) {
			return caller.isReactive() ? new Transport(null, library.connector())
					: new Transport(library.requestFactory(), null);
		}

	}

	/**
	 * Posts an order.
	 */
	@FunctionalInterface
	interface Orders {

		ResponseEntity<String> post(String url, String order);

	}

	/**
	 * The HTTP interface.
	 */
	@HttpExchange(contentType = "application/json")
	interface Service {

		@PostExchange
		ResponseEntity<String> post(URI url, @RequestBody String order);

	}

}

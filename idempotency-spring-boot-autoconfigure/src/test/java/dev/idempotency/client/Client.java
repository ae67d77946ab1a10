package dev.idempotency.client;

import java.net.http.HttpClient;
import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.client.support.RestTemplateAdapter;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.support.WebClientAdapter;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.annotation.PostExchange;
import org.springframework.web.service.invoker.HttpExchangeAdapter;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;
import org.springframework.web.util.DefaultUriBuilderFactory;

/**
 * The ways in which Spring applications call others.
 */
enum Client {

	/** By its fluent methods. */
	REST_CLIENT {

		@Override
		Orders to(String url, IdempotencyClientSettings settings) {
			RestClient client = restClient(url, settings);
			return (path, name, body) -> client.post()
				.uri("/{path}", path)
				.header("X-Case", name)
				.contentType(MediaType.APPLICATION_JSON)
				.body(body)
				.retrieve()
				.toEntity(String.class);
		}

	},

	/** The old one. */
	REST_TEMPLATE {

		@Override
		Orders to(String url, IdempotencyClientSettings settings) {
			return service(RestTemplateAdapter.create(restTemplate(url, settings)));
		}

	},

	/** Asynchronous, waited for. */
	WEB_CLIENT {

		@Override
		Orders to(String url, IdempotencyClientSettings settings) {
			WebClient client = webClient(url, settings);
			return (path, name, body) -> client.post()
				.uri("/{path}", path)
				.header("X-Case", name)
				.contentType(MediaType.APPLICATION_JSON)
				.bodyValue(body)
				.retrieve()
				.toEntity(String.class)
				.block();
		}

	},

	/** An HTTP interface on a RestClient. */
	HTTP_INTERFACE {

		@Override
		Orders to(String url, IdempotencyClientSettings settings) {
			return service(RestClientAdapter.create(restClient(url, settings)));
		}

	},

	/** An HTTP interface on a WebClient. */
	REACTIVE_HTTP_INTERFACE {

		@Override
		Orders to(String url, IdempotencyClientSettings settings) {
			return service(WebClientAdapter.create(webClient(url, settings)));
		}

	};

	/**
	 * Longer than the application takes, and shorter than a proxy may delay an answer.
	 */
	static final Duration READ_TIMEOUT = Duration.ofSeconds(3);

	/**
	 * Returns a client.
	 * @param url where the server is
	 * @param settings which requests carry a key
	 * @return what sends requests
	 */
	abstract Orders to(String url, IdempotencyClientSettings settings);

	static RestClient restClient(String url, IdempotencyClientSettings settings) {
		return RestClient.builder()
			.baseUrl(url)
			.requestFactory(requestFactory(settings))
			.requestInterceptor(new IdempotencyKeyInterceptor(settings, IdempotencyKeyGenerator.randomUuid()))
			.build();
	}

	static RestTemplate restTemplate(String url, IdempotencyClientSettings settings) {
		RestTemplate template = new RestTemplate(requestFactory(settings));
		template.setUriTemplateHandler(new DefaultUriBuilderFactory(url));
		template.getInterceptors().add(new IdempotencyKeyInterceptor(settings, IdempotencyKeyGenerator.randomUuid()));
		return template;
	}

	static WebClient webClient(String url, IdempotencyClientSettings settings) {
		return WebClient.builder()
			.baseUrl(url)
			.clientConnector(new ReactorClientHttpConnector(
					reactor.netty.http.client.HttpClient.create().responseTimeout(readTimeout(settings))))
			.apply(new IdempotencyKeyFilter(settings, IdempotencyKeyGenerator.randomUuid())::customize)
			.build();
	}

	static Service service(HttpExchangeAdapter adapter) {
		return HttpServiceProxyFactory.builderFor(adapter).build().createClient(Service.class);
	}

	private static Duration readTimeout(IdempotencyClientSettings settings) {
		return (settings.retry() != null) ? READ_TIMEOUT : Duration.ofSeconds(30);
	}

	private static JdkClientHttpRequestFactory requestFactory(IdempotencyClientSettings settings) {
		JdkClientHttpRequestFactory factory = new JdkClientHttpRequestFactory(
				HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build());
		factory.setReadTimeout(readTimeout(settings));
		return factory;
	}

	/**
	 * Sends requests.
	 */
	@FunctionalInterface
	interface Orders {

		ResponseEntity<String> post(String path, String name, String body);

	}

	/**
	 * The HTTP interface.
	 */
	@HttpExchange(contentType = "application/json")
	interface Service extends Orders {

		@Override
		@PostExchange("/{path}")
		ResponseEntity<String> post(@PathVariable String path, @RequestHeader("X-Case") String name,
				@RequestBody String body);

		@PostExchange("/orders")
		ResponseEntity<String> postWithHeader(@RequestHeader("Idempotency-Key") @Nullable String key,
				@RequestHeader("X-Case") String name, @RequestBody String body);

		@PostExchange("/orders")
		ResponseEntity<String> postWithAttribute(@RequestAttribute(IdempotencyScope.ATTRIBUTE) IdempotencyScope scope,
				@RequestHeader("X-Case") String name, @RequestBody String body);

	}

}

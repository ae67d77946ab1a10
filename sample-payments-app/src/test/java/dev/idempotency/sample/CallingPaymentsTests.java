package dev.idempotency.sample;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryTemplate;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.web.bind.annotation.RequestBody;
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

import dev.idempotency.client.IdempotencyClientSettings;
import dev.idempotency.client.IdempotencyKeyFilter;
import dev.idempotency.client.IdempotencyKeyGenerator;
import dev.idempotency.client.IdempotencyKeyInterceptor;
import dev.idempotency.client.IdempotencyRetrySettings;
import dev.idempotency.client.IdempotencyScope;
import dev.idempotency.client.IdempotentResponse;
import dev.idempotency.sample.LossyProxy.Fault;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One payment, whatever gets lost: the clients and retries of the current Spring
 * generation, against the running sample.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class CallingPaymentsTests {

	private final int port;

	private final IdempotencyKeyInterceptor interceptor;

	private final IdempotencyKeyFilter filter;

	private final PaymentGateway gateway;

	private final String reference = UUID.randomUUID().toString();

	@Autowired
	CallingPaymentsTests(@LocalServerPort int port, IdempotencyKeyInterceptor interceptor, IdempotencyKeyFilter filter,
			PaymentGateway gateway) {
		this.port = port;
		this.interceptor = interceptor;
		this.filter = filter;
		this.gateway = gateway;
	}

	@ParameterizedTest
	@EnumSource
	void aRetryWithinAScopeMakesOnePayment(Client client) {
		Map<String, Function<Supplier<ResponseEntity<String>>, ResponseEntity<String>>> retries = new LinkedHashMap<>();
		retries.put("RetryTemplate of Spring Framework", CallingPaymentsTests::retryWithTemplate);
		retries.put("@Retryable of Spring Framework", this.gateway::pay);
		retries.put("Resilience4j", CallingPaymentsTests::retryWithResilience4j);
		retries.put("Spring Retry", CallingPaymentsTests::retryWithSpringRetry);
		retries.forEach((name, retry) -> {
			String payment = payment(name);
			try (LossyProxy proxy = new LossyProxy(this.port, Fault.LOST_RESPONSE, Fault.UNAVAILABLE,
					Fault.LOST_RESPONSE)) {
				Payments payments = client.payments(proxy.url(), this.interceptor, this.filter);
				IdempotencyScope scope = IdempotencyScope.create();
				ResponseEntity<String> response = scope.call(() -> retry.apply(() -> payments.pay(payment)));
				assertThat(IdempotentResponse.of(response.getHeaders())).as(name)
					.isEqualTo(new IdempotentResponse(scope.key().value(), true));
				assertThat(proxy.keys()).as(name).hasSize(4).containsOnly("\"" + scope.key().value() + "\"");
			}
			assertThat(paymentsWithReference(name)).as(name).isEqualTo(1);
		});
	}

	@ParameterizedTest
	@EnumSource
	void theClientsOwnRetryMakesOnePayment(Client client) {
		IdempotencyClientSettings settings = IdempotencyClientSettings.defaults()
			.withRetry(IdempotencyRetrySettings.defaults().withIntervals(Duration.ofMillis(5), Duration.ofMillis(10)));
		IdempotencyKeyGenerator generator = IdempotencyKeyGenerator.randomUuid();
		try (LossyProxy proxy = new LossyProxy(this.port, Fault.LOST_RESPONSE, Fault.UNAVAILABLE,
				Fault.LOST_RESPONSE)) {
			ResponseEntity<String> response = client
				.payments(proxy.url(), new IdempotencyKeyInterceptor(settings, generator),
						new IdempotencyKeyFilter(settings, generator))
				.pay(payment("own"));
			assertThat(IdempotentResponse.of(response.getHeaders()).replayed()).isTrue();
			assertThat(proxy.keys()).hasSize(4);
		}
		assertThat(paymentsWithReference("own")).isEqualTo(1);
	}

	/** What the documentation warns of. */
	@Test
	void aRetryWithoutScopeMakesTwoPayments() {
		try (LossyProxy proxy = new LossyProxy(this.port, Fault.LOST_RESPONSE)) {
			Payments payments = Client.REST_CLIENT.payments(proxy.url(), this.interceptor, this.filter);
			this.gateway.pay(() -> payments.pay(payment("without")));
		}
		assertThat(paymentsWithReference("without")).isEqualTo(2);
	}

	private String payment(String name) {
		return "{\"amount\": 1250, \"currency\": \"EUR\", \"reference\": \"" + name + this.reference + "\"}";
	}

	private int paymentsWithReference(String name) {
		List<String> references = new PaymentsClient(this.port).get("/payments").texts("$[*].reference");
		return (int) references.stream().filter((name + this.reference)::equals).count();
	}

	private static <T> T retryWithTemplate(Supplier<T> call) {
		return new RetryTemplate(RetryPolicy.builder().maxRetries(4).delay(Duration.ofMillis(5)).build()).invoke(call);
	}

	private static <T> T retryWithResilience4j(Supplier<T> call) {
		return Retry.of("payments", RetryConfig.custom().maxAttempts(5).waitDuration(Duration.ofMillis(5)).build())
			.executeSupplier(call);
	}

	private static <T> T retryWithSpringRetry(Supplier<T> call) {
		return org.springframework.retry.support.RetryTemplate.builder()
			.maxAttempts(5)
			.fixedBackoff(Duration.ofMillis(5))
			.build()
			.execute((context) -> call.get());
	}

	/**
	 * The clients of the framework.
	 */
	enum Client {

		REST_CLIENT {

			@Override
			Payments payments(String url, IdempotencyKeyInterceptor interceptor, IdempotencyKeyFilter filter) {
				RestClient client = RestClient.builder()
					.baseUrl(url)
					.requestFactory(new JdkClientHttpRequestFactory())
					.requestInterceptor(interceptor)
					.build();
				return (payment) -> client.post()
					.uri("/payments")
					.contentType(MediaType.APPLICATION_JSON)
					.body(payment)
					.retrieve()
					.toEntity(String.class);
			}

		},

		REST_TEMPLATE {

			@Override
			Payments payments(String url, IdempotencyKeyInterceptor interceptor, IdempotencyKeyFilter filter) {
				RestTemplate template = new RestTemplate(new JdkClientHttpRequestFactory());
				template.setUriTemplateHandler(new DefaultUriBuilderFactory(url));
				template.getInterceptors().add(interceptor);
				return proxy(RestTemplateAdapter.create(template));
			}

		},

		WEB_CLIENT {

			@Override
			Payments payments(String url, IdempotencyKeyInterceptor interceptor, IdempotencyKeyFilter filter) {
				WebClient client = WebClient.builder().baseUrl(url).apply(filter::customize).build();
				return (payment) -> client.post()
					.uri("/payments")
					.contentType(MediaType.APPLICATION_JSON)
					.bodyValue(payment)
					.retrieve()
					.toEntity(String.class)
					.block();
			}

		},

		HTTP_INTERFACE {

			@Override
			Payments payments(String url, IdempotencyKeyInterceptor interceptor, IdempotencyKeyFilter filter) {
				return proxy(RestClientAdapter.create(RestClient.builder()
					.baseUrl(url)
					.requestFactory(new JdkClientHttpRequestFactory())
					.requestInterceptor(interceptor)
					.build()));
			}

		},

		REACTIVE_HTTP_INTERFACE {

			@Override
			Payments payments(String url, IdempotencyKeyInterceptor interceptor, IdempotencyKeyFilter filter) {
				return proxy(
						WebClientAdapter.create(WebClient.builder().baseUrl(url).apply(filter::customize).build()));
			}

		};

		abstract Payments payments(String url, IdempotencyKeyInterceptor interceptor, IdempotencyKeyFilter filter);

		private static Payments proxy(HttpExchangeAdapter adapter) {
			return HttpServiceProxyFactory.builderFor(adapter).build().createClient(Payments.class);
		}

	}

	/**
	 * The HTTP interface.
	 */
	@FunctionalInterface
	@HttpExchange(contentType = MediaType.APPLICATION_JSON_VALUE)
	interface Payments {

		@PostExchange("/payments")
		ResponseEntity<String> pay(@RequestBody String payment);

	}

	/**
	 * Whose method is tried again.
	 */
	static class PaymentGateway {

		@Retryable(maxRetries = 4, delay = 5)
		ResponseEntity<String> pay(Supplier<ResponseEntity<String>> call) {
			return call.get();
		}

	}

	@TestConfiguration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class GatewayConfiguration {

		@Bean
		PaymentGateway paymentGateway() {
			return new PaymentGateway();
		}

	}

}

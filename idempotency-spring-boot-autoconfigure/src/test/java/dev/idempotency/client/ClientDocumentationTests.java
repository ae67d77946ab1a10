package dev.idempotency.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

import io.github.resilience4j.retry.Retry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.http.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.autoconfigure.http.client.HttpClientAutoConfiguration;
import org.springframework.boot.autoconfigure.jackson.JacksonAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.JdbcClientAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.JdbcTemplateAutoConfiguration;
import org.springframework.boot.autoconfigure.web.client.RestClientAutoConfiguration;
import org.springframework.boot.autoconfigure.web.client.RestTemplateAutoConfiguration;
import org.springframework.boot.autoconfigure.web.reactive.function.client.WebClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.web.client.RestTemplateBuilder;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.service.annotation.PostExchange;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;
import reactor.core.publisher.Mono;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.autoconfigure.IdempotencyClientAutoConfiguration;
import dev.idempotency.behaviour.Store;
import dev.idempotency.behaviour.TestApplication;
import dev.idempotency.client.FaultyProxy.Fault;
import dev.idempotency.client.IdempotencyClientSettings.KeyFormat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Runs the code that the documentation shows.
 */
class ClientDocumentationTests {

	private static final Pattern CODE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

	private static final Logger logger = LoggerFactory.getLogger(ClientDocumentationTests.class);

	private final TestApplication application = TestApplication.shared(Store.MEMORY);

	private final NewOrder order = new NewOrder("book", 2);

	@Test
	void everyExampleOfThePageIsHere() throws IOException {
		String here = withoutIndentation(Files.readString(
				Path.of("src/test/java", ClientDocumentationTests.class.getName().replace('.', '/') + ".java")));
		String page = Files.readString(Path.of("..", "docs", "clients.md"));
		List<String> examples = CODE.matcher(page).results().map((example) -> example.group(1)).toList();
		assertThat(examples).hasSizeGreaterThan(5)
			.allSatisfy((example) -> assertThat(here).contains(withoutIndentation(example)));
	}

	private static String withoutIndentation(String code) {
		return code.replaceAll("(?m)^[ \t]+", "");
	}

	@Test
	void theExamplesDoWhatThePageSays() {
		try (FaultyProxy proxy = new FaultyProxy(this.application.port())) {
			new ApplicationContextRunner()
				.withConfiguration(
						AutoConfigurations.of(IdempotencyClientAutoConfiguration.class, JacksonAutoConfiguration.class,
								HttpMessageConvertersAutoConfiguration.class, HttpClientAutoConfiguration.class,
								RestClientAutoConfiguration.class, RestTemplateAutoConfiguration.class,
								WebClientAutoConfiguration.class, DataSourceAutoConfiguration.class,
								JdbcTemplateAutoConfiguration.class, JdbcClientAutoConfiguration.class))
				.withUserConfiguration(ClientConfiguration.class)
				.withPropertyValues("spring.http.client.factory=jdk", "orders.url=" + proxy.url())
				.run((context) -> {
					assertThat(context).hasNotFailed();
					ask(context, proxy);
				});
		}
	}

	private void ask(ApplicationContext context, FaultyProxy proxy) {
		RestClient client = context.getBean("ordersClient", RestClient.class);
		Orders orders = new Orders(client, context.getBean(OrdersApi.class));
		orders.create(this.order);
		context.getBean("ordersTemplate", RestTemplate.class)
			.postForEntity(proxy.url() + "/orders", this.order, String.class);
		context.getBean("ordersWebClient", WebClient.class)
			.post()
			.uri("/orders")
			.bodyValue(this.order)
			.retrieve()
			.toBodilessEntity()
			.block();
		assertThat(proxy.keys()).hasSize(3);
		proxy.spoil(Fault.LOST_RESPONSE);
		orders.createInScope(this.order, Retry.ofDefaults("orders"));
		assertThat(proxy.keys()).hasSize(4);
		orders.createAll(List.of(this.order, new NewOrder("pen", 1)));
		assertThat(proxy.keys()).hasSize(6);
		String key = UUID.randomUUID().toString();
		orders.createUnder(key, this.order);
		orders.callInterface(key, this.order);
		assertThat(proxy.keys()).hasSize(7);
		RestClient stripe = context.getBean("stripeClient", RestClient.class);
		stripe.post().uri(proxy.url() + "/optional").retrieve().toBodilessEntity();
		assertThat(proxy.keys()).as("another host").hasSize(7);
		outlivesACrash(context.getBean(JdbcClient.class), client, proxy);
		proxy.spoil(Fault.LOST_RESPONSE, Fault.LOST_RESPONSE);
		RestClient once = client.mutate()
			.requestInterceptors(List::clear)
			.requestInterceptor(new IdempotencyKeyInterceptor(
					IdempotencyClientSettings.defaults()
						.withRetry(IdempotencyRetrySettings.defaults().withLimits(1, Duration.ofSeconds(1))),
					IdempotencyKeyGenerator.randomUuid()))
			.build();
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> new Orders(once, null).createOrRemember(this.order))
			.withCauseInstanceOf(UnknownOutcomeException.class);
	}

	private static void outlivesACrash(JdbcClient jdbc, RestClient client, FaultyProxy proxy) {
		jdbc.sql("""
				create table outbox (
				    idempotency_key varchar(64) primary key,
				    request varbinary(10000) not null,
				    attempts int default 0 not null,
				    done boolean default false not null
				)""").update();
		Outbox outbox = new Outbox(jdbc, client);
		outbox.add("poison".getBytes(StandardCharsets.UTF_8));
		outbox.add("{\"item\":\"book\",\"quantity\":2}".getBytes(StandardCharsets.UTF_8));
		int before = proxy.requests().size();
		proxy.spoil(Fault.LOST_RESPONSE, Fault.LOST_RESPONSE);
		outbox.send();
		assertThat(proxy.requests()).hasSize(before + 2);
		for (int run = 0; run < 2; run++) {
			new Outbox(jdbc, client).send();
		}
		assertThat(proxy.requests()).hasSize(before + 5);
		assertThat(proxy.requests().subList(before, before + 5)).filteredOn((request) -> request.contains("book"))
			.hasSize(2)
			.containsOnly(proxy.requests().get(before + 1));
		assertThat(jdbc.sql("select attempts from outbox where not done").query(Integer.class).list())
			.containsExactly(3);
	}

	@Configuration(proxyBeanMethods = false)
	static class ClientConfiguration {

		@Bean
		RestClient ordersClient(RestClient.Builder builder, IdempotencyKeyInterceptor interceptor,
				@Value("${orders.url}") String url) {
			return builder.baseUrl(url).requestInterceptor(interceptor).build();
		}

		@Bean
		RestTemplate ordersTemplate(RestTemplateBuilder builder, IdempotencyKeyInterceptor interceptor) {
			return builder.additionalInterceptors(interceptor).build();
		}

		@Bean
		WebClient ordersWebClient(WebClient.Builder builder, IdempotencyKeyFilter filter,
				@Value("${orders.url}") String url) {
			return builder.baseUrl(url).apply(filter::customize).build();
		}

		@Bean
		OrdersApi ordersApi(RestClient ordersClient) {
			return HttpServiceProxyFactory.builderFor(RestClientAdapter.create(ordersClient))
				.build()
				.createClient(OrdersApi.class);
		}

		@Bean
		RestClient stripeClient(RestClient.Builder builder, IdempotencyKeyGenerator generator) {
			IdempotencyClientSettings stripe = IdempotencyClientSettings.defaults()
				.withHosts("api.stripe.com")
				.withHeader("Idempotency-Key", KeyFormat.BARE)
				.withReplayHeader("Idempotent-Replayed")
				.withRetry(IdempotencyRetrySettings.defaults().withVerdictHeader("Stripe-Should-Retry"));
			return builder.requestInterceptor(new IdempotencyKeyInterceptor(stripe, generator)).build();
		}

	}

	interface OrdersApi {

		@PostExchange("/orders")
		ResponseEntity<Void> create(@RequestBody NewOrder order,
				@RequestAttribute(IdempotencyScope.ATTRIBUTE) String key);

	}

	/**
	 * What an application does with its clients.
	 *
	 * @param client a client with interceptor
	 * @param api an HTTP interface on top
	 */
	record Orders(RestClient client, @Nullable OrdersApi api) {

		ResponseEntity<Void> create(NewOrder order) {
			ResponseEntity<Void> response = this.client.post().uri("/orders").body(order).retrieve().toBodilessEntity();
			IdempotentResponse idempotent = IdempotentResponse.of(response.getHeaders());
			if (idempotent != null && idempotent.replayed()) {
				logger.info("The order existed already, from an attempt before; key {}", idempotent.key());
			}
			return response;
		}

		ResponseEntity<Void> createInScope(NewOrder order, Retry retry) {
			return IdempotencyScope.create().call(() -> retry.executeSupplier(() -> create(order)));
		}

		void createAll(List<NewOrder> orders) {
			IdempotencyScope.create().run(() -> {
				for (NewOrder order : orders) {
					IdempotencyScope.named(order.item()).run(() -> create(order));
				}
			});
		}

		void createUnder(String key, NewOrder order) {
			this.client.post()
				.uri("/orders")
				.attribute(IdempotencyScope.ATTRIBUTE, key)
				.body(order)
				.retrieve()
				.toBodilessEntity();
		}

		void callInterface(String key, NewOrder order) {
			this.api.create(order, key);
		}

		void createOrRemember(NewOrder order) {
			try {
				create(order);
			}
			catch (UnknownOutcomeException ex) {
				remember(order, ex.idempotencyKey());
				throw new IllegalStateException("Ask support what became of the order", ex);
			}
		}

		private void remember(NewOrder order, IdempotencyKey key) {
			assertThat(order).isNotNull();
			assertThat(key).isNotNull();
		}

		Mono<ResponseEntity<Void>> createReactively(WebClient webClient, NewOrder order) {
			return webClient.post()
				.uri("/orders")
				.bodyValue(order)
				.retrieve()
				.toBodilessEntity()
				.retryWhen(reactor.util.retry.Retry.backoff(4, Duration.ofMillis(200)));
		}

	}

	/**
	 * Requests that are sent after the transaction that wanted them.
	 *
	 * @param jdbc the application's database
	 * @param client a client with interceptor
	 */
	record Outbox(JdbcClient jdbc, RestClient client) {

		/** In the transaction that wants the order. */
		void add(byte[] request) {
			this.jdbc.sql("insert into outbox (idempotency_key, request) values (?, ?)")
				.params(UUID.randomUUID().toString(), request)
				.update();
		}

		/** After it, until all is done: by a schedule, and after a restart. */
		void send() {
			this.jdbc.sql("select idempotency_key, request from outbox where not done order by attempts")
				.query(Entry.class)
				.list()
				.forEach(this::send);
		}

		private void send(Entry entry) {
			this.jdbc.sql("update outbox set attempts = attempts + 1 where idempotency_key = ?")
				.param(entry.idempotencyKey())
				.update();
			try {
				this.client.post()
					.uri("/orders")
					.attribute(IdempotencyScope.ATTRIBUTE, entry.idempotencyKey())
					.contentType(MediaType.APPLICATION_JSON)
					.body(entry.request())
					.retrieve()
					.toBodilessEntity();
				this.jdbc.sql("update outbox set done = true where idempotency_key = ?")
					.param(entry.idempotencyKey())
					.update();
			}
			catch (RestClientException | UnknownOutcomeException ex) {
				logger.warn("An order could not be sent, and waits for the next run", ex);
			}
		}

		@SuppressWarnings("ArrayRecordComponent")
		record Entry(String idempotencyKey, byte[] request) {
		}

	}

	/**
	 * An order to place.
	 *
	 * @param item what is ordered
	 * @param quantity how many
	 */
	record NewOrder(String item, int quantity) {
	}

}

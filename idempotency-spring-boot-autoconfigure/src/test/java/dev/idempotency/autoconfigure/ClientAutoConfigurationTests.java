package dev.idempotency.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.http.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.autoconfigure.web.client.RestClientAutoConfiguration;
import org.springframework.boot.autoconfigure.web.client.RestTemplateAutoConfiguration;
import org.springframework.boot.autoconfigure.web.reactive.function.client.WebClientAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.web.client.RestClientCustomizer;
import org.springframework.boot.web.client.RestTemplateBuilder;
import org.springframework.boot.web.client.RestTemplateCustomizer;
import org.springframework.boot.web.reactive.function.client.WebClientCustomizer;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.WebClient;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.client.IdempotencyClientSettings;
import dev.idempotency.client.IdempotencyClientSettings.KeyFormat;
import dev.idempotency.client.IdempotencyKeyFilter;
import dev.idempotency.client.IdempotencyKeyGenerator;
import dev.idempotency.client.IdempotencyKeyInterceptor;
import dev.idempotency.client.IdempotencyRetrySettings;
import dev.idempotency.engine.IdempotencyEngine;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an application that calls idempotent operations gets, whatever it is itself.
 */
class ClientAutoConfigurationTests {

	private static final AutoConfigurations BOTH = AutoConfigurations.of(IdempotencyAutoConfiguration.class,
			IdempotencyClientAutoConfiguration.class);

	private final ApplicationContextRunner application = new ApplicationContextRunner().withConfiguration(BOTH);

	@Test
	void anApplicationWithoutWebIsAClientOnly() {
		this.application.run((context) -> assertThat(context).hasNotFailed()
			.hasSingleBean(IdempotencyKeyInterceptor.class)
			.hasSingleBean(IdempotencyKeyFilter.class)
			.doesNotHaveBean(IdempotencyEngine.class));
	}

	@Test
	void aReactiveApplicationIsAClientOnly() {
		new ReactiveWebApplicationContextRunner().withConfiguration(BOTH)
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(IdempotencyKeyFilter.class)
				.doesNotHaveBean(IdempotencyEngine.class));
	}

	@Test
	void aServletApplicationIsAClientOnlyWithoutTheServerSide() {
		new WebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(IdempotencyClientAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(IdempotencyKeyInterceptor.class));
		new WebApplicationContextRunner().withConfiguration(BOTH)
			.run((context) -> assertThat(
					new IdempotencyFailureAnalyzer().analyze(context.getStartupFailure()).getAction())
				.contains("idempotency.enabled=false"));
		new WebApplicationContextRunner().withConfiguration(BOTH)
			.withPropertyValues("idempotency.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(IdempotencyKeyInterceptor.class)
				.hasSingleBean(IdempotencyKeyFilter.class)
				.hasSingleBean(IdempotencyKeyGenerator.class)
				.doesNotHaveBean(IdempotencyEngine.class)
				.doesNotHaveBean("idempotencyDerivedKeysConfigurer"));
	}

	@Test
	void thereIsNoFilterWithoutWebFlux() {
		for (String missing : new String[] { "org.springframework.web.reactive", "reactor.core",
				"io.micrometer.context" }) {
			this.application.withClassLoader(new FilteredClassLoader(missing))
				.run((context) -> assertThat(context.getBeansOfType(IdempotencyKeyInterceptor.class)).hasSize(1));
		}
		this.application.withClassLoader(new FilteredClassLoader("org.springframework.web.reactive"))
			.run((context) -> assertThat(context).doesNotHaveBean("idempotencyKeyFilter"));
	}

	@Test
	void isThereWhereTheServerSideIsOff() {
		this.application.withPropertyValues("idempotency.enabled=false")
			.run((context) -> assertThat(context).hasSingleBean(IdempotencyKeyInterceptor.class)
				.hasSingleBean(IdempotencyKeyFilter.class)
				.hasSingleBean(IdempotencyClientSettings.class));
	}

	@Test
	void defaultsAreThoseOfTheLibrary() {
		this.application.run((context) -> assertThat(context.getBean(IdempotencyClientSettings.class))
			.isEqualTo(IdempotencyClientSettings.defaults()));
	}

	@Test
	void everyPropertyCounts() {
		this.application
			.withPropertyValues("idempotency.client.methods=PUT,POST", "idempotency.client.hosts=*.Example.com",
					"idempotency.client.header-name=X-Request-Id", "idempotency.client.key-format=bare",
					"idempotency.client.replay-header-name=X-Repeated",
					"idempotency.client.names.payments=*.Pay.example.com,localhost:8080")
			.run((context) -> assertThat(context.getBean(IdempotencyClientSettings.class))
				.isEqualTo(IdempotencyClientSettings.builder()
					.methods(Set.of(HttpMethod.PUT, HttpMethod.POST))
					.hosts(List.of("*.example.com"))
					.header("X-Request-Id", KeyFormat.BARE)
					.replayHeader("X-Repeated")
					.name("payments", List.of("*.pay.example.com", "localhost:8080"))
					.build()));
	}

	@Test
	void everyPropertyOfTheRetryCounts() {
		this.application
			.withPropertyValues("idempotency.client.retry.enabled=true", "idempotency.client.retry.max-attempts=3",
					"idempotency.client.retry.max-duration=2h", "idempotency.client.retry.server-ttl=3h",
					"idempotency.client.retry.initial-interval=1s", "idempotency.client.retry.multiplier=1.5",
					"idempotency.client.retry.max-interval=5s", "idempotency.client.retry.jitter=0",
					"idempotency.client.retry.in-flight-type=https://example.com/in-flight",
					"idempotency.client.retry.verdict-header-name=Stripe-Should-Retry",
					"idempotency.client.retry.budget=50", "idempotency.client.retry.deadline=30s")
			.run((context) -> assertThat(context.getBean(IdempotencyClientSettings.class).retry())
				.isEqualTo(IdempotencyRetrySettings.builder()
					.maxAttempts(3)
					.maxDuration(Duration.ofHours(2))
					.initialInterval(Duration.ofSeconds(1))
					.multiplier(1.5)
					.maxInterval(Duration.ofSeconds(5))
					.jitter(0)
					.inFlightType("https://example.com/in-flight")
					.verdictHeaderName("Stripe-Should-Retry")
					.budget(50)
					.deadline(Duration.ofSeconds(30))
					.build()));
		this.application.withPropertyValues("idempotency.client.retry.enabled=true")
			.run((context) -> assertThat(context.getBean(IdempotencyClientSettings.class).retry())
				.isEqualTo(IdempotencyRetrySettings.defaults()));
	}

	@Test
	void blockingClientsThatTryAgainNeedResilience4j() {
		ApplicationContextRunner without = this.application.withPropertyValues("idempotency.client.retry.enabled=true")
			.withClassLoader(new FilteredClassLoader("io.github.resilience4j"));
		without.run((context) -> assertThat(context).hasNotFailed());
		without.withUserConfiguration(BlockingClient.class).run((context) -> {
			FailureAnalysis analysis = new IdempotencyFailureAnalyzer().analyze(context.getStartupFailure());
			assertThat(analysis.getDescription()).contains("idempotency.client.retry.enabled");
			assertThat(analysis.getAction()).contains("io.github.resilience4j:resilience4j-retry");
		});
		this.application.withUserConfiguration(BlockingClient.class)
			.withClassLoader(new FilteredClassLoader("io.github.resilience4j"))
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void theApplicationsOwnBeansWin() {
		this.application.withUserConfiguration(Own.class).run((context) -> {
			assertThat(context.getBean(IdempotencyKeyGenerator.class).generate().value()).isEqualTo("own");
			assertThat(context.getBean(IdempotencyClientSettings.class).hosts()).containsExactly("own");
		});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			idempotency.client.methods            |                     | POST,PATCH
			idempotency.client.hosts              | ''                  | *.example.com
			idempotency.client.hosts              | https://example.com | *.example.com
			idempotency.client.header-name        | a b                 | Idempotency-Key
			idempotency.client.names.payments     | https://example.com | *.example.com
			idempotency.client.replay-header-name | a:                  | Idempotent-Replayed
			idempotency.client.retry.max-attempts | 0                   | 5
			idempotency.client.retry.budget       | -1                  | 500
			idempotency.client.retry.deadline     | 0s                  | 30s
			idempotency.client.retry.max-duration | 0s                  | 1m
			idempotency.client.retry.max-duration | 24h                 | 1m
			idempotency.client.retry.initial-interval | 0s              | 500ms
			idempotency.client.retry.max-interval | 1ms                 | 10s
			idempotency.client.retry.multiplier   | 0.5                 | 2.0
			idempotency.client.retry.multiplier   | NaN                 | 2.0
			idempotency.client.retry.in-flight-type | ''                | urn:idempotency:problem:in-flight
			idempotency.client.retry.jitter       | 1.5                 | 0.5
			idempotency.client.retry.verdict-header-name | a b          | Stripe-Should-Retry
			""")
	void refusesValuesThatMakeNoSense(String property, String value, String example) {
		this.application
			.withPropertyValues("idempotency.client.retry.enabled=true",
					property + "=" + ((value != null) ? value : ""))
			.run((context) -> {
				FailureAnalysis analysis = new IdempotencyFailureAnalyzer().analyze(context.getStartupFailure());
				assertThat(analysis.getDescription()).contains("'" + property + "'");
				assertThat(analysis.getAction()).contains(property + "=" + example);
			});
	}

	private final ApplicationContextRunner clients = this.application
		.withConfiguration(
				AutoConfigurations.of(HttpMessageConvertersAutoConfiguration.class, RestClientAutoConfiguration.class,
						RestTemplateAutoConfiguration.class, WebClientAutoConfiguration.class))
		.withUserConfiguration(Others.class);

	@Test
	void byDefaultNoClientIsTouched() {
		this.clients.run((context) -> {
			assertThat(interceptors(context)).hasSize(1);
			assertThat(context.getBean(RestTemplateBuilder.class).build().getInterceptors()).hasSize(1);
			assertThat(filters(context)).hasSize(1);
		});
		this.clients.withPropertyValues("idempotency.client.apply-to=none")
			.run((context) -> assertThat(interceptors(context)).hasSize(1));
	}

	@Test
	void oneLineAddsKeysToAllClients() {
		this.clients.withPropertyValues("idempotency.client.apply-to=all").run((context) -> {
			IdempotencyKeyInterceptor interceptor = context.getBean(IdempotencyKeyInterceptor.class);
			assertThat(interceptors(context)).hasSize(2).last().isSameAs(interceptor);
			assertThat(context.getBean(RestTemplateBuilder.class).build().getInterceptors()).hasSize(2)
				.last()
				.isSameAs(interceptor);
			assertThat(context.getBean(RestTemplateBuilder.class)
				.additionalInterceptors(interceptor)
				.build()
				.getInterceptors()).hasSize(2).last().isSameAs(interceptor);
			assertThat(filters(context)).hasSize(2).last().isSameAs(context.getBean(IdempotencyKeyFilter.class));
		});
		this.clients.withPropertyValues("idempotency.client.apply-to=all")
			.withClassLoader(new FilteredClassLoader("org.springframework.web.reactive"))
			.run((context) -> assertThat(interceptors(context)).hasSize(2));
	}

	private static List<ClientHttpRequestInterceptor> interceptors(ApplicationContext context) {
		List<ClientHttpRequestInterceptor> found = new ArrayList<>();
		context.getBean(RestClient.Builder.class).requestInterceptors(found::addAll);
		return found;
	}

	private static List<ExchangeFilterFunction> filters(ApplicationContext context) {
		List<ExchangeFilterFunction> found = new ArrayList<>();
		context.getBean(WebClient.Builder.class).filters(found::addAll);
		return found;
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			orders       | from Spring Boot 4 on | apply-to=all
			orders,stock | from Spring Boot 4 on | apply-to=all
			all,orders   | must be 'none'        | apply-to=all
			none,all     | must be 'none'        | apply-to=all
			''           | must be 'none'        | apply-to=all
			""")
	void refusesClientsThatThereAreNot(String value, String reason, String action) {
		this.clients.withPropertyValues("idempotency.client.apply-to=" + value).run((context) -> {
			FailureAnalysis analysis = new IdempotencyFailureAnalyzer().analyze(context.getStartupFailure());
			assertThat(analysis.getDescription()).contains("'idempotency.client.apply-to'", reason);
			assertThat(analysis.getAction()).contains(action);
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class Others {

		@Bean
		RestClientCustomizer otherInterceptor() {
			return (builder) -> builder
				.requestInterceptor((request, body, execution) -> execution.execute(request, body));
		}

		@Bean
		RestTemplateCustomizer otherInterceptorOfTemplates() {
			return (template) -> template.getInterceptors()
				.add((request, body, execution) -> execution.execute(request, body));
		}

		@Bean
		WebClientCustomizer otherFilter() {
			return (builder) -> builder.filter((request, next) -> next.exchange(request));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class BlockingClient {

		@Bean
		RestTemplate client(IdempotencyKeyInterceptor interceptor) {
			RestTemplate client = new RestTemplate();
			client.getInterceptors().add(interceptor);
			return client;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Own {

		@Bean
		IdempotencyKeyGenerator ownGenerator() {
			return () -> new IdempotencyKey("own");
		}

		@Bean
		IdempotencyClientSettings ownSettings() {
			return IdempotencyClientSettings.defaults().withHosts("own");
		}

	}

}

package dev.idempotency.autoconfigure;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.web.client.RestTemplate;

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
					"idempotency.client.replay-header-name=X-Repeated")
			.run((context) -> assertThat(context.getBean(IdempotencyClientSettings.class))
				.isEqualTo(IdempotencyClientSettings.defaults()
					.withMethods(HttpMethod.PUT, HttpMethod.POST)
					.withHosts("*.example.com")
					.withHeader("X-Request-Id", KeyFormat.BARE)
					.withReplayHeader("X-Repeated")));
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
					"idempotency.client.retry.budget=50")
			.run((context) -> assertThat(context.getBean(IdempotencyClientSettings.class).retry())
				.isEqualTo(new IdempotencyRetrySettings(3, Duration.ofHours(2), Duration.ofSeconds(1), 1.5,
						Duration.ofSeconds(5), 0, "https://example.com/in-flight", "Stripe-Should-Retry", 50)));
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
			idempotency.client.replay-header-name | a:                  | Idempotent-Replayed
			idempotency.client.retry.max-attempts | 0                   | 5
			idempotency.client.retry.budget       | -1                  | 500
			idempotency.client.retry.max-duration | 0s                  | 1m
			idempotency.client.retry.max-duration | 24h                 | 1m
			idempotency.client.retry.initial-interval | 0s              | 500ms
			idempotency.client.retry.max-interval | 1ms                 | 10s
			idempotency.client.retry.multiplier   | 0.5                 | 2.0
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

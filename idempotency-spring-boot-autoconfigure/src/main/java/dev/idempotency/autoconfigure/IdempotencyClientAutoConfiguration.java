package dev.idempotency.autoconfigure;

import java.time.Duration;
import java.util.List;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.util.ClassUtils;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import reactor.core.publisher.Mono;

import dev.idempotency.client.IdempotencyClientListener;
import dev.idempotency.client.IdempotencyClientSettings;
import dev.idempotency.client.IdempotencyKeyFilter;
import dev.idempotency.client.IdempotencyKeyGenerator;
import dev.idempotency.client.IdempotencyKeyInterceptor;
import dev.idempotency.client.IdempotencyRetryPredicate;
import dev.idempotency.metrics.MicrometerClientListener;
import dev.idempotency.metrics.ObservationClientListener;
import dev.idempotency.web.IdempotencyInterceptor;

/**
 * Auto-configuration for calls to idempotent operations, in applications of any kind. Its
 * beans do nothing until they are added to a client, by the application or by
 * {@code idempotency.client.apply-to}, so that no switch turns them off. Nor does one the
 * hiding of secrets.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = IdempotencyAutoConfiguration.class)
@EnableConfigurationProperties(IdempotencyClientProperties.class)
@Import({ ClientCustomizers.class, SanitizingConfiguration.class })
public final class IdempotencyClientAutoConfiguration {

	private static final String RESILIENCE4J = "io.github.resilience4j.retry.Retry";

	@Bean
	@ConditionalOnMissingBean
	IdempotencyClientSettings idempotencyClientSettings(IdempotencyClientProperties properties) {
		return ClientSettings.of(properties);
	}

	@Bean
	@ConditionalOnMissingBean
	IdempotencyKeyGenerator idempotencyKeyGenerator() {
		return IdempotencyKeyGenerator.randomUuid();
	}

	/** Where nobody asks for it, nothing is missing. */
	@Bean
	@ConditionalOnMissingBean
	@Lazy
	IdempotencyKeyInterceptor idempotencyKeyInterceptor(IdempotencyClientSettings settings,
			IdempotencyKeyGenerator generator, ObjectProvider<IdempotencyRetryPredicate> predicate,
			ObjectProvider<IdempotencyClientListener> listeners) {
		if (settings.retry() != null && !ClassUtils.isPresent(RESILIENCE4J, null)) {
			throw new IdempotencyConfigurationException(
					"The property 'idempotency.client.retry.enabled' is true, but Resilience4j, by which"
							+ " RestClient and RestTemplate try again, is not on the class path.",
					"Add io.github.resilience4j:resilience4j-retry, or set idempotency.client.retry.enabled=false.");
		}
		return new IdempotencyKeyInterceptor(settings, generator, predicate.getIfAvailable(() -> (attempt) -> null),
				all(listeners));
	}

	private static IdempotencyClientListener all(ObjectProvider<IdempotencyClientListener> listeners) {
		List<IdempotencyClientListener> list = listeners.orderedStream().toList();
		return new IdempotencyClientListener() {

			@Override
			public void onRetry(String client, int attempts, Duration pause) {
				list.forEach((listener) -> listener.onRetry(client, attempts, pause));
			}

			@Override
			public void onEnd(String client, Outcome outcome, int attempts, Duration duration) {
				list.forEach((listener) -> listener.onEnd(client, outcome, attempts, duration));
			}

		};
	}

	/** Where there is no server side, nobody else looks. */
	@Bean
	@Lazy(false)
	@ConditionalOnMissingBean(OperationSettings.class)
	@ConditionalOnProperty(name = "idempotency.enabled", havingValue = "true", matchIfMissing = true)
	UnprotectedMethods idempotencyUnprotectedMethods(ConfigurableApplicationContext context) {
		return new UnprotectedMethods(context.getBeanFactory());
	}

	/**
	 * Reactive calls.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ Mono.class, WebClient.class })
	static class WebClientConfiguration {

		@Bean
		@ConditionalOnMissingBean
		IdempotencyKeyFilter idempotencyKeyFilter(IdempotencyClientSettings settings, IdempotencyKeyGenerator generator,
				ObjectProvider<IdempotencyRetryPredicate> predicate,
				ObjectProvider<IdempotencyClientListener> listeners) {
			return new IdempotencyKeyFilter(settings, generator, predicate.getIfAvailable(() -> (attempt) -> null),
					all(listeners));
		}

	}

	/**
	 * The meter of calls, if the application has a registry for it.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterRegistry.class)
	@ConditionalOnBean(MeterRegistry.class)
	static class MeterConfiguration {

		@Bean
		@ConditionalOnMissingBean
		MicrometerClientListener idempotencyMicrometerClientListener(MeterRegistry registry) {
			return new MicrometerClientListener(registry);
		}

	}

	/**
	 * The events of retries, if the application has a registry for observations.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ObservationRegistry.class)
	static class ObservationConfiguration {

		@Bean
		@ConditionalOnMissingBean
		ObservationClientListener idempotencyObservationClientListener(ObjectProvider<ObservationRegistry> registry) {
			return new ObservationClientListener(registry.getIfAvailable(() -> ObservationRegistry.NOOP));
		}

	}

	/**
	 * Calls that the handlers of idempotent operations make.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(IdempotencyInterceptor.class)
	@ConditionalOnProperty(name = "idempotency.client.derive-keys", havingValue = "true")
	static class DerivedKeysConfiguration {

		/** Behind the interceptor that claims the key. */
		@Bean
		WebMvcConfigurer idempotencyDerivedKeysConfigurer() {
			return new WebMvcConfigurer() {

				@Override
				public void addInterceptors(InterceptorRegistry registry) {
					registry.addInterceptor(new DerivedKeysInterceptor()).order(Ordered.LOWEST_PRECEDENCE);
				}

			};
		}

	}

}

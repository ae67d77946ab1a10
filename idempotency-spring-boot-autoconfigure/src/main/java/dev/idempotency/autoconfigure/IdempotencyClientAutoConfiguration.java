package dev.idempotency.autoconfigure;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

import dev.idempotency.client.IdempotencyClientSettings;
import dev.idempotency.client.IdempotencyKeyFilter;
import dev.idempotency.client.IdempotencyKeyGenerator;
import dev.idempotency.client.IdempotencyKeyInterceptor;

/**
 * Auto-configuration for calls of idempotent operations, in applications of any kind. Its
 * beans do nothing until they are added to a client.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = IdempotencyAutoConfiguration.class)
@ConditionalOnProperty(name = "idempotency.enabled", havingValue = "true", matchIfMissing = true)
@EnableConfigurationProperties(IdempotencyClientProperties.class)
public final class IdempotencyClientAutoConfiguration {

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

	@Bean
	@ConditionalOnMissingBean
	IdempotencyKeyInterceptor idempotencyKeyInterceptor(IdempotencyClientSettings settings,
			IdempotencyKeyGenerator generator) {
		return new IdempotencyKeyInterceptor(settings, generator);
	}

	/**
	 * Reactive calls.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ Mono.class, WebClient.class })
	static class WebClientConfiguration {

		@Bean
		@ConditionalOnMissingBean
		IdempotencyKeyFilter idempotencyKeyFilter(IdempotencyClientSettings settings,
				IdempotencyKeyGenerator generator) {
			return new IdempotencyKeyFilter(settings, generator);
		}

	}

}

package dev.idempotency.autoconfigure;

import java.time.Duration;

import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.redis.RedisIdempotencyRepository;

/**
 * What the redis repository needs, if the application has it.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(RedisConnectionFactory.class)
@ConditionalOnSingleCandidate(RedisConnectionFactory.class)
@ConditionalOnMissingBean(IdempotencyRepository.class)
class RedisRepositoryConfiguration {

	@Bean
	RepositoryCandidate redisIdempotencyRepositoryCandidate(RedisConnectionFactory connectionFactory,
			IdempotencyProperties properties) {
		return new RepositoryCandidate(RepositoryType.REDIS, () -> build(connectionFactory, properties));
	}

	private static IdempotencyRepository build(RedisConnectionFactory connectionFactory,
			IdempotencyProperties properties) {
		RedisIdempotencyRepository repository = create(connectionFactory, properties.redis(),
				properties.repositoryTimeout());
		repository.warmUp();
		return repository;
	}

	private static RedisIdempotencyRepository create(RedisConnectionFactory connectionFactory,
			IdempotencyProperties.Redis properties, Duration timeout) {
		try {
			return new RedisIdempotencyRepository(connectionFactory, properties.keyPrefix(), timeout,
					properties.minReplicas(), properties.replicaTimeout());
		}
		catch (IllegalArgumentException ex) {
			throw IdempotencyConfigurationException.unusableConnectionFactory(ex);
		}
	}

}

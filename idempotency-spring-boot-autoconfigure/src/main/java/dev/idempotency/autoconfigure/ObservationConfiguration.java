package dev.idempotency.autoconfigure;

import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import dev.idempotency.engine.IdempotencyObserver;
import dev.idempotency.metrics.ObservationIdempotencyObserver;

/**
 * The observations, if the application has a registry for them.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(ObservationRegistry.class)
class ObservationConfiguration {

	@Bean
	@ConditionalOnMissingBean
	IdempotencyObserver idempotencyObserver(ObjectProvider<ObservationRegistry> registry,
			IdempotencyProperties properties) {
		ObservationRegistry available = registry.getIfAvailable();
		return (available != null)
				? new ObservationIdempotencyObserver(available, properties.observations().includeKey())
				: IdempotencyObserver.NONE;
	}

}

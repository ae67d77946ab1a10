package dev.idempotency.autoconfigure;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import dev.idempotency.engine.IdempotencyEngine;
import dev.idempotency.metrics.IdempotencyMeters;
import dev.idempotency.metrics.MicrometerIdempotencyListener;
import dev.idempotency.repository.IdempotencyRepository;

/**
 * The meters, if the application has a registry for them.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(MeterRegistry.class)
class MetricsConfiguration {

	@Bean
	@ConditionalOnMissingBean
	MicrometerIdempotencyListener micrometerIdempotencyListener(MeterRegistry registry,
			IdempotencyRepository repository) {
		return new MicrometerIdempotencyListener(registry, RepositoryNames.of(repository));
	}

	@Bean
	MeterBinder idempotencyInFlightMeter(IdempotencyEngine engine) {
		return (registry) -> Gauge.builder(IdempotencyMeters.IN_FLIGHT.getName(), engine, IdempotencyEngine::inFlight)
			.description(IdempotencyMeters.IN_FLIGHT.description())
			.register(registry);
	}

}

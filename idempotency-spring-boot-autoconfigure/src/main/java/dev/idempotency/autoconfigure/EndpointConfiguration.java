package dev.idempotency.autoconfigure;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import dev.idempotency.actuate.IdempotencyEndpoint;
import dev.idempotency.engine.IdempotencyEngine;
import dev.idempotency.engine.OperatorSettlement;
import dev.idempotency.method.IdempotentMethods;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.web.IdempotentOperations;
import dev.idempotency.web.KeyFormat;
import dev.idempotency.web.KeyParser;

/**
 * The endpoint of Actuator, if the application has it and exposes the endpoint.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({ WebEndpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnAvailableEndpoint(IdempotencyEndpoint.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
class EndpointConfiguration {

	/** Reads keys of all operations, and of times when other settings held. */
	private static final KeyParser KEYS = new KeyParser("key", KeyFormat.LENIENT, Integer.MAX_VALUE, null, "");

	@Bean
	@ConditionalOnMissingBean
	IdempotencyEndpoint idempotencyEndpoint(IdempotencyRepository repository, IdempotencyEngine engine,
			IdempotencyProperties properties, OperationSettings settings, OperationsOverview overview) {
		return new IdempotencyEndpoint(repository, engine, settings.namespace(), KEYS::parse, overview,
				new OperatorSettlement(repository, EncryptionKeys.encryption(properties.encryption())));
	}

	@Bean
	OperationsOverview idempotencyOperationsOverview(IdempotencyRepository repository, OperationSettings settings,
			HandlerSettings handlers, IdempotentOperations operations, IdempotentMethods methods,
			ConfigurableApplicationContext context) {
		return new OperationsOverview(RepositoryNames.of(repository), settings, handlers, operations, methods,
				context.getBeanFactory());
	}

}

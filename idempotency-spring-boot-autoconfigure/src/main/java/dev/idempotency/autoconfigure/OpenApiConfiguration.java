package dev.idempotency.autoconfigure;

import io.swagger.v3.oas.models.OpenAPI;
import org.springdoc.core.customizers.GlobalOperationCustomizer;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.openapi.IdempotencyOpenApiCustomizer;
import dev.idempotency.web.IdempotencyKeyResolver;
import dev.idempotency.web.IdempotentOperations;

/**
 * The part of the OpenAPI document, if the application has springdoc to write it.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ GlobalOperationCustomizer.class, OpenAPI.class })
@ConditionalOnProperty(name = "springdoc.api-docs.enabled", havingValue = "true", matchIfMissing = true)
class OpenApiConfiguration {

	@Bean
	@ConditionalOnMissingBean
	IdempotencyOpenApiCustomizer idempotencyOpenApiCustomizer(IdempotentOperations operations,
			ObjectProvider<IdempotencyKeyResolver> key) {
		// As an argument of a handler method it is not a parameter of the request
		SpringDocUtils.getConfig().addRequestWrapperToIgnore(IdempotencyKey.class);
		return new IdempotencyOpenApiCustomizer(operations, key.getIfAvailable() == null);
	}

}

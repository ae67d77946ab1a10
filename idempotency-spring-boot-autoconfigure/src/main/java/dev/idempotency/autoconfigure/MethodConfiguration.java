package dev.idempotency.autoconfigure;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.springframework.aop.config.AopConfigUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Role;
import org.springframework.core.type.AnnotationMetadata;
import tools.jackson.databind.json.JsonMapper;

import dev.idempotency.IdempotencyTemplate;
import dev.idempotency.IdempotentResultConverter;
import dev.idempotency.IdempotentSteps;
import dev.idempotency.client.IdempotencyScope;
import dev.idempotency.engine.IdempotencyEngine;
import dev.idempotency.method.IdempotentMethodAdvisor;
import dev.idempotency.method.IdempotentMethods;
import dev.idempotency.method.Jackson2ResultConverter;
import dev.idempotency.method.Jackson3ResultConverter;
import dev.idempotency.method.MethodOperations;

/**
 * The ways of calls that are no requests.
 */
@Configuration(proxyBeanMethods = false)
@Import({ MethodConfiguration.AutoProxyRegistrar.class, MethodConfiguration.Jackson3Configuration.class,
		MethodConfiguration.Jackson2Configuration.class })
class MethodConfiguration {

	static final String TEMPLATE = "idempotencyTemplate";

	@Bean
	MethodSettings idempotencyMethodSettings(OperationSettings settings) {
		return new MethodSettings(settings);
	}

	@Bean
	IdempotentMethods idempotentMethods(MethodSettings settings) {
		return new IdempotentMethods(settings);
	}

	@Bean
	@Lazy
	MethodOperations idempotencyMethodOperations(IdempotencyEngine engine, IdempotentMethods methods,
			ObjectProvider<IdempotentResultConverter> converter, MethodSettings settings,
			OperationSettings operationSettings) {
		return new MethodOperations(engine, converter.getIfUnique(), methods, settings,
				(key) -> IdempotencyScope.of(key).open()::close, operationSettings.namespace());
	}

	/** Nobody asks for it where it is not used: operations have other names there. */
	@Bean(TEMPLATE)
	@Lazy
	@ConditionalOnMissingBean
	IdempotencyTemplate idempotencyTemplate(MethodOperations operations) {
		return operations.template();
	}

	@Bean
	@Lazy
	@ConditionalOnMissingBean
	IdempotentSteps idempotentSteps(MethodOperations operations) {
		return operations.steps();
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static IdempotentMethodAdvisor idempotentMethodAdvisor(ObjectProvider<MethodOperations> operations) {
		return new IdempotentMethodAdvisor(operations::getObject);
	}

	@Bean
	MethodsCheck idempotentMethodsCheck(IdempotentMethods methods, ObjectProvider<IdempotentResultConverter> converter,
			ObjectProvider<RepositoryTransactions> transactions, ObjectProvider<HandlersCheck> handlers,
			ConfigurableApplicationContext context) {
		return new MethodsCheck(methods, converter.getIfUnique() != null, transactions,
				(type, method) -> handlers.stream().anyMatch((check) -> check.isMapped(type, method)), context);
	}

	/**
	 * Results as JSON by Jackson 3.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(JsonMapper.class)
	@ConditionalOnSingleCandidate(JsonMapper.class)
	static class Jackson3Configuration {

		@Bean
		@ConditionalOnMissingBean
		IdempotentResultConverter idempotentResultConverter(JsonMapper mapper) {
			return new Jackson3ResultConverter(mapper);
		}

	}

	/**
	 * Results as JSON by Jackson 2.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ObjectMapper.class)
	@ConditionalOnSingleCandidate(ObjectMapper.class)
	static class Jackson2Configuration {

		@Bean
		@ConditionalOnMissingBean
		IdempotentResultConverter idempotentResultConverter(ObjectMapper mapper) {
			return new Jackson2ResultConverter(mapper);
		}

	}

	/**
	 * Has advisors such as ours looked for, whoever else needs that.
	 */
	static class AutoProxyRegistrar implements ImportBeanDefinitionRegistrar {

		@Override
		public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
			AopConfigUtils.registerAutoProxyCreatorIfNecessary(registry);
		}

	}

}

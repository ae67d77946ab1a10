package dev.idempotency.autoconfigure;

import org.springframework.aop.Advisor;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.interceptor.TransactionAttributeSource;

import dev.idempotency.repository.IdempotencyRepository;

/**
 * What transactional operations need beside their repository.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(PlatformTransactionManager.class)
class TransactionConfiguration {

	@Bean
	RepositoryTransactions idempotencyTransactions(IdempotencyRepository repository, ListableBeanFactory beanFactory) {
		return new RepositoryTransactions(repository, beanFactory);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static Advisor idempotencyTransactionSettingsAdvisor(ObjectProvider<TransactionAttributeSource> source) {
		return TransactionSettingsCheck.advisor(source.getIfUnique());
	}

}

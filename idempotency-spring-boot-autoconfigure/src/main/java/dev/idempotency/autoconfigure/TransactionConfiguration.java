package dev.idempotency.autoconfigure;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;

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

}

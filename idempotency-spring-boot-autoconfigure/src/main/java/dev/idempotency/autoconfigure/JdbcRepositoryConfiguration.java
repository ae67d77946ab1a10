package dev.idempotency.autoconfigure;

import javax.sql.DataSource;

import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.sql.init.dependency.DatabaseInitializationDependencyConfigurer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.datasource.init.DatabasePopulator;

import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.jdbc.JdbcIdempotencyRepository;

/**
 * What the jdbc repository needs, if the application has it.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({ DatabasePopulator.class, DataSourceScriptDatabaseInitializer.class })
@ConditionalOnSingleCandidate(DataSource.class)
@ConditionalOnMissingBean(IdempotencyRepository.class)
@Import(DatabaseInitializationDependencyConfigurer.class)
class JdbcRepositoryConfiguration {

	@Bean
	RepositoryCandidate jdbcIdempotencyRepositoryCandidate(DataSource dataSource, IdempotencyProperties properties) {
		return new RepositoryCandidate(RepositoryType.JDBC, () -> build(dataSource, properties));
	}

	private static IdempotencyRepository build(DataSource dataSource, IdempotencyProperties properties) {
		JdbcIdempotencyRepository repository;
		try {
			repository = new JdbcIdempotencyRepository(dataSource, properties.jdbc().tableName(),
					properties.repositoryTimeout());
		}
		catch (IllegalArgumentException ex) {
			throw IdempotencyConfigurationException.unusableTable(ex);
		}
		repository.verifyTable();
		return repository;
	}

	/**
	 * Creates the table, unless another repository is named.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty(name = "idempotency.repository", havingValue = "jdbc", matchIfMissing = true)
	static class SchemaConfiguration {

		@Bean
		@ConditionalOnMissingBean
		JdbcSchemaInitializer idempotencySchemaInitializer(DataSource dataSource, IdempotencyProperties properties) {
			return new JdbcSchemaInitializer(dataSource, properties.jdbc());
		}

	}

}

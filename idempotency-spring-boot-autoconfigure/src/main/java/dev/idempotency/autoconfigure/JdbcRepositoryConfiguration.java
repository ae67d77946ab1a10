package dev.idempotency.autoconfigure;

import java.util.Objects;

import javax.sql.DataSource;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.sql.init.dependency.DatabaseInitializationDependencyConfigurer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.datasource.init.DatabasePopulator;

import dev.idempotency.repository.IdempotencyRepository;

/**
 * What the jdbc repository needs, if the application has it.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({ DatabasePopulator.class, DataSourceScriptDatabaseInitializer.class })
@Conditional(JdbcRepositoryConfiguration.DataSourceCondition.class)
@ConditionalOnMissingBean(IdempotencyRepository.class)
@Import(DatabaseInitializationDependencyConfigurer.class)
class JdbcRepositoryConfiguration {

	@Bean
	JdbcSources idempotencyJdbcSources(ObjectProvider<DataSource> application,
			@IdempotencyDataSource ObjectProvider<DataSource> marked) {
		DataSource own = marked.getIfAvailable();
		return new JdbcSources(Objects.requireNonNull(application.getIfUnique(() -> Objects.requireNonNull(own))), own);
	}

	@Bean
	OwnPool idempotencyOwnPool(ConfigurableApplicationContext context) {
		return new OwnPool(context);
	}

	@Bean
	RepositoryCandidate jdbcIdempotencyRepositoryCandidate(JdbcSources sources, OwnPool pool,
			IdempotencyProperties properties) {
		return new RepositoryCandidate(RepositoryType.JDBC,
				() -> new JdbcRepositoryFactory(sources, pool, properties).build());
	}

	/**
	 * Creates the table, unless another repository is named.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty(name = "idempotency.repository", havingValue = "jdbc", matchIfMissing = true)
	static class SchemaConfiguration {

		@Bean
		@ConditionalOnMissingBean
		JdbcSchemaInitializer idempotencySchemaInitializer(JdbcSources sources, IdempotencyProperties properties) {
			return new JdbcSchemaInitializer(sources.ofRepository(), properties.jdbc());
		}

	}

	/**
	 * There is one data source, or one is the repository's.
	 */
	static class DataSourceCondition extends AnyNestedCondition {

		DataSourceCondition() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		/** The application's. */
		@ConditionalOnSingleCandidate(DataSource.class)
		static class Application {

		}

		/** The repository's. */
		@ConditionalOnBean(annotation = IdempotencyDataSource.class)
		static class Marked {

		}

	}

}

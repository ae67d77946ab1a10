package dev.idempotency.autoconfigure;

import java.time.Clock;
import java.util.stream.Stream;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.web.servlet.DispatcherServlet;

import dev.idempotency.engine.IdempotencyEngine;
import dev.idempotency.engine.IdempotencyListener;
import dev.idempotency.engine.IdempotencyListeners;
import dev.idempotency.engine.LoggingIdempotencyListener;
import dev.idempotency.engine.RecordPurger;
import dev.idempotency.engine.Transactions;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.memory.MemoryIdempotencyRepository;

/**
 * Auto-configuration for idempotent operations: in Spring MVC applications, and in others
 * that name a repository.
 *
 * @since 0.1.0
 */
@AutoConfiguration(afterName = { "org.springframework.boot.autoconfigure.jackson.JacksonAutoConfiguration",
		"org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
		"org.springframework.boot.jackson2.autoconfigure.Jackson2AutoConfiguration",
		"org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration",
		"org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
		"org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration",
		"org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration",
		"org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
		"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration" })
@Conditional(IdempotencyAutoConfiguration.ServerSideCondition.class)
@ConditionalOnProperty(name = "idempotency.enabled", havingValue = "true", matchIfMissing = true)
@EnableConfigurationProperties(IdempotencyProperties.class)
@Import({ JdbcRepositoryConfiguration.class, RedisRepositoryConfiguration.class, TransactionConfiguration.class,
		WebConfiguration.class, MethodConfiguration.class, MetricsConfiguration.class, ObservationConfiguration.class,
		EndpointConfiguration.class, OpenApiConfiguration.class })
public final class IdempotencyAutoConfiguration {

	@Bean
	OperationSettings idempotencyOperationSettings(IdempotencyProperties properties, Environment environment,
			ObjectProvider<Slice> slice) {
		return new OperationSettings(properties, environment, slice.getIfAvailable(() -> Slice.WHOLE));
	}

	@Bean
	RepositoryCandidate memoryIdempotencyRepositoryCandidate(IdempotencyProperties properties) {
		return new RepositoryCandidate(RepositoryType.MEMORY,
				() -> new MemoryIdempotencyRepository(properties.memory().maxRecords(), Clock.systemUTC()));
	}

	@Bean
	@ConditionalOnMissingBean
	@DependsOnDatabaseInitialization
	IdempotencyRepository idempotencyRepository(IdempotencyProperties properties, OperationSettings validatedSettings,
			ObjectProvider<RepositoryCandidate> candidates) {
		return RepositorySelector.select(properties.repository(), candidates.orderedStream().toList()).factory().get();
	}

	@Bean
	EventPublication idempotencyEventPublication(ApplicationEventPublisher publisher) {
		return new EventPublication(publisher);
	}

	@Bean
	AllListeners idempotencyListeners(IdempotencyRepository repository, ObjectProvider<IdempotencyListener> listeners) {
		return new AllListeners(new IdempotencyListeners(Stream
			.concat(Stream.of(new LoggingIdempotencyListener(RepositoryNames.of(repository))),
					listeners.orderedStream())
			.toList()));
	}

	@Bean
	@ConditionalOnMissingBean
	IdempotencyEngine idempotencyEngine(IdempotencyRepository repository, OperationSettings settings,
			IdempotencyProperties properties, AllListeners listeners, ObjectProvider<Transactions> transactions) {
		return new IdempotencyEngine(repository, settings.shortestLease(), listeners.asOne(),
				EncryptionKeys.encryption(properties.encryption()), transactions.getIfAvailable());
	}

	@Bean
	OperationsCheck idempotentOperationsCheck(ObjectProvider<CheckedOperations> operations, OperationSettings settings,
			IdempotencyRepository repository, AllListeners listeners, ConfigurableApplicationContext context) {
		return new OperationsCheck(operations, settings, RepositoryNames.of(repository), listeners,
				() -> context.getBeanFactory().containsSingleton(MethodConfiguration.TEMPLATE));
	}

	/** Nobody asks for it: with lazy initialization it would never start. */
	@Bean
	@Lazy(false)
	@ConditionalOnProperty(name = "idempotency.jdbc.purge.enabled", havingValue = "true", matchIfMissing = true)
	@ConditionalOnMissingBean
	RecordPurger idempotencyRecordPurger(IdempotencyRepository repository, IdempotencyProperties properties,
			AllListeners listeners) {
		return new RecordPurger(repository, properties.jdbc().purge().interval(), properties.jdbc().purge().batchSize(),
				listeners.asOne());
	}

	/**
	 * There is something to protect.
	 */
	static class ServerSideCondition extends AnyNestedCondition {

		ServerSideCondition() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		/** Handler methods. */
		@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
		@ConditionalOnClass(DispatcherServlet.class)
		static class SpringMvc {

		}

		/** Methods of other beans. */
		@ConditionalOnProperty("idempotency.repository")
		static class NamedRepository {

		}

	}

}

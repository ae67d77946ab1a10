package dev.idempotency.autoconfigure;

import java.time.Clock;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.web.servlet.DispatcherServlet;

import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.memory.MemoryIdempotencyRepository;

/**
 * Auto-configuration for tests of Spring MVC's slice of an application,
 * {@code @WebMvcTest}, in which records live in memory: no database or Redis is there.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = IdempotencyAutoConfiguration.class,
		afterName = { "org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration",
				"org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
				"org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration",
				"org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration" })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(DispatcherServlet.class)
@ConditionalOnProperty(name = "idempotency.enabled", havingValue = "true", matchIfMissing = true)
@EnableConfigurationProperties(IdempotencyProperties.class)
public final class IdempotencySliceAutoConfiguration {

	private static final String REPOSITORY = "idempotencySliceRepository";

	@Bean
	Slice idempotencySlice(BeanFactory beans) {
		return new Slice(true, beans.containsBean(REPOSITORY));
	}

	@Bean(REPOSITORY)
	@ConditionalOnMissingBean(type = { "dev.idempotency.repository.IdempotencyRepository", "javax.sql.DataSource",
			"org.springframework.data.redis.connection.RedisConnectionFactory" })
	IdempotencyRepository idempotencySliceRepository(IdempotencyProperties properties) {
		return new MemoryIdempotencyRepository(properties.memory().maxRecords(), Clock.systemUTC());
	}

}

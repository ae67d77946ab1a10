package dev.idempotency.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import javax.sql.DataSource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.DispatcherServletAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.WebMvcAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.actuate.IdempotencyEndpoint;
import dev.idempotency.actuate.IdempotencyOverview;
import dev.idempotency.behaviour.TestApplication;
import dev.idempotency.behaviour.app.OrdersApplication;
import dev.idempotency.engine.IdempotencyEngine;
import dev.idempotency.engine.IdempotencyListener;
import dev.idempotency.engine.IdempotencyObserver;
import dev.idempotency.engine.OperatorSettlement;
import dev.idempotency.engine.RecordEncryption;
import dev.idempotency.engine.RecordPurger;
import dev.idempotency.metrics.MicrometerIdempotencyListener;
import dev.idempotency.openapi.IdempotencyOpenApiCustomizer;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.memory.MemoryIdempotencyRepository;
import dev.idempotency.web.IdempotencyFingerprintResolver;
import dev.idempotency.web.IdempotencyInterceptor;
import dev.idempotency.web.IdempotencyReplayPolicy;
import dev.idempotency.web.IdempotencyResponseBodyAdvice;
import dev.idempotency.web.IdempotencyScopeResolver;
import dev.idempotency.web.IdempotencyStrategies;
import dev.idempotency.web.IdempotentOperations;
import dev.idempotency.web.ProblemAdvice;
import dev.idempotency.web.StandardFingerprintResolver;
import dev.idempotency.web.StandardReplayPolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * What an application sees of the auto-configuration: the documentation of its
 * properties, its place behind the application's own beans, the report of a failed start.
 */
@ExtendWith(OutputCaptureExtension.class)
class AutoConfigurationTests {

	/** Whose default is nothing, or depends on the application. */
	private static final Set<String> WITHOUT_DEFAULT = Set.of("idempotency.repository", "idempotency.namespace",
			"idempotency.key.pattern", "idempotency.replay.excluded-headers", "idempotency.operations",
			"idempotency.encryption.keys", "idempotency.client.names", "idempotency.client.retry.verdict-header-name",
			"idempotency.client.retry.deadline");

	@Test
	void everyPropertyHasADescriptionAndADefault() throws IOException {
		Map<String, JsonNode> properties = properties();
		assertThat(properties).hasSizeGreaterThan(20).containsKeys(WITHOUT_DEFAULT.toArray(String[]::new));
		properties.forEach((name, property) -> {
			assertThat(property.path("description").asText()).as(name).endsWith(".").hasSizeGreaterThan(20);
			assertThat(property.has("defaultValue")).as(name).isEqualTo(!WITHOUT_DEFAULT.contains(name));
		});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			idempotency.enabled                | true
			idempotency.header-name            | Idempotency-Key
			idempotency.key.format             | lenient
			idempotency.key.max-length         | 255
			idempotency.ttl                    | 24h
			idempotency.lease                  | 30s
			idempotency.wait                   | 0s
			idempotency.abandoned              | retry
			idempotency.replay.header-name     | Idempotent-Replayed
			idempotency.max-request-size       | 1MB
			idempotency.max-response-size      | 1MB
			idempotency.on-repository-failure  | reject
			idempotency.problem.type-prefix    | urn:idempotency:problem:
			idempotency.jdbc.table-name        | idempotency_record
			idempotency.jdbc.initialize-schema | embedded
			idempotency.jdbc.connections       | 3
			idempotency.jdbc.purge.enabled     | true
			idempotency.jdbc.purge.interval    | 1m
			idempotency.jdbc.purge.batch-size  | 1000
			idempotency.redis.key-prefix       | idempotency:
			idempotency.redis.min-replicas     | 0
			idempotency.redis.replica-timeout  | 1s
			""")
	void defaultsAreThoseOfTheContract(String name, String value) throws IOException {
		JsonNode property = properties().get(name);
		assertThat(property).isNotNull();
		assertThat(property.path("defaultValue").asText()).isEqualTo(value);
	}

	private static Map<String, JsonNode> properties() throws IOException {
		Map<String, JsonNode> properties = new HashMap<>();
		try (InputStream metadata = IdempotencyProperties.class
			.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
			new ObjectMapper().readTree(metadata)
				.path("properties")
				.forEach((property) -> properties.put(property.path("name").asText(), property));
		}
		return properties;
	}

	@ParameterizedTest
	@ValueSource(classes = { IdempotencyRepository.class, IdempotencyEngine.class, RecordPurger.class,
			JdbcSchemaInitializer.class, MicrometerIdempotencyListener.class, IdempotencyScopeResolver.class,
			IdempotencyFingerprintResolver.class, IdempotencyReplayPolicy.class, IdempotentOperations.class,
			IdempotencyInterceptor.class, IdempotencyResponseBodyAdvice.class, ProblemAdvice.class,
			IdempotencyEndpoint.class, IdempotencyOpenApiCustomizer.class })
	void everyBeanBacksOffToTheApplicationsOwn(Class<?> type) {
		WebApplicationContextRunner runner = new WebApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(DispatcherServletAutoConfiguration.class, WebMvcAutoConfiguration.class,
							DataSourceAutoConfiguration.class, IdempotencyAutoConfiguration.class))
			.withPropertyValues("spring.datasource.generate-unique-name=true",
					"management.endpoints.web.exposure.include=idempotency")
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new);
		runner.run((context) -> assertThat(context).hasSingleBean(type));
		runner.withUserConfiguration(OwnBeans.class)
			.run((context) -> assertThat(context).getBeanNames(type).singleElement().asString().startsWith("own"));
	}

	@ParameterizedTest
	@CsvSource({ "jdbc, '', true", "jdbc, orders, false", "memory, '', false" })
	void anApplicationWithoutNameIsToldThatItMayShareKeys(String repository, String name, boolean told,
			CapturedOutput output) {
		TestApplication
			.start(OrdersApplication.class, List.of("idempotency.repository=" + repository,
					"spring.application.name=" + name, "spring.datasource.url=jdbc:h2:mem:without_name"))
			.close();
		assertThat(output.toString().contains("This application has no name")).isEqualTo(told);
	}

	@Test
	void aFailedStartIsReportedWithWhatToWriteInstead(CapturedOutput output) {
		assertThatException().isThrownBy(() -> start("idempotency.ttl=abc"));
		assertThat(output).contains("APPLICATION FAILED TO START", "The property 'idempotency.ttl' has the value 'abc'",
				"idempotency.ttl=30s");
		assertThatException().isThrownBy(() -> start("idempotency.max-request-size=0B"));
		assertThat(output).contains("idempotency.max-request-size=1MB");
		assertThatException().isThrownBy(
				() -> start("idempotency.jdbc.initialize-schema=never", "idempotency.jdbc.table-name=nobodys_records"));
		assertThat(output).contains("idempotency.jdbc.initialize-schema=always")
			.containsIgnoringCase("create table if not exists nobodys_records");
	}

	@SuppressWarnings("resource") // Does not start
	private static void start(String... properties) {
		List<String> all = new ArrayList<>(
				List.of("idempotency.repository=jdbc", "spring.datasource.url=jdbc:h2:mem:failing"));
		all.addAll(List.of(properties));
		TestApplication.start(OrdersApplication.class, all);
	}

	/**
	 * Beans of the application.
	 */
	@Configuration(proxyBeanMethods = false)
	static class OwnBeans {

		@Bean
		IdempotencyRepository ownRepository() {
			return new MemoryIdempotencyRepository(10, Clock.systemUTC());
		}

		@Bean
		IdempotencyEngine ownEngine(IdempotencyRepository repository) {
			return new IdempotencyEngine(repository, Duration.ofSeconds(30), new IdempotencyListener() {
			});
		}

		@Bean
		RecordPurger ownPurger(IdempotencyRepository repository) {
			return new RecordPurger(repository, Duration.ofMinutes(1), 10, new IdempotencyListener() {
			});
		}

		@Bean
		JdbcSchemaInitializer ownSchemaInitializer(DataSource dataSource, IdempotencyProperties properties) {
			return new JdbcSchemaInitializer(dataSource, properties.jdbc());
		}

		@Bean
		MicrometerIdempotencyListener ownListener(MeterRegistry registry) {
			return new MicrometerIdempotencyListener(registry, "own");
		}

		@Bean
		IdempotencyEndpoint ownEndpoint(IdempotencyRepository repository, IdempotencyEngine engine) {
			return new IdempotencyEndpoint(repository, engine, "", IdempotencyKey::new,
					() -> new IdempotencyOverview("own", "", Map.of(), Map.of()),
					new OperatorSettlement(repository, RecordEncryption.none()));
		}

		@Bean
		IdempotencyScopeResolver ownScopeResolver() {
			return (request) -> "";
		}

		@Bean
		IdempotentOperations ownOperations(HandlerSettings settings) {
			return new IdempotentOperations(settings);
		}

		@Bean
		IdempotencyInterceptor ownInterceptor(IdempotentOperations operations, IdempotencyEngine engine,
				IdempotencyScopeResolver scope, IdempotencyFingerprintResolver fingerprint,
				IdempotencyReplayPolicy replay) {
			return new IdempotencyInterceptor(operations, engine, IdempotencyObserver.NONE,
					new IdempotencyStrategies(scope, null, fingerprint, replay), "own");
		}

		@Bean
		IdempotencyFingerprintResolver ownFingerprintResolver() {
			return new StandardFingerprintResolver();
		}

		@Bean
		IdempotencyReplayPolicy ownReplayPolicy() {
			return new StandardReplayPolicy();
		}

		@Bean
		IdempotencyResponseBodyAdvice ownResponseBodyAdvice(IdempotentOperations operations) {
			return new IdempotencyResponseBodyAdvice();
		}

		@Bean
		ProblemAdvice ownProblemAdvice() {
			return new ProblemAdvice();
		}

		@Bean
		IdempotencyOpenApiCustomizer ownOpenApiCustomizer(IdempotentOperations operations) {
			return new IdempotencyOpenApiCustomizer(operations, true);
		}

	}

}

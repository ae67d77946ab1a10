package dev.idempotency.autoconfigure;

import java.lang.reflect.Method;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

import javax.sql.DataSource;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.Mockito;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.DispatcherServletAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.WebMvcAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableWebApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.method.HandlerMethod;

import dev.idempotency.Idempotent;
import dev.idempotency.actuate.IdempotencyEndpoint;
import dev.idempotency.engine.AbandonedPolicy;
import dev.idempotency.engine.IdempotencyEngine;
import dev.idempotency.engine.Operation;
import dev.idempotency.engine.RecordPurger;
import dev.idempotency.engine.RepositoryFailurePolicy;
import dev.idempotency.metrics.MicrometerIdempotencyListener;
import dev.idempotency.openapi.IdempotencyOpenApiCustomizer;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.jdbc.JdbcIdempotencyRepository;
import dev.idempotency.repository.memory.MemoryIdempotencyRepository;
import dev.idempotency.repository.redis.RedisIdempotencyRepository;
import dev.idempotency.web.HandlerOperation;
import dev.idempotency.web.IdempotencyInterceptor;
import dev.idempotency.web.IdempotencyScopeResolver;
import dev.idempotency.web.IdempotentOperations;
import dev.idempotency.web.KeyFormat;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link IdempotencyAutoConfiguration}.
 */
class IdempotencyAutoConfigurationTests {

	private static final List<FailureAnalyzer> ANALYZERS = List.of(new IdempotencyBindFailureAnalyzer(),
			new IdempotencyFailureAnalyzer(), new TableMissingFailureAnalyzer());

	private final WebApplicationContextRunner web = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DispatcherServletAutoConfiguration.class,
				WebMvcAutoConfiguration.class, IdempotencyAutoConfiguration.class));

	private final WebApplicationContextRunner memory = this.web.withPropertyValues("idempotency.repository=memory");

	private final WebApplicationContextRunner jdbc = this.web
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class))
		.withPropertyValues("spring.datasource.generate-unique-name=true");

	private final WebApplicationContextRunner redis = this.web
		.withConfiguration(AutoConfigurations.of(RedisAutoConfiguration.class));

	@Test
	void registersNothingWhenDisabled() {
		this.jdbc.withPropertyValues("idempotency.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(IdempotencyRepository.class)
				.doesNotHaveBean(IdempotencyInterceptor.class)
				.doesNotHaveBean("idempotencyFilterRegistration"));
	}

	@Test
	void registersNothingWithoutServletApplication() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(DataSourceAutoConfiguration.class, IdempotencyAutoConfiguration.class))
			.run((context) -> assertThat(context).doesNotHaveBean(IdempotencyRepository.class));
	}

	@Test
	void exposesTheEndpointWhenAsked() {
		String exposed = "management.endpoints.web.exposure.include=health,idempotency";
		this.memory.run((context) -> assertThat(context).doesNotHaveBean(IdempotencyEndpoint.class));
		this.memory.withPropertyValues("management.endpoints.web.exposure.include=health")
			.run((context) -> assertThat(context).doesNotHaveBean(IdempotencyEndpoint.class));
		this.memory.withPropertyValues(exposed)
			.run((context) -> assertThat(context).hasSingleBean(IdempotencyEndpoint.class));
		this.memory.withPropertyValues(exposed, "management.endpoint.idempotency.access=NONE")
			.run((context) -> assertThat(context).doesNotHaveBean(IdempotencyEndpoint.class));
		this.memory.withPropertyValues(exposed, "idempotency.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(IdempotencyEndpoint.class));
	}

	@Test
	void choosesTheDatabaseWhenThereIsOnlyThat() {
		this.jdbc.run((context) -> {
			assertThat(context).getBean(IdempotencyRepository.class).isInstanceOf(JdbcIdempotencyRepository.class);
			assertThat(rows(context, "idempotency_record")).isZero();
			assertThat(context).hasSingleBean(RecordPurger.class);
		});
	}

	@Test
	void choosesRedisWhenThereIsOnlyThat() {
		this.redis.run((context) -> assertThat(context).getBean(IdempotencyRepository.class)
			.isInstanceOf(RedisIdempotencyRepository.class));
	}

	@Test
	void refusesToWaitForReplicasWithAnotherDriverThanLettuce() {
		WebApplicationContextRunner jedis = this.redis.withPropertyValues("spring.data.redis.client-type=jedis");
		jedis.run((context) -> assertThat(context).hasNotFailed());
		jedis.withPropertyValues("idempotency.redis.min-replicas=1").run((context) -> {
			FailureAnalysis analysis = analysis(context);
			assertThat(analysis.getDescription()).contains("Only Lettuce",
					"org.springframework.data.redis.connection.jedis.JedisConnectionFactory");
			assertThat(analysis.getAction()).contains("idempotency.redis.min-replicas=0",
					"spring.data.redis.client-type=lettuce");
		});
	}

	@Test
	void refusesToWaitForReplicasOnConnectionsOfAnUnknownKind() {
		WebApplicationContextRunner unknown = this.web.withBean(RedisConnectionFactory.class,
				() -> Mockito.mock(RedisConnectionFactory.class));
		unknown.run((context) -> assertThat(context).hasNotFailed());
		unknown.withPropertyValues("idempotency.redis.min-replicas=1")
			.run((context) -> assertThat(analysis(context).getAction()).contains("LettuceConnectionFactory"));
	}

	@Test
	void usesTheNamedRepository() {
		WebApplicationContextRunner both = this.jdbc
			.withConfiguration(AutoConfigurations.of(RedisAutoConfiguration.class));
		both.withPropertyValues("idempotency.repository=jdbc")
			.run((context) -> assertThat(context).getBean(IdempotencyRepository.class)
				.isInstanceOf(JdbcIdempotencyRepository.class));
		both.withPropertyValues("idempotency.repository=redis").run((context) -> {
			assertThat(context).getBean(IdempotencyRepository.class).isInstanceOf(RedisIdempotencyRepository.class);
			assertThat(context).doesNotHaveBean(JdbcSchemaInitializer.class);
		});
		both.withPropertyValues("idempotency.repository=memory")
			.run((context) -> assertThat(context).getBean(IdempotencyRepository.class)
				.isInstanceOf(MemoryIdempotencyRepository.class));
	}

	@Test
	void asksWhichOfTwoPossibleRepositoriesToUse() {
		this.jdbc.withConfiguration(AutoConfigurations.of(RedisAutoConfiguration.class)).run((context) -> {
			FailureAnalysis analysis = analysis(context);
			assertThat(analysis.getDescription()).contains("two are possible", "DataSource", "RedisConnectionFactory");
			assertThat(analysis.getAction()).contains("idempotency.repository=jdbc", "idempotency.repository=redis");
		});
	}

	@Test
	void saysWhatIsNeededWhenNoRepositoryIsPossible() {
		this.web.run((context) -> {
			FailureAnalysis analysis = analysis(context);
			assertThat(analysis.getDescription()).contains("none can be built");
			assertThat(analysis.getAction()).contains("spring-boot-starter-jdbc", "spring-boot-starter-data-redis",
					"idempotency.repository=memory");
		});
	}

	@ParameterizedTest
	@CsvSource({ "jdbc,spring-boot-starter-jdbc", "redis,spring-boot-starter-data-redis" })
	void saysWhichDependencyTheNamedRepositoryNeeds(String repository, String dependency) {
		this.web.withPropertyValues("idempotency.repository=" + repository)
			.withClassLoader(new FilteredClassLoader("org.springframework.data.redis", "org.springframework.jdbc"))
			.run((context) -> {
				FailureAnalysis analysis = analysis(context);
				assertThat(analysis.getDescription()).contains("'" + repository + "'");
				assertThat(analysis.getAction()).contains(dependency);
			});
	}

	@Test
	void refusesAMissingTableWithTheStatementThatCreatesIt() {
		this.jdbc
			.withPropertyValues("idempotency.jdbc.initialize-schema=never", "idempotency.jdbc.table-name=my_records")
			.run((context) -> {
				FailureAnalysis analysis = analysis(context);
				assertThat(analysis.getDescription()).contains("my_records");
				assertThat(analysis.getAction()).contains("idempotency.jdbc.initialize-schema=always")
					.containsIgnoringCase("create table")
					.contains("my_records");
			});
	}

	@Test
	void createsTheTableUnderItsConfiguredName() {
		this.jdbc.withPropertyValues("idempotency.jdbc.table-name=my_records")
			.run((context) -> assertThat(rows(context, "my_records")).isZero());
	}

	@Test
	void purgesOnlyIfEnabled() {
		this.jdbc.withPropertyValues("idempotency.jdbc.purge.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(RecordPurger.class));
	}

	@Test
	void measuresOnlyWithARegistry() {
		this.memory.run((context) -> assertThat(context).doesNotHaveBean(MicrometerIdempotencyListener.class));
		this.memory.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.run((context) -> assertThat(context).hasSingleBean(MicrometerIdempotencyListener.class));
		this.memory.withClassLoader(new FilteredClassLoader(MeterRegistry.class))
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void documentsOnlyWithSpringdoc() {
		this.memory.run((context) -> assertThat(context).hasSingleBean(IdempotencyOpenApiCustomizer.class));
		for (String disabled : List.of("idempotency.enabled=false", "springdoc.api-docs.enabled=false")) {
			this.memory.withPropertyValues(disabled)
				.run((context) -> assertThat(context).doesNotHaveBean(IdempotencyOpenApiCustomizer.class));
		}
		for (String missing : List.of("org.springdoc", "io.swagger")) {
			this.memory.withClassLoader(new FilteredClassLoader(missing))
				.run((context) -> assertThat(context).hasNotFailed()
					.doesNotHaveBean("idempotencyOpenApiCustomizer")
					.hasSingleBean(IdempotencyInterceptor.class));
		}
	}

	@Test
	void startsWithoutTheClassesOfTheOtherRepositories() {
		this.memory
			.withClassLoader(
					new FilteredClassLoader("org.springframework.data.redis", "org.springframework.jdbc", "io.lettuce"))
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void backsOffToTheApplicationsBeans() {
		this.jdbc.withUserConfiguration(OwnBeans.class).run((context) -> {
			assertThat(context).getBean(IdempotencyRepository.class).isSameAs(context.getBean("ownRepository"));
			assertThat(context).hasSingleBean(IdempotencyScopeResolver.class);
			assertThat(context).getBean(IdempotencyScopeResolver.class).isSameAs(context.getBean("ownScope"));
			assertThat(context).doesNotHaveBean(JdbcSchemaInitializer.class);
			assertThat(context).hasSingleBean(IdempotencyEngine.class);
		});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			idempotency.ttl                       | abc           | 30s
			idempotency.ttl                       | 0s            | 24h
			idempotency.lease                     | -1s           | 30s
			idempotency.wait                      | -1s           | 5s
			idempotency.lease                     | 1ms           | 30s
			idempotency.repository-timeout        | 0s            | 5s
			idempotency.repository-timeout        | 2h            | 5s
			idempotency.repository                | foo           | jdbc
			idempotency.abandoned                 | maybe         | retry
			idempotency.on-repository-failure     | maybe         | reject
			idempotency.header-name               | Two Words     | Idempotency-Key
			idempotency.key.format                | loose         | lenient
			idempotency.key.max-length            | 0             | 255
			idempotency.key.max-length            | many          | 255
			idempotency.key.pattern               | [             | [0-9a-f-]{36}
			idempotency.replay.statuses           | 6xx           | 2xx,3xx,404
			idempotency.replay.header-name        | a:b           | Idempotent-Replayed
			idempotency.replay.excluded-headers   | a b           | X-Request-Cost
			idempotency.max-request-size          | 0B            | 1MB
			idempotency.max-response-size         | 3GB           | 1MB
			idempotency.max-response-size         | big           | 1MB
			idempotency.problem.type-prefix       | no uri        | https://example.com/problems/
			idempotency.memory.max-records        | 0             | 100000
			idempotency.redis.min-replicas        | -1            | 1
			idempotency.redis.replica-timeout     | 0s            | 1s
			idempotency.redis.replica-timeout     | 2h            | 1s
			idempotency.jdbc.purge.interval       | 0s            | 1m
			idempotency.jdbc.purge.batch-size     | 0             | 1000
			idempotency.jdbc.initialize-schema    | sometimes     | embedded
			idempotency.jdbc.connections          | 1             | 3
			idempotency.jdbc.connections          | -2            | 3
			idempotency.operations.refund.ttl                     | abc  | 30s
			idempotency.operations.refund.ttl                     | 0s   | 24h
			idempotency.operations.refund.lease                   | 1ms  | 30s
			idempotency.operations.refund.wait                    | -1s  | 5s
			idempotency.operations.refund.abandoned               | no   | retry
			idempotency.operations.refund.header-name             | a b  | Idempotency-Key
			idempotency.operations.refund.key.max-length          | 0    | 255
			idempotency.operations.refund.replay.statuses         | 6xx  | 2xx,3xx,404
			idempotency.operations.refund.replay.header-name      | a:b  | Idempotent-Replayed
			idempotency.operations.refund.replay.excluded-headers | a b  | X-Request-Cost
			idempotency.operations.refund.max-request-size        | 0B   | 1MB
			idempotency.operations.refund.problem.type-prefix     | a b  | https://example.com/problems/
			""")
	void refusesAnInvalidPropertyWithAnExample(String property, String value, String example) {
		WebApplicationContextRunner runner = property.endsWith(".repository") ? this.web : this.memory;
		runner.withPropertyValues(property + "=" + value).run((context) -> {
			FailureAnalysis analysis = analysis(context);
			assertThat(analysis.getDescription()).contains("'" + property + "'");
			if (!value.equals("3GB") && !value.matches("-?[0-9]+(s|ms|h)")) {
				assertThat(analysis.getDescription()).contains("'" + value + "'");
			}
			assertThat(analysis.getAction()).contains(property + "=" + example);
		});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			a   | c2VjcmV0MTIzNDU2Nzg  | .secret | 112 bits
			a   | not Base64!          | .secret | not Base64
			a   | ''                   | .secret | 0 bits
			''  | c2VjcmV0MTIzNDU2Nzg5 | .id     | 1 to 64
			a b | c2VjcmV0MTIzNDU2Nzg5 | .id     | visible ASCII
			""")
	void refusesAnInvalidEncryptionKeyWithoutShowingIt(String id, String secret, String property, String reason) {
		String key = "idempotency.encryption.keys[0]";
		this.memory.withPropertyValues(key + ".id=" + id, key + ".secret=" + secret).run((context) -> {
			FailureAnalysis analysis = analysis(context);
			assertThat(analysis.getDescription()).contains(key + property, reason);
			assertThat(analysis.getAction()).contains(key + property);
			if (!secret.isEmpty()) {
				assertThat(analysis.getDescription() + analysis.getAction()).doesNotContain(secret);
			}
		});
	}

	@Test
	void refusesToAcceptOnlyEncryptedRecordsWithoutAKey() {
		this.memory.withPropertyValues("idempotency.encryption.accept-plain=false").run((context) -> {
			assertThat(analysis(context).getDescription()).contains("idempotency.encryption.accept-plain");
			assertThat(analysis(context).getAction()).contains("idempotency.encryption.keys");
		});
	}

	@Test
	void refusesTwoEncryptionKeysOfOneName() {
		String key = "idempotency.encryption.keys";
		String secret = ".secret=c2VjcmV0MTIzNDU2Nzg5MA==";
		this.memory.withPropertyValues(key + "[0].id=a", key + "[0]" + secret, key + "[1].id=a", key + "[1]" + secret)
			.run((context) -> assertThat(analysis(context).getDescription()).contains(key + "[1].id", "differ"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "a b", "drop table x; --", "a.b.c.d", "" })
	void refusesAnInvalidTableName(String name) {
		this.jdbc.withPropertyValues("idempotency.jdbc.table-name=" + name)
			.run((context) -> assertThat(analysis(context).getAction()).contains("idempotency.jdbc.table-name"));
	}

	@DisplayName("2.14 an unparsable ttl, among others, stops the start and is named with its method")
	@ParameterizedTest
	@ValueSource(classes = { InvalidTtl.class, UnknownPlaceholder.class, ZeroTtl.class, InvalidUnless.class,
			InvalidName.class })
	void refusesAnInvalidAnnotationWithAnExample(Class<?> controller) {
		this.memory.withBean(controller).run((context) -> {
			FailureAnalysis analysis = analysis(context);
			assertThat(analysis.getDescription()).contains("@Idempotent on " + controller.getName() + ".handle");
			assertThat(analysis.getAction()).contains("@Idempotent(");
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { Streams.Emitter.class, Streams.Sse.class, Streams.SseInEntity.class, Streams.Body.class,
			Streams.BodyInFuture.class, Streams.Many.class, Streams.ManyInEntity.class })
	@DisplayName("2.14 streaming return types stop the start, and the analysis says which method and what to do")
	void refusesStreamingReturnTypes(Class<?> controller) {
		this.memory.withBean(controller).run((context) -> {
			FailureAnalysis analysis = analysis(context);
			assertThat(analysis.getDescription()).contains(controller.getName() + ".handle", "streams its response");
			assertThat(analysis.getAction()).contains("remove @Idempotent", "CompletionStage");
		});
	}

	@Test
	@DisplayName("2.14 return types that answer as a whole do not stop the start")
	void acceptsOtherReturnTypes() {
		this.memory.withBean(Streams.Whole.class).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void resolvesPlaceholdersInTheAnnotation() {
		this.memory.withBean(PlaceholderTtl.class)
			.withPropertyValues("my.ttl=PT2H")
			.run((context) -> assertThat(operation(context, PlaceholderTtl.class).operation().ttl()).hasHours(2));
	}

	@Test
	void namesOperationsAfterClassAndMethod() {
		this.memory.withBean(HTTPPaymentController.class)
			.run((context) -> assertThat(operation(context, HTTPPaymentController.class).operation().name())
				.isEqualTo("http-payment-controller-handle"));
	}

	@Test
	void overridesSettingsOfOneOperation() {
		String prefix = "idempotency.operations.placeholder-ttl-handle.";
		this.memory.withBean(PlaceholderTtl.class)
			.withBean(HTTPPaymentController.class)
			.withPropertyValues("my.ttl=PT2H", "idempotency.lease=20s", prefix + "ttl=1h", prefix + "lease=5s",
					prefix + "wait=3s", prefix + "abandoned=reject", prefix + "on-repository-failure=proceed",
					prefix + "key.format=structured", prefix + "key.max-length=36", prefix + "key.pattern=[a-f0-9-]+",
					prefix + "replay.statuses=201", prefix + "replay.header-name=X-Replayed",
					prefix + "replay.excluded-headers=X-Cost", prefix + "max-request-size=10B",
					prefix + "max-response-size=20B", prefix + "fingerprint.canonical-json=true",
					prefix + "problem.type-prefix=https://example.com/", prefix + "header-name=X-Delivery",
					"idempotency.header-name=Operation-Key")
			.run((context) -> {
				HandlerOperation overridden = operation(context, PlaceholderTtl.class);
				assertThat(overridden.operation()).isEqualTo(new Operation("placeholder-ttl-handle",
						Duration.ofHours(1), Duration.ofSeconds(5), Duration.ofSeconds(3), AbandonedPolicy.REJECT,
						RepositoryFailurePolicy.PROCEED, "https://example.com/", false));
				assertThat(overridden.keyParser().format()).isEqualTo(KeyFormat.STRUCTURED);
				assertThat(overridden.keyParser().maxLength()).isEqualTo(36);
				assertThat(overridden.keyParser().pattern()).hasToString("[a-f0-9-]+");
				assertThat(overridden.keyParser().headerName()).isEqualTo("X-Delivery");
				assertThat(overridden.replayStatuses().contains(201)).isTrue();
				assertThat(overridden.replayStatuses().contains(200)).isFalse();
				assertThat(overridden.replayHeaderName()).isEqualTo("X-Replayed");
				assertThat(overridden.storableHeaders().includes("X-Cost")).isFalse();
				assertThat(overridden.maxRequestSize()).isEqualTo(10);
				assertThat(overridden.maxResponseSize()).isEqualTo(20);
				assertThat(overridden.canonicalJson()).isTrue();
				HandlerOperation other = operation(context, HTTPPaymentController.class);
				assertThat(other.operation().ttl()).hasHours(24);
				assertThat(other.operation().lease()).hasSeconds(20);
				assertThat(other.keyParser().format()).isEqualTo(KeyFormat.LENIENT);
				assertThat(other.keyParser().headerName()).isEqualTo("Operation-Key");
				assertThat(other.canonicalJson()).isFalse();
				assertThat(other.replayHeaderName()).isEqualTo("Idempotent-Replayed");
			});
	}

	@Test
	void whatAnOverrideDoesNotNameStaysAsForAll() {
		this.memory.withBean(HTTPPaymentController.class)
			.withPropertyValues("idempotency.wait=2s", "idempotency.key.format=structured",
					"idempotency.replay.statuses=2xx",
					"idempotency.operations.http-payment-controller-handle.key.max-length=64",
					"idempotency.operations.http-payment-controller-handle.replay.header-name=X-Replayed")
			.run((context) -> {
				HandlerOperation operation = operation(context, HTTPPaymentController.class);
				assertThat(operation.operation().waitTime()).hasSeconds(2);
				assertThat(operation.keyParser().format()).isEqualTo(KeyFormat.STRUCTURED);
				assertThat(operation.keyParser().maxLength()).isEqualTo(64);
				assertThat(operation.replayStatuses().contains(404)).isFalse();
				assertThat(operation.replayHeaderName()).isEqualTo("X-Replayed");
			});
	}

	@Test
	@DisplayName("2.14 settings of an operation that does not exist stop the start and list the known names")
	void refusesSettingsOfAnUnknownOperation() {
		WebApplicationContextRunner runner = this.memory
			.withPropertyValues("idempotency.operations.create-payment.ttl=1h");
		runner.run((context) -> assertThat(analysis(context).getAction()).contains("remove the settings"));
		runner.withBean(HTTPPaymentController.class).run((context) -> {
			FailureAnalysis analysis = analysis(context);
			assertThat(analysis.getDescription()).contains("idempotency.operations.create-payment");
			assertThat(analysis.getAction()).contains("http-payment-controller-handle");
		});
	}

	private static HandlerOperation operation(AssertableWebApplicationContext context, Class<?> controller)
			throws NoSuchMethodException {
		Method method = controller.getDeclaredMethod("handle");
		HandlerOperation operation = context.getBean(IdempotentOperations.class)
			.find(new HandlerMethod(context.getBean(controller), method));
		assertThat(operation).isNotNull();
		return operation;
	}

	private static Integer rows(AssertableWebApplicationContext context, String table) {
		return new JdbcTemplate(context.getBean(DataSource.class)).queryForObject("select count(*) from " + table,
				Integer.class);
	}

	private static FailureAnalysis analysis(AssertableWebApplicationContext context) {
		assertThat(context).hasFailed();
		Throwable failure = context.getStartupFailure();
		return ANALYZERS.stream()
			.map((analyzer) -> analyzer.analyze(failure))
			.filter(Objects::nonNull)
			.findFirst()
			.orElseThrow(() -> new AssertionError("No analysis", failure));
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
		IdempotencyScopeResolver ownScope() {
			return (request) -> "";
		}

	}

	@RestController
	static class InvalidTtl {

		@PostMapping("/")
		@Idempotent(ttl = "soon")
		void handle() {
		}

	}

	@RestController
	static class UnknownPlaceholder {

		@PostMapping("/")
		@Idempotent(ttl = "${no.such.property}")
		void handle() {
		}

	}

	@RestController
	static class ZeroTtl {

		@PostMapping("/")
		@Idempotent(ttl = "0s")
		void handle() {
		}

	}

	@RestController
	static class InvalidUnless {

		@PostMapping("/")
		@Idempotent(unless = "#status ==")
		void handle() {
		}

	}

	@RestController
	static class InvalidName {

		@PostMapping("/")
		@Idempotent("Create Payment")
		void handle() {
		}

	}

	@RestController
	static class PlaceholderTtl {

		@PostMapping("/")
		@Idempotent(ttl = "${my.ttl}")
		void handle() {
		}

	}

	@RestController
	static class HTTPPaymentController {

		@PostMapping("/payments")
		@Idempotent
		void handle() {
		}

	}

}

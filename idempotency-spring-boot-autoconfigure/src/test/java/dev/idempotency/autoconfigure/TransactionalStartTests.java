package dev.idempotency.autoconfigure;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import javax.sql.DataSource;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.autoconfigure.transaction.TransactionAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.DispatcherServletAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.WebMvcAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableWebApplicationContext;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.stereotype.Controller;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;

import dev.idempotency.Idempotent;
import dev.idempotency.engine.Transactions.Transaction;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.memory.MemoryIdempotencyRepository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What transactional operations need, and that the application does not start without it.
 */
class TransactionalStartTests {

	private final WebApplicationContextRunner web = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DispatcherServletAutoConfiguration.class,
				WebMvcAutoConfiguration.class, IdempotencyAutoConfiguration.class));

	private final WebApplicationContextRunner jdbc = this.web
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class))
		.withPropertyValues("spring.datasource.generate-unique-name=true");

	private final WebApplicationContextRunner complete = this.jdbc
		.withConfiguration(AutoConfigurations.of(DataSourceTransactionManagerAutoConfiguration.class));

	private static void assertRefused(AssertableWebApplicationContext context, Class<?> controller, String reason,
			String action) {
		assertThat(context).hasFailed();
		FailureAnalysis analysis = new IdempotencyFailureAnalyzer().analyze(context.getStartupFailure());
		assertThat(analysis).isNotNull();
		assertThat(analysis.getDescription())
			.contains(controller.getName() + ".handle", "@Idempotent(transactional = true)")
			.contains(reason);
		assertThat(analysis.getAction()).contains(action).contains("remove 'transactional'");
	}

	@Test
	@DisplayName("2.14 transactional with a repository that cannot do it stops the start")
	void refusesRepositoriesThatCannotDoIt() {
		this.web.withPropertyValues("idempotency.repository=memory")
			.withBean(Plain.class)
			.run((context) -> assertRefused(context, Plain.class, "the memory repository",
					"idempotency.repository=jdbc"));
		this.web.withConfiguration(AutoConfigurations.of(RedisAutoConfiguration.class))
			.withBean(Plain.class)
			.run((context) -> assertRefused(context, Plain.class, "the redis repository",
					"idempotency.repository=jdbc"));
		this.complete.withBean(Plain.class)
			.withUserConfiguration(OwnRepository.class)
			.run((context) -> assertRefused(context, Plain.class, "the memory repository",
					"idempotency.repository=jdbc"));
		this.web.withPropertyValues("idempotency.repository=memory")
			.withClassLoader(new FilteredClassLoader(PlatformTransactionManager.class))
			.withBean(Plain.class)
			.run((context) -> assertRefused(context, Plain.class, "spring-tx", "Use the jdbc repository"));
	}

	@ParameterizedTest
	@ValueSource(classes = { AsCallable.class, AsFuture.class, AsStage.class, AsDeferredResult.class, AsTask.class,
			AsEntityOfFuture.class })
	@DisplayName("2.14 transactional with an asynchronous return type stops the start")
	void refusesAsynchronousReturnTypes(Class<?> controller) {
		this.complete.withBean(controller)
			.run((context) -> assertRefused(context, controller, "answers asynchronously",
					"Return the response itself"));
	}

	@ParameterizedTest
	@ValueSource(classes = { AsView.class, AsAnything.class })
	@DisplayName("2.14 transactional with a view stops the start")
	void refusesViews(Class<?> controller) {
		this.complete.withBean(controller)
			.run((context) -> assertRefused(context, controller, "answers by a view", "@ResponseBody"));
	}

	@Test
	@DisplayName("2.14 return types that answer at once do not stop the start")
	void acceptsOtherReturnTypes() {
		this.complete.withBean(Plain.class).withBean(Whole.class).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	@DisplayName("2.14 transactional without a transaction manager of the repository's DataSource stops the start")
	void refusesWithoutTransactionManagerOfTheDataSource() {
		this.jdbc.withBean(Plain.class)
			.run((context) -> assertRefused(context, Plain.class, "there is no PlatformTransactionManager",
					"Define a PlatformTransactionManager"));
		this.jdbc.withBean(Plain.class)
			.withUserConfiguration(OtherDatabase.class)
			.run((context) -> assertRefused(context, Plain.class, "DataSource of the repository (otherManager)",
					"Define a PlatformTransactionManager"));
	}

	@Test
	@DisplayName("2.14 several transaction managers of the repository's DataSource, none primary, stop the start")
	void refusesSeveralTransactionManagersOfTheDataSource() {
		WebApplicationContextRunner several = this.jdbc.withBean(Plain.class).withUserConfiguration(TwoManagers.class);
		several.run((context) -> assertRefused(context, Plain.class, "several transaction managers", "@Primary"));
		several.run((context) -> assertRefused(context, Plain.class, "(first, second)", "@Primary"));
		several.withUserConfiguration(PrimaryManager.class).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	@DisplayName("5.14 transactional where the application's DataSource misses the repository's table stops the start")
	void refusesWhereTheApplicationDoesNotReachTheTable() {
		this.complete.withBean(Plain.class)
			.withUserConfiguration(OtherSource.class)
			.run((context) -> assertRefused(context, Plain.class,
					"the application's DataSource does not reach the table of the repository",
					"Keep the records in the database of the handler"));
		this.complete.withBean(Plain.class)
			.withUserConfiguration(RoutingSource.class)
			.run((context) -> assertRefused(context, Plain.class, "the application's DataSource routes by the request",
					"Keep the records in the database of the handler"));
		this.complete.withBean(Plain.class)
			.withUserConfiguration(SameSource.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@ValueSource(classes = { ReadOnly.class, Different.class })
	@DisplayName("5.11 settings that a handler cannot have stop the start")
	void refusesSettingsThatCannotBeHad(Class<?> controller) {
		this.complete.withConfiguration(AutoConfigurations.of(TransactionAutoConfiguration.class))
			.withBean(controller)
			.run((context) -> assertRefused(context, controller, "@Transactional", "or remove"));
	}

	@Test
	void usesTheTransactionManagerOfTheDataSource() {
		this.jdbc.withBean(Plain.class).withUserConfiguration(OtherDatabase.class, OneManager.class).run((context) -> {
			assertThat(context).hasNotFailed();
			RepositoryTransactions transactions = context.getBean(RepositoryTransactions.class);
			Transaction transaction = transactions.begin("test", false);
			try {
				assertThatIllegalStateException().isThrownBy(() -> transactions.begin("inner", false))
					.withMessageContaining("operation inner was called within a transaction");
				assertThat(TransactionSynchronizationManager.hasResource(context.getBean(DataSource.class))).isTrue();
			}
			finally {
				transaction.rollBack();
			}
			assertThat(TransactionSynchronizationManager.getResourceMap()).isEmpty();
			assertThat(TransactionSynchronizationManager.isSynchronizationActive()).isFalse();
		});
	}

	@Test
	void beginsNoTransactionAtTheStartIfNoOperationNeedsOne() {
		this.jdbc.withUserConfiguration(OtherDatabase.class).run((context) -> assertThat(context).hasNotFailed());
	}

	/**
	 * A repository of the application that knows no transactions.
	 */
	@Configuration(proxyBeanMethods = false)
	static class OwnRepository {

		@Bean
		IdempotencyRepository ownRepository() {
			return new MemoryIdempotencyRepository(10, Clock.systemUTC());
		}

	}

	/**
	 * Records in another database.
	 */
	@Configuration(proxyBeanMethods = false)
	static class OtherSource {

		@Bean(defaultCandidate = false)
		@IdempotencyDataSource
		DataSource marked() {
			return new DriverManagerDataSource("jdbc:h2:mem:other-records;DB_CLOSE_DELAY=-1");
		}

	}

	/**
	 * Records in the same database, in connections of their own.
	 */
	@Configuration(proxyBeanMethods = false)
	static class SameSource {

		@Bean
		@Primary
		DataSource application() {
			return new DriverManagerDataSource("jdbc:h2:mem:same-records;DB_CLOSE_DELAY=-1");
		}

		@Bean
		@IdempotencyDataSource
		DataSource marked() {
			return new DriverManagerDataSource("jdbc:h2:mem:same-records;DB_CLOSE_DELAY=-1");
		}

	}

	/**
	 * Databases of tenants behind a proxy, and records in that of one of them.
	 */
	@Configuration(proxyBeanMethods = false)
	static class RoutingSource {

		@Bean
		@Primary
		DataSource application() {
			AbstractRoutingDataSource routing = new AbstractRoutingDataSource() {

				@Override
				protected Object determineCurrentLookupKey() {
					return "one";
				}

			};
			routing.setTargetDataSources(Map.of("one", marked()));
			routing.afterPropertiesSet();
			return new LazyConnectionDataSourceProxy(routing);
		}

		@Bean
		@IdempotencyDataSource
		DataSource marked() {
			return new DriverManagerDataSource("jdbc:h2:mem:tenant-records;DB_CLOSE_DELAY=-1");
		}

	}

	/**
	 * A transaction manager of another database.
	 */
	@Configuration(proxyBeanMethods = false)
	static class OtherDatabase {

		@Bean
		PlatformTransactionManager otherManager() {
			return new DataSourceTransactionManager(new DriverManagerDataSource("jdbc:h2:mem:other"));
		}

	}

	/**
	 * A transaction manager of the database.
	 */
	@Configuration(proxyBeanMethods = false)
	static class OneManager {

		@Bean
		PlatformTransactionManager manager(DataSource dataSource) {
			return new DataSourceTransactionManager(dataSource);
		}

	}

	/**
	 * Two transaction managers of the database.
	 */
	@Configuration(proxyBeanMethods = false)
	static class TwoManagers {

		@Bean
		PlatformTransactionManager first(DataSource dataSource) {
			return new DataSourceTransactionManager(dataSource);
		}

		@Bean
		PlatformTransactionManager second(DataSource dataSource) {
			return new DataSourceTransactionManager(dataSource);
		}

	}

	/**
	 * A primary transaction manager of the database.
	 */
	@Configuration(proxyBeanMethods = false)
	static class PrimaryManager {

		@Bean
		@Primary
		PlatformTransactionManager primaryManager(DataSource dataSource) {
			return new DataSourceTransactionManager(dataSource);
		}

	}

	@RestController
	static class Plain {

		@PostMapping("/plain")
		@Idempotent(transactional = true)
		String handle() {
			return "";
		}

	}

	@Controller
	@Idempotent(transactional = true)
	static class Whole {

		@PostMapping("/void")
		void handle() {
		}

		@PostMapping("/entity")
		HttpEntity<String> entity() {
			return new HttpEntity<>("body");
		}

		@PostMapping("/headers")
		HttpHeaders headers() {
			return new HttpHeaders();
		}

		@PostMapping("/problem")
		ProblemDetail problem() {
			return ProblemDetail.forStatus(409);
		}

		@PostMapping("/body")
		@ResponseBody
		List<String> body() {
			return List.of();
		}

	}

	@RestController
	static class ReadOnly {

		@PostMapping("/plain")
		@Idempotent(transactional = true)
		@Transactional(readOnly = true)
		String handle() {
			return "";
		}

	}

	@RestController
	@Idempotent(operation = "shared", transactional = true)
	static class Different {

		@PostMapping("/one")
		@Transactional(isolation = Isolation.SERIALIZABLE)
		String handle() {
			return "";
		}

		@PostMapping("/two")
		String handle(@RequestParam String second) {
			return second;
		}

	}

	@RestController
	static class AsCallable {

		@PostMapping("/")
		@Idempotent(transactional = true)
		Callable<String> handle() {
			return () -> "";
		}

	}

	@RestController
	static class AsFuture {

		@PostMapping("/")
		@Idempotent(transactional = true)
		CompletableFuture<String> handle() {
			return CompletableFuture.completedFuture("");
		}

	}

	@RestController
	static class AsStage {

		@PostMapping("/")
		@Idempotent(transactional = true)
		CompletionStage<ResponseEntity<String>> handle() {
			return CompletableFuture.completedFuture(ResponseEntity.ok(""));
		}

	}

	@RestController
	static class AsDeferredResult {

		@PostMapping("/")
		@Idempotent(transactional = true)
		DeferredResult<String> handle() {
			return new DeferredResult<>();
		}

	}

	@RestController
	static class AsTask {

		@PostMapping("/")
		@Idempotent(transactional = true)
		WebAsyncTask<String> handle() {
			return new WebAsyncTask<>(() -> "");
		}

	}

	@RestController
	static class AsEntityOfFuture {

		@PostMapping("/")
		@Idempotent(transactional = true)
		ResponseEntity<CompletableFuture<String>> handle() {
			return ResponseEntity.ok(CompletableFuture.completedFuture(""));
		}

	}

	@Controller
	static class AsView {

		@PostMapping("/")
		@Idempotent(transactional = true)
		String handle() {
			return "view";
		}

	}

	@Controller
	static class AsAnything {

		@PostMapping("/")
		@Idempotent(transactional = true)
		Object handle() {
			return "view";
		}

	}

}

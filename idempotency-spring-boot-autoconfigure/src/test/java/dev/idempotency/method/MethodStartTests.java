package dev.idempotency.method;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.assertj.core.api.ObjectAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration;
import org.springframework.boot.autoconfigure.jackson.JacksonAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.autoconfigure.transaction.TransactionAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.DispatcherServletAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.WebMvcAutoConfiguration;
import org.springframework.boot.test.context.assertj.ApplicationContextAssertProvider;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.retry.annotation.EnableRetry;
import org.springframework.retry.annotation.Retryable;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.test.util.AopTestUtils;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import dev.idempotency.Idempotent;
import dev.idempotency.IdempotentResultConverter;
import dev.idempotency.autoconfigure.IdempotencyAutoConfiguration;
import dev.idempotency.autoconfigure.IdempotencyClientAutoConfiguration;
import dev.idempotency.client.IdempotencyKeyInterceptor;
import dev.idempotency.engine.RunningOperation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Which methods there can be, and what stands around them.
 */
class MethodStartTests {

	private final ApplicationContextRunner bare = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(IdempotencyAutoConfiguration.class, IdempotencyClientAutoConfiguration.class));

	private final ApplicationContextRunner memory = this.bare
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class))
		.withPropertyValues("idempotency.repository=memory");

	private final ApplicationContextRunner jdbc = this.memory
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
				DataSourceTransactionManagerAutoConfiguration.class, TransactionAutoConfiguration.class))
		.withPropertyValues("idempotency.repository=jdbc", "spring.datasource.generate-unique-name=true");

	static Stream<Arguments> refused() {
		return Stream.of(Arguments.of(AsMono.class, "nobody knows when it is done"),
				Arguments.of(AsFlux.class, "nobody knows when it is done"),
				Arguments.of(AsFuture.class, "nobody knows when it is done"),
				Arguments.of(OwnFuture.class, "nobody knows when it is done"),
				Arguments.of(FinalMethod.class, "is final, private or static"),
				Arguments.of(PrivateMethod.class, "is final, private or static"),
				Arguments.of(StaticMethod.class, "is final, private or static"),
				Arguments.of(FinalClass.class, "final class"), Arguments.of(WholeClass.class, "needs a key of its own"),
				Arguments.of(WithoutKey.class, "has no 'key'"),
				Arguments.of(UnparsableKey.class, "must be a SpEL expression"),
				Arguments.of(UnknownParameter.class, "no parameter 'evnt'"),
				Arguments.of(UnknownIndex.class, "no parameter 'a1'"), Arguments.of(Unless.class, "has 'unless'"),
				Arguments.of(BadName.class, "must consist of"), Arguments.of(BadTtl.class, "must be a duration"),
				Arguments.of(Together.class, "the memory repository cannot take part"),
				Arguments.of(RetryInside.class, "stands within it"),
				Arguments.of(NotProxied.class, "is not behind a proxy"));
	}

	@ParameterizedTest
	@MethodSource
	@DisplayName("9.3 what would not run once per key stops the start, with words")
	void refused(Class<?> bean, String reason) {
		this.memory.withUserConfiguration(bean).run((context) -> assertRefused(context, bean, reason));
	}

	static Stream<Arguments> refusedTransactional() {
		return Stream.of(Arguments.of(TogetherLater.class, "bound to its thread"),
				Arguments.of(TogetherAlone.class, "in a transaction of its own"),
				Arguments.of(TogetherReading.class, "readOnly"),
				Arguments.of(TransactionOutside.class, "stands around it"));
	}

	@ParameterizedTest
	@MethodSource
	@DisplayName("9.3 transactional methods that could not be one commit stop the start")
	void refusedTransactional(Class<?> bean, String reason) {
		this.jdbc.withUserConfiguration(bean).run((context) -> assertRefused(context, bean, reason));
	}

	@Test
	@DisplayName("9.3 transactional on the redis repository stops the start")
	void refusesTransactionalOnRedis() {
		this.memory.withConfiguration(AutoConfigurations.of(RedisAutoConfiguration.class))
			.withPropertyValues("idempotency.repository=redis")
			.withUserConfiguration(Together.class)
			.run((context) -> assertRefused(context, Together.class, "the redis repository cannot take part"));
	}

	@Test
	@DisplayName("9.3 a handler method with a key stops the start")
	void refusesHandlersWithKey() {
		new WebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DispatcherServletAutoConfiguration.class,
					WebMvcAutoConfiguration.class, IdempotencyAutoConfiguration.class))
			.withPropertyValues("idempotency.repository=memory")
			.withUserConfiguration(Handler.class)
			.run((context) -> assertRefused(context, Handler.class, "whose key is in a header"));
	}

	@Test
	@DisplayName("9.3 a result that nobody could write stops the start; void needs nobody")
	void refusesResultsWithoutConverter() {
		ApplicationContextRunner runner = this.bare.withPropertyValues("idempotency.repository=memory");
		runner.withUserConfiguration(Plain.class)
			.run((context) -> assertRefused(context, Plain.class, "nothing that could write it"));
		runner.withUserConfiguration(Plain.class)
			.withBean(IdempotentResultConverter.class, () -> new Jackson2ResultConverter(new ObjectMapper()))
			.run((context) -> assertThat(context).hasNotFailed());
		runner.withUserConfiguration(WithoutResult.class).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	@DisplayName("9.3 settings of an operation that does not exist stop the start")
	void refusesSettingsOfNoOperation() {
		ApplicationContextRunner runner = this.memory.withUserConfiguration(Plain.class);
		runner.withPropertyValues("idempotency.operations.method-start-tests-plain.ttl=1h")
			.run((context) -> assertThat(context).getFailure().hasMessageContaining("no operation has this name"));
		runner.withPropertyValues("idempotency.operations.plain-run.ttl=1h")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	@DisplayName("9.3 without Spring MVC and without idempotency.repository, annotated methods stop the start")
	void refusesMethodsWithoutRepository() {
		ApplicationContextRunner runner = this.bare
			.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class));
		runner.withUserConfiguration(Plain.class)
			.run((context) -> assertRefused(context, Plain.class, "would run unprotected"));
		runner.withUserConfiguration(Plain.class)
			.withPropertyValues("spring.main.lazy-initialization=true")
			.run((context) -> assertRefused(context, Plain.class, "would run unprotected"));
		runner.withUserConfiguration(Plain.class)
			.withPropertyValues("idempotency.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed());
		runner.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(IdempotencyKeyInterceptor.class));
	}

	private static void assertRefused(
			ApplicationContextAssertProvider<? extends ConfigurableApplicationContext> context, Class<?> bean,
			String reason) {
		assertThat(context).hasFailed();
		assertThat(NestedExceptionUtils.getMostSpecificCause(context.getStartupFailure()))
			.hasMessageContaining(bean.getName())
			.hasMessageContaining(reason);
	}

	@ParameterizedTest
	@ValueSource(classes = { Plain.class, WithoutResult.class, ByPosition.class, ByBean.class, OfInterface.class,
			Stage.class })
	@DisplayName("9.3 what runs once per key starts")
	void accepted(Class<?> bean) {
		this.memory.withUserConfiguration(bean).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	@DisplayName("9.3 inside security: a caller who may not is refused, although there is a result")
	void insideSecurity() {
		run(this.memory, Guarded.class, (guarded) -> {
			as("ROLE_CLERK", () -> assertThat(guarded.read("1")).isEqualTo("run 1"));
			as("ROLE_CLERK", () -> assertThat(guarded.read("1")).isEqualTo("run 1"));
			as("ROLE_GUEST",
					() -> assertThatExceptionOfType(AccessDeniedException.class).isThrownBy(() -> guarded.read("1")));
			return guarded;
		});
	}

	private static void as(String role, Runnable call) {
		SecurityContextHolder.setContext(new SecurityContextImpl(new TestingAuthenticationToken("any", "", role)));
		try {
			call.run();
		}
		finally {
			SecurityContextHolder.clearContext();
		}
	}

	@Test
	@DisplayName("9.3 inside @Async: the operation is on the thread that does the work")
	void insideAsync() {
		run(this.memory, Asynchronous.class, (asynchronous) -> {
			assertThat(asynchronous.run("1").join()).isEqualTo("run 1");
			assertThat(asynchronous.run("1").join()).isEqualTo("run 1");
			return asynchronous;
		}).satisfies((runs) -> {
			assertThat(runs.operations).hasSize(1).doesNotContainNull();
			assertThat(runs.threads).doesNotContain(Thread.currentThread());
		});
	}

	@Test
	@DisplayName("9.3 inside @Retryable: each attempt is a call")
	void insideRetryable() {
		run(this.memory, Retried.class, (retried) -> {
			assertThat(retried.run("1")).isEqualTo("run 3");
			assertThat(retried.run("1")).isEqualTo("run 3");
			return retried;
		}).satisfies((runs) -> assertThat(runs.operations).hasSize(3).doesNotHaveDuplicates().doesNotContainNull());
	}

	@Test
	@DisplayName("9.3 outside @Transactional: what could not be committed is not recorded")
	void outsideTransactional() {
		run(this.jdbc, Committed.class, (committed) -> {
			assertThatIllegalStateException().isThrownBy(() -> committed.run("1")).withMessage("At the commit");
			assertThat(committed.run("1")).isEqualTo("run 2");
			assertThat(committed.run("1")).isEqualTo("run 2");
			return committed;
		}).satisfies((runs) -> assertThat(runs.operations).hasSize(2));
	}

	private static <T extends Runs> ObjectAssert<Runs> run(ApplicationContextRunner runner, Class<T> bean,
			UnaryOperator<T> calls) {
		Runs[] runs = new Runs[1];
		runner.withUserConfiguration(bean).run((context) -> {
			assertThat(context).hasNotFailed();
			runs[0] = ((Runs) AopTestUtils.getUltimateTargetObject(calls.apply(context.getBean(bean))));
		});
		return assertThat(runs[0]);
	}

	/**
	 * What is noted of runs.
	 */
	static class Runs {

		final List<@Nullable RunningOperation> operations = new ArrayList<>();

		final List<Thread> threads = new ArrayList<>();

		String note() {
			this.operations.add(RunningOperation.current());
			this.threads.add(Thread.currentThread());
			return "run " + this.operations.size();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableMethodSecurity
	static class Guarded extends Runs {

		@PreAuthorize("hasRole('CLERK')")
		@Idempotent(key = "#key")
		String read(String key) {
			return note();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync(proxyTargetClass = true)
	static class Asynchronous extends Runs {

		@Async
		@Idempotent(key = "#key")
		CompletableFuture<String> run(String key) {
			return CompletableFuture.completedFuture(note());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableRetry(order = IdempotentMethodAdvisor.ORDER - 100)
	static class Retried extends Runs {

		@Retryable
		@Idempotent(key = "#key")
		String run(String key) {
			String run = note();
			if (this.operations.size() < 3) {
				throw new IllegalStateException("Once more");
			}
			return run;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Committed extends Runs {

		@Transactional
		@Idempotent(key = "#key")
		String run(String key) {
			String run = note();
			boolean fails = this.operations.size() == 1;
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void beforeCommit(boolean readOnly) {
					if (fails) {
						throw new IllegalStateException("At the commit");
					}
				}

			});
			return run;
		}

	}

	static class Plain {

		@Idempotent(key = "#key", operation = "plain-run")
		String run(String key) {
			return key;
		}

	}

	static class WithoutResult {

		@Idempotent(key = "#key")
		void run(String key) {
		}

	}

	static class ByPosition {

		@Idempotent(key = "#a0 + #p1")
		void run(String key, String more) {
		}

	}

	static class ByBean {

		@Idempotent(key = "@byBean.toString()")
		void run(String key) {
		}

	}

	interface Contract {

		@Idempotent(key = "#key")
		void run(String key);

	}

	static class OfInterface implements Contract {

		@Override
		public void run(String key) {
		}

	}

	static class Stage {

		@Idempotent(key = "#key")
		CompletionStage<String> run(String key) {
			return CompletableFuture.completedFuture(key);
		}

	}

	static class AsMono {

		@Idempotent(key = "#key")
		Mono<String> run(String key) {
			return Mono.just(key);
		}

	}

	static class AsFlux {

		@Idempotent(key = "#key")
		Flux<String> run(String key) {
			return Flux.just(key);
		}

	}

	static class AsFuture {

		@Idempotent(key = "#key")
		Future<String> run(String key) {
			return CompletableFuture.completedFuture(key);
		}

	}

	static class OwnFuture {

		@Idempotent(key = "#key")
		Own run(String key) {
			return new Own();
		}

		static class Own extends CompletableFuture<String> {

		}

	}

	static class FinalMethod {

		@Idempotent(key = "#key")
		final void run(String key) {
		}

	}

	static class PrivateMethod {

		@SuppressWarnings({ "unused", "UnusedMethod", "UnusedVariable" })
		@Idempotent(key = "#key")
		private void run(String key) {
		}

	}

	static class StaticMethod {

		@Idempotent(key = "#key")
		static void run(String key) {
		}

	}

	static final class FinalClass {

		@Idempotent(key = "#key")
		void run(String key) {
		}

	}

	@Idempotent
	static class WholeClass {

		void run(String key) {
		}

	}

	static class WithoutKey {

		@Idempotent
		void run(String key) {
		}

	}

	static class UnparsableKey {

		@Idempotent(key = "#key.")
		void run(String key) {
		}

	}

	static class UnknownParameter {

		@Idempotent(key = "#evnt.id()")
		void run(String event) {
		}

	}

	static class UnknownIndex {

		@Idempotent(key = "#a1")
		void run(String event) {
		}

	}

	static class Unless {

		@Idempotent(key = "#key", unless = "#result == null")
		void run(String key) {
		}

	}

	static class BadName {

		@Idempotent(key = "#key", operation = "Bad Name")
		void run(String key) {
		}

	}

	static class BadTtl {

		@Idempotent(key = "#key", ttl = "soon")
		void run(String key) {
		}

	}

	static class Together {

		@Idempotent(key = "#key", transactional = true)
		void run(String key) {
		}

	}

	static class TogetherLater {

		@Idempotent(key = "#key", transactional = true)
		CompletableFuture<String> run(String key) {
			return CompletableFuture.completedFuture(key);
		}

	}

	static class TogetherAlone {

		@Transactional(propagation = Propagation.REQUIRES_NEW)
		@Idempotent(key = "#key", transactional = true)
		void run(String key) {
		}

	}

	static class TogetherReading {

		@Transactional(readOnly = true)
		@Idempotent(key = "#key", transactional = true)
		void run(String key) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(order = Ordered.HIGHEST_PRECEDENCE, proxyTargetClass = true)
	static class TransactionOutside {

		@Transactional
		@Idempotent(key = "#key")
		void run(String key) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableRetry
	static class RetryInside {

		@Retryable
		@Idempotent(key = "#key")
		void run(String key) {
		}

	}

	static class NotProxied implements BeanPostProcessor, PriorityOrdered {

		@Idempotent(key = "#key")
		void run(String key) {
		}

		@Override
		public int getOrder() {
			return 0;
		}

	}

	@RestController
	static class Handler {

		@PostMapping("/any")
		@Idempotent(key = "#key")
		void run(String key) {
		}

	}

}

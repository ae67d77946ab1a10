package dev.idempotency.behaviour;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

import javax.sql.DataSource;

import io.lettuce.core.event.command.CommandListener;
import io.lettuce.core.event.command.CommandStartedEvent;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.jdbc.DataSourceProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import dev.idempotency.autoconfigure.IdempotencyDataSource;
import dev.idempotency.behaviour.app.Executions;
import dev.idempotency.behaviour.app.OrdersApplication;
import dev.idempotency.test.RedisServers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Counts what a request costs the repository: two round trips for a first execution, one
 * for a replay and for every refusal that depends on the record, none for the others.
 */
class RoundTripTests {

	private static final Set<String> STATEMENTS = Set.of("execute", "executeQuery", "executeUpdate", "executeBatch",
			"executeLargeUpdate", "commit", "rollback", "setAutoCommit");

	@ParameterizedTest
	@EnumSource(names = { "H2", "POSTGRESQL" })
	@DisplayName("Statements of a first execution, a replay and refusals on JDBC")
	void countsStatements(Store store) {
		List<String> properties = store.properties("roundtrips");
		try (TestApplication application = TestApplication.start(CountingApplication.class, properties)) {
			AtomicInteger statements = application.context().getBean(CountingApplication.class).statements;
			assertRoundTrips(application, statements::get, 1);
		}
	}

	@Test
	@DisplayName("Commands of a first execution, a replay and refusals on Redis")
	void countsCommands() {
		countsCommands(RedisServers.standalone());
	}

	@Test
	@DisplayName("Commands on Redis 7, where a duplicate of a running request costs one more")
	void countsCommandsOfRedis7() {
		countsCommands(RedisServers.newer());
	}

	private void countsCommands(RedisStandaloneConfiguration server) {
		List<String> properties = new ArrayList<>(Store.REDIS.properties("roundtrips"));
		properties.removeIf((property) -> property.startsWith("spring.data.redis"));
		properties.add("spring.data.redis.host=" + server.getHostName());
		properties.add("spring.data.redis.port=" + server.getPort());
		// That would give back the same connection below
		properties.add("spring.data.redis.lettuce.pool.enabled=false");
		try (TestApplication application = TestApplication.start(OrdersApplication.class, properties)) {
			LettuceConnectionFactory factory = application.context().getBean(LettuceConnectionFactory.class);
			AtomicInteger commands = new AtomicInteger();
			factory.getRequiredNativeClient().addListener(new CommandListener() {

				@Override
				public void commandStarted(CommandStartedEvent event) {
					commands.incrementAndGet();
				}

			});
			// Only a new connection tells the listener
			factory.resetConnection();
			// The first call of each script loads it
			Call.order(application).send();
			Call.order(application).json("{").send();
			holding(Call.order(application), Call::send);
			assertRoundTrips(application, commands::get, isPlain(factory) ? 2 : 1);
		}
	}

	private static boolean isPlain(RedisConnectionFactory factory) {
		try (RedisConnection connection = factory.getConnection()) {
			String version = connection.serverCommands().info("server").getProperty("redis_version");
			return Integer.parseInt(version.substring(0, version.indexOf('.'))) >= 7;
		}
	}

	private static void assertRoundTrips(TestApplication application, IntSupplier counter, int inFlight) {
		Call call = Call.order(application);
		assertThat(cost(counter, call::send)).as("first execution").isEqualTo(2);
		assertThat(cost(counter, call::send)).as("replay").isEqualTo(1);
		assertThat(cost(counter,
				() -> call.json("{\"item\":\"pen\",\"quantity\":1}").send().assertProblem(422, "key-reused")))
			.as("mismatch")
			.isEqualTo(1);
		assertThat(cost(counter, () -> call.withoutKey().send().assertProblem(400, "key-missing"))).as("missing key")
			.isZero();
		assertThat(cost(counter, () -> call.key("not \\ a key").send().assertProblem(400, "key-malformed")))
			.as("malformed key")
			.isZero();
		Call invalid = Call.order(application).json("{");
		assertThat(cost(counter, () -> invalid.send().assertFirst(400))).as("failure").isEqualTo(2);
		Call plain = Call.post(application, "/plain").key(UUID.randomUUID().toString());
		assertThat(cost(counter, () -> plain.send().assertFirst(200))).as("without annotation").isZero();
		holding(Call.order(application),
				(running) -> assertThat(cost(counter, () -> running.send().assertProblem(409, "in-flight")))
					.as("in flight")
					.isEqualTo(inFlight));
	}

	/** Does something with a call while it runs. */
	private static void holding(Call running, Consumer<Call> action) {
		try (Executions.Gate gate = running.hold()) {
			Thread first = new Thread(running::send);
			first.start();
			gate.awaitArrival();
			action.accept(running);
			gate.open();
			first.join();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private static int cost(IntSupplier counter, Runnable action) {
		int before = counter.getAsInt();
		action.run();
		return counter.getAsInt() - before;
	}

	/**
	 * An application that counts what it sends to its database.
	 */
	@Configuration(proxyBeanMethods = false)
	@Import(OrdersApplication.class)
	static class CountingApplication {

		private final AtomicInteger statements = new AtomicInteger();

		@Bean(defaultCandidate = false)
		@IdempotencyDataSource
		DataSource ofRepository(DataSourceProperties properties) {
			return properties.initializeDataSourceBuilder().build();
		}

		@Bean
		static BeanPostProcessor countingDataSource(ObjectProvider<CountingApplication> self) {
			return new BeanPostProcessor() {

				@Override
				public Object postProcessAfterInitialization(Object bean, String beanName) {
					return (bean instanceof DataSource) ? count(bean, DataSource.class, self) : bean;
				}

			};
		}

		private static Object count(Object target, Class<?> type, ObjectProvider<CountingApplication> self) {
			ClassLoader classLoader = CountingApplication.class.getClassLoader();
			return Proxy.newProxyInstance(classLoader, new Class<?>[] { type }, (proxy, method, arguments) -> {
				if (STATEMENTS.contains(method.getName())) {
					self.getObject().statements.incrementAndGet();
				}
				try {
					Object result = method.invoke(target, arguments);
					boolean counted = result instanceof Connection || result instanceof Statement;
					return counted ? count(result, method.getReturnType(), self) : result;
				}
				catch (InvocationTargetException ex) {
					throw ex.getCause();
				}
			});
		}

	}

}

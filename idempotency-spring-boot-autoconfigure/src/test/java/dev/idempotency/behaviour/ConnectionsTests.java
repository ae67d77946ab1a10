package dev.idempotency.behaviour;

import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;

import javax.management.ObjectName;
import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.Filter;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;

import dev.idempotency.autoconfigure.IdempotencyDataSource;
import dev.idempotency.behaviour.app.Executions.Gate;
import dev.idempotency.behaviour.app.OrdersApplication;
import dev.idempotency.test.PostgresServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The connections that the jdbc repository has to itself, or borrows.
 */
@ExtendWith(OutputCaptureExtension.class)
class ConnectionsTests {

	private static final String SHORT_LEASE = "idempotency.lease=600ms";

	private static final int RENEWALS_OF_THREE_LEASES = 6;

	private static final String BORROWED = "borrows the connections of the application's DataSource";

	private static TestApplication start(Source source, String database, String... more) {
		List<String> properties = new ArrayList<>(source.properties(database));
		properties.add("idempotency.repository=jdbc");
		properties.add("idempotency.jdbc.initialize-schema=always");
		for (String property : more) {
			String name = property.substring(0, property.indexOf('=') + 1);
			properties.removeIf((other) -> other.startsWith(name));
			properties.add(property);
		}
		return TestApplication.start(source.application, properties);
	}

	@ParameterizedTest
	@EnumSource(names = { "BORROWED", "ROUTING", "OWN_TYPE" }, mode = EnumSource.Mode.EXCLUDE)
	@DisplayName("4.8 4.9 handlers have used up the pool for longer than the lease: renewed, claims are answered, n=1")
	void handlersUseUpThePool(Source source) throws SQLException {
		try (TestApplication application = start(source, "exhausted", SHORT_LEASE);
				TestApplication other = start(source, "exhausted", SHORT_LEASE);
				Together together = new Together();
				Connections used = new Connections()) {
			Call call = Call.order(application);
			try (Gate gate = call.hold()) {
				Future<Answer> first = together.meanwhile(call::send);
				gate.awaitArrival();
				used.take(application.context().getBean(DataSource.class), source.size);
				double renewals = renewals(application);
				await().until(() -> renewals(application) >= renewals + RENEWALS_OF_THREE_LEASES);
				call.send().assertProblem(409, "in-flight");
				call.on(other).send().assertProblem(409, "in-flight");
				gate.open();
				Answer answer = Together.get(first).assertFirst(201);
				call.send().assertReplayOf(answer);
				call.on(other).send().assertReplayOf(answer);
			}
			assertThat(call.executions()).isEqualTo(1);
		}
	}

	private static double renewals(TestApplication application) {
		return application.context()
			.getBean(MeterRegistry.class)
			.get("idempotency.repository")
			.tag("call", "renew")
			.tag("result", "renewed")
			.timer()
			.count();
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("5.14 whatever the DataSource is, operations work, and the start says what borrowed connections mean")
	void theStartSaysWhatItMeans(Source source, CapturedOutput output) {
		try (TestApplication application = start(source, "said")) {
			Call call = Call.order(application);
			Answer first = call.send().assertFirst(201);
			call.send().assertReplayOf(first);
			if (source.borrows) {
				assertThat(output).contains(BORROWED, "@IdempotencyDataSource", "idempotency.jdbc.connections=0");
			}
			else {
				assertThat(output).doesNotContain(BORROWED);
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "2", "5" })
	@DisplayName("5.14 as many connections of its own as wanted, or none; not one is a bean")
	void asManyConnectionsAsWanted(int number, CapturedOutput output) {
		try (TestApplication application = start(Source.HIKARI, "number", "idempotency.jdbc.connections=" + number,
				"spring.datasource.hikari.maximum-pool-size=7")) {
			JdbcTemplate jdbc = application.context().getBean(JdbcTemplate.class);
			List<Answer> answers = Together.all(40, (i) -> Call.order(application).send());
			assertThat(answers).allSatisfy((answer) -> answer.assertFirst(201));
			await().untilAsserted(() -> assertThat(
					jdbc.queryForObject("select count(*) from information_schema.sessions", Integer.class))
				.isEqualTo(7 + number));
			assertThat(application.context().getBeansOfType(DataSource.class)).hasSize(1);
			assertThat(output).doesNotContain(BORROWED);
		}
	}

	@Test
	@DisplayName("5.14 a database that nobody else reaches: the application's connections are borrowed")
	void aNamelessDatabase(CapturedOutput output) {
		try (TestApplication application = start(Source.HIKARI, "nameless", "spring.datasource.url=jdbc:h2:mem:")) {
			Call call = Call.order(application);
			Answer first = call.send().assertFirst(201);
			call.send().assertReplayOf(first);
			assertThat(output).contains(BORROWED, "do not reach the same table");
		}
	}

	@Test
	@DisplayName("5.14 the password changes while the application runs: the own connections follow")
	void thePasswordChanges() throws Exception {
		String url = h2("rotated");
		try (Connection admin = DriverManager.getConnection(url, "sa", "");
				Statement statement = admin.createStatement()) {
			statement.execute("create user rotating password 'one' admin");
			try (TestApplication application = start(Source.HIKARI, "rotated", "spring.datasource.username=rotating",
					"spring.datasource.password=one", "spring.datasource.hikari.pool-name=rotated",
					"spring.datasource.hikari.register-mbeans=true")) {
				Call call = Call.order(application);
				Answer first = call.send().assertFirst(201);
				statement.execute("alter user rotating set password 'two'");
				application.context().getBean(HikariDataSource.class).setPassword("two");
				ManagementFactory.getPlatformMBeanServer()
					.invoke(new ObjectName("com.zaxxer.hikari:type=Pool (idempotency-rotated)"), "softEvictConnections",
							null, null);
				call.send().assertReplayOf(first);
				Call.order(application).send().assertFirst(201);
			}
		}
	}

	@Test
	@DisplayName("5.10 a request that ends while the application is closed is recorded")
	void theConnectionsEndAfterTheRequests() {
		Source source = Source.HIKARI;
		Answer first;
		Call call;
		try (TestApplication application = start(source, "closing", "server.shutdown=graceful");
				Together together = new Together()) {
			call = Call.order(application);
			try (Gate gate = call.hold()) {
				Future<Answer> running = together.meanwhile(call::send);
				gate.awaitArrival();
				Future<Boolean> closing = together.meanwhile(() -> {
					application.context().close();
					return true;
				});
				await().until(() -> application.context().isClosed());
				gate.open();
				first = Together.get(running).assertFirst(201);
				assertThat(Together.get(closing)).isTrue();
			}
		}
		try (TestApplication next = start(source, "closing")) {
			call.on(next).send().assertReplayOf(first);
		}
	}

	@Test
	@DisplayName("5.12 connections are closed for a checkpoint, and open anew")
	void theConnectionsAreClosedForACheckpoint() {
		try (TestApplication application = start(Source.HIKARI, "checkpoint", "idempotency.jdbc.purge.enabled=false")) {
			JdbcTemplate jdbc = application.context().getBean(JdbcTemplate.class);
			Call call = Call.order(application);
			Answer first = call.send().assertFirst(201);
			application.context().stop();
			await().untilAsserted(() -> assertThat(
					jdbc.queryForObject("select count(*) from information_schema.sessions", Integer.class))
				.isEqualTo(1));
			application.context().start();
			call.send().assertReplayOf(first);
		}
	}

	@Test
	@DisplayName("5.14 a DataSource that routes by tenant, with connections of the repository's own: renewed, n=1")
	void tenantsHaveDatabasesOfTheirOwn() {
		try (TestApplication application = start(Source.ROUTING_MARKED, "tenants", SHORT_LEASE);
				TestApplication other = start(Source.ROUTING_MARKED, "tenants", SHORT_LEASE);
				Together together = new Together()) {
			Call call = Call.order(application).header("X-Tenant", "two");
			try (Gate gate = call.hold()) {
				Future<Answer> first = together.meanwhile(call::send);
				gate.awaitArrival();
				double renewals = renewals(application);
				await().until(() -> renewals(application) >= renewals + RENEWALS_OF_THREE_LEASES);
				call.on(other).send().assertProblem(409, "in-flight");
				gate.open();
				call.on(other).send();
				Answer answer = Together.get(first).assertFirst(201);
				call.on(other).send().assertReplayOf(answer);
			}
			assertThat(call.executions()).isEqualTo(1);
			assertThat(call.on(other).executions()).isZero();
		}
	}

	/**
	 * Data sources as applications have them.
	 */
	private enum Source {

		HIKARI(OrdersApplication.class, 1, false) {

			@Override
			List<String> properties(String name) {
				return List.of("spring.datasource.url=" + h2(name), "spring.datasource.hikari.maximum-pool-size=1");
			}

		},

		HIKARI_POSTGRESQL(OrdersApplication.class, 1, false) {

			@Override
			List<String> properties(String name) {
				return List.of("spring.datasource.url=" + PostgresServer.jdbcUrl("connections_" + name),
						"spring.datasource.hikari.maximum-pool-size=1");
			}

		},

		TOMCAT(OrdersApplication.class, 1, false) {

			@Override
			List<String> properties(String name) {
				return List.of("spring.datasource.url=" + h2(name),
						"spring.datasource.type=org.apache.tomcat.jdbc.pool.DataSource",
						"spring.datasource.tomcat.max-active=1", "spring.datasource.tomcat.max-idle=1",
						"spring.datasource.tomcat.min-idle=1", "spring.datasource.tomcat.initial-size=1");
			}

		},

		EMBEDDED(Embedded.class, 0, false), OWN_TYPE(OwnType.class, 1, true),
		OWN_TYPE_MARKED(OwnTypeMarked.class, 1, false), ROUTING(Routing.class, 1, true),
		ROUTING_MARKED(RoutingMarked.class, 1, false),

		BORROWED(OrdersApplication.class, 1, false) {

			@Override
			List<String> properties(String name) {
				return List.of("spring.datasource.url=" + h2(name), "spring.datasource.hikari.maximum-pool-size=1",
						"idempotency.jdbc.connections=0");
			}

		};

		private final Class<?> application;

		private final int size;

		private final boolean borrows;

		Source(Class<?> application, int size, boolean borrows) {
			this.application = application;
			this.size = size;
			this.borrows = borrows;
		}

		List<String> properties(String name) {
			return List.of("database=" + name + "_" + name());
		}

	}

	private static String h2(String name) {
		return "jdbc:h2:mem:connections-" + name + ";DB_CLOSE_DELAY=-1";
	}

	private static HikariDataSource pool(String name, int size) {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl(h2(name));
		config.setMaximumPoolSize(size);
		return new HikariDataSource(config);
	}

	/** Connections of a pool that others cannot have. */
	private static final class Connections implements AutoCloseable {

		private final List<Connection> connections = new ArrayList<>();

		void take(DataSource dataSource, int number) throws SQLException {
			for (int i = 0; i < number; i++) {
				this.connections.add(dataSource.getConnection());
			}
		}

		@Override
		public void close() throws SQLException {
			for (Connection connection : this.connections) {
				connection.close();
			}
		}

	}

	/** A database in the process, without a pool. */
	@Configuration(proxyBeanMethods = false)
	@Import(OrdersApplication.class)
	static class Embedded {

		@Bean(destroyMethod = "")
		DataSource embedded(Environment environment) {
			return new EmbeddedDatabaseBuilder().setType(EmbeddedDatabaseType.H2)
				.setName(environment.getRequiredProperty("database"))
				.build();
		}

	}

	/** A data source of which nobody knows what it does. */
	@Configuration(proxyBeanMethods = false)
	@Import(OrdersApplication.class)
	static class OwnType {

		@Bean
		@Primary
		DataSource own(Environment environment) {
			DataSource pool = pool(environment.getRequiredProperty("database"), 1);
			return new AbstractDataSource() {

				@Override
				public Connection getConnection() throws SQLException {
					return pool.getConnection();
				}

				@Override
				public Connection getConnection(String username, String password) throws SQLException {
					return getConnection();
				}

			};
		}

	}

	/** The same, and one for the repository alone. */
	@Configuration(proxyBeanMethods = false)
	@Import(OwnType.class)
	static class OwnTypeMarked {

		@Bean
		@IdempotencyDataSource
		DataSource marked(Environment environment) {
			return pool(environment.getRequiredProperty("database"), 3);
		}

	}

	/** Each tenant has a database. */
	@Configuration(proxyBeanMethods = false)
	@Import(OrdersApplication.class)
	static class Routing {

		private static final ThreadLocal<String> TENANT = new ThreadLocal<>();

		@Bean
		@Primary
		DataSource routing(Environment environment) {
			String database = environment.getRequiredProperty("database");
			AbstractRoutingDataSource routing = new AbstractRoutingDataSource() {

				@Override
				protected Object determineCurrentLookupKey() {
					return TENANT.get();
				}

			};
			DataSource one = pool(database + "-one", 1);
			routing.setDefaultTargetDataSource(one);
			routing.setTargetDataSources(Map.of("one", one, "two", pool(database + "-two", 1)));
			return routing;
		}

		@Bean
		FilterRegistrationBean<Filter> tenantFilter() {
			FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response, chain) -> {
				TENANT.set(((jakarta.servlet.http.HttpServletRequest) request).getHeader("X-Tenant"));
				try {
					chain.doFilter(request, response);
				}
				finally {
					TENANT.remove();
				}
			});
			registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
			return registration;
		}

	}

	/** The same, and one for the repository alone. */
	@Configuration(proxyBeanMethods = false)
	@Import(Routing.class)
	static class RoutingMarked {

		@Bean
		@IdempotencyDataSource
		DataSource marked(Environment environment) {
			return pool(environment.getRequiredProperty("database"), 3);
		}

	}

}

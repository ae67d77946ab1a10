package dev.idempotency.behaviour;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

import dev.idempotency.behaviour.app.Executions;
import dev.idempotency.behaviour.app.OrdersApplication;

/**
 * A running application, with the port that it listens on.
 */
public final class TestApplication implements AutoCloseable {

	private static final Map<List<String>, TestApplication> SHARED = new ConcurrentHashMap<>();

	/** What is on the class path for a few tests, and is not to slow down the others. */
	public static final List<String> ON_DEMAND = List.of(
			"org.springdoc.core.configuration.SpringDocDataRestConfiguration",
			"org.springdoc.core.configuration.SpringDocHateoasConfiguration",
			"org.springframework.boot.actuate.autoconfigure.security.servlet.ManagementWebSecurityAutoConfiguration",
			"org.springframework.boot.autoconfigure.aop.AopAutoConfiguration",
			"org.springframework.boot.autoconfigure.data.jpa.JpaRepositoriesAutoConfiguration",
			"org.springframework.boot.autoconfigure.data.rest.RepositoryRestMvcAutoConfiguration",
			"org.springframework.boot.autoconfigure.hateoas.HypermediaAutoConfiguration",
			"org.springframework.boot.autoconfigure.orm.jpa.HibernateJpaAutoConfiguration",
			"org.springframework.boot.autoconfigure.security.servlet.SecurityAutoConfiguration",
			"org.springframework.boot.autoconfigure.session.SessionAutoConfiguration");

	private final ConfigurableApplicationContext context;

	private TestApplication(ConfigurableApplicationContext context) {
		this.context = context;
	}

	/**
	 * Returns the application with a configuration, started when first asked for and kept
	 * until the end of all tests.
	 * @param store the repository
	 * @param properties more of its configuration
	 * @return the application
	 */
	public static TestApplication shared(Store store, String... properties) {
		List<String> configuration = new ArrayList<>(store.properties("shared"));
		configuration.addAll(List.of(properties));
		return SHARED.computeIfAbsent(configuration, (all) -> start(OrdersApplication.class, all));
	}

	/**
	 * Starts an application.
	 * @param source its configuration class
	 * @param properties its configuration
	 * @param demanded parts of the names of the auto-configurations that it wants of
	 * those that few do
	 * @return the application
	 */
	public static TestApplication start(Class<?> source, List<String> properties, String... demanded) {
		List<String> excluded = ON_DEMAND.stream()
			.filter((name) -> Stream.of(demanded).noneMatch(name::contains))
			.toList();
		List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--spring.main.banner-mode=off",
				"--management.endpoints.web.exposure.include=*",
				"--spring.autoconfigure.exclude=" + String.join(",", excluded)));
		properties.forEach((property) -> arguments.add("--" + property));
		Map.of("spring.application.name", "orders", "management.endpoint.idempotency.access", "unrestricted")
			.forEach((name, value) -> {
				if (properties.stream().noneMatch((property) -> property.startsWith(name + "="))) {
					arguments.add("--" + name + "=" + value);
				}
			});
		return new TestApplication(new SpringApplication(source).run(arguments.toArray(String[]::new)));
	}

	/**
	 * Starts the application on a repository.
	 * @param store the repository
	 * @param database a name of its own: applications with the same share their records
	 * @param properties more of its configuration
	 * @return the application
	 */
	static TestApplication start(Store store, String database, String... properties) {
		List<String> configuration = new ArrayList<>(store.properties(database));
		configuration.addAll(List.of(properties));
		return start(OrdersApplication.class, configuration);
	}

	/**
	 * Runs the application in a process of its own.
	 * @param properties its configuration
	 */
	public static void main(String[] properties) {
		start(OrdersApplication.class, List.of(properties));
	}

	/**
	 * Returns the port on which the application listens.
	 * @return the port
	 */
	public int port() {
		return ((ServletWebServerApplicationContext) this.context).getWebServer().getPort();
	}

	/**
	 * Returns the counter of executions.
	 * @return the counter
	 */
	public Executions executions() {
		return this.context.getBean(Executions.class);
	}

	/**
	 * Returns the context of the application.
	 * @return the context
	 */
	public ConfigurableApplicationContext context() {
		return this.context;
	}

	@Override
	public void close() {
		this.context.close();
	}

}

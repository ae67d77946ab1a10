package dev.idempotency.method;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

import dev.idempotency.IdempotencyTemplate;
import dev.idempotency.Idempotent;
import dev.idempotency.IdempotentSteps;
import dev.idempotency.behaviour.Store;
import dev.idempotency.behaviour.TestApplication;
import dev.idempotency.test.MariaDbServer;

/**
 * An application without web server, whose methods are idempotent.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class MethodApplication {

	static ConfigurableApplicationContext start(List<String> properties, Class<?>... more) {
		List<String> arguments = new ArrayList<>(
				List.of("--spring.main.banner-mode=off", "--spring.application.name=methods",
						"--spring.autoconfigure.exclude=" + String.join(",", TestApplication.ON_DEMAND)));
		arguments.add("--idempotency.operations.short.ttl=2s");
		properties.forEach((property) -> arguments.add("--" + property));
		List<Class<?>> sources = new ArrayList<>(List.of(MethodApplication.class));
		sources.addAll(List.of(more));
		return new SpringApplicationBuilder(sources.toArray(Class<?>[]::new)).web(WebApplicationType.NONE)
			.run(arguments.toArray(String[]::new));
	}

	static List<String> properties(Kind kind) {
		return switch (kind) {
			case H2 -> Store.H2.properties("methods");
			case POSTGRESQL -> Store.POSTGRESQL.properties("methods");
			case REDIS -> Store.REDIS.properties("methods");
			case MEMORY -> Store.MEMORY.properties("methods");
			case MARIADB -> List.of("idempotency.repository=jdbc", "idempotency.jdbc.initialize-schema=always",
					"spring.datasource.url=" + MariaDbServer.jdbcUrl("methods"));
		};
	}

	@Bean
	Shipments shipments(ObjectProvider<DataSource> dataSource) {
		DataSource available = dataSource.getIfAvailable();
		return new Shipments((available != null) ? new JdbcTemplate(available) : null);
	}

	@Bean
	Rides rides(IdempotentSteps steps, Shipments shipments, IdempotencyTemplate usedByTests) {
		return new Rides(steps, shipments);
	}

	/**
	 * Where the records are.
	 */
	enum Kind {

		H2, POSTGRESQL, MARIADB, REDIS, MEMORY

	}

	/**
	 * A message.
	 *
	 * @param id tells whether it is the same
	 * @param amount what it is about
	 */
	record Event(@Nullable String id, int amount) {
	}

	/**
	 * A result.
	 *
	 * @param number how often the work had run
	 * @param items more of it
	 */
	record Shipment(int number, List<String> items) {
	}

	/**
	 * Work that is to be done once.
	 */
	static class Shipments {

		private final Map<String, Integer> runs = new ConcurrentHashMap<>();

		private final @Nullable JdbcTemplate jdbc;

		private volatile Runnable meanwhile = () -> {
		};

		Shipments(@Nullable JdbcTemplate jdbc) {
			this.jdbc = jdbc;
			if (jdbc != null) {
				jdbc.execute("create table if not exists effect (name varchar(200) not null)");
				jdbc.execute("create table if not exists looked_at (name varchar(200) not null)");
			}
		}

		void meanwhile(Runnable work) {
			this.meanwhile = work;
		}

		/** A consistent read, with which a snapshot begins. */
		void look() {
			this.jdbc.queryForObject("select count(*) from looked_at", Integer.class);
		}

		int run(String name) {
			int number = this.runs.merge(name, 1, Integer::sum);
			this.meanwhile.run();
			return number;
		}

		int runs(String name) {
			return this.runs.getOrDefault(name, 0);
		}

		void effect(String name) {
			this.jdbc.update("insert into effect (name) values (?)", name);
		}

		int effects(String name) {
			return this.jdbc.queryForObject("select count(*) from effect where name = ?", Integer.class, name);
		}

		@Idempotent(key = "#event.id()")
		List<Shipment> create(Event event) {
			return List.of(new Shipment(run("create " + event.id()), List.of("a", "b")));
		}

		@Idempotent(key = "#a0", required = false)
		void perhaps(@Nullable String key) {
			run("perhaps " + key);
		}

		@Idempotent(key = "#key")
		@Nullable Shipment fail(String key, RuntimeException failure) {
			if (run("fail " + key) == 1) {
				throw failure;
			}
			return null;
		}

		@Idempotent(key = "#key")
		Object cyclic(String key) {
			run("cyclic " + key);
			List<Object> cyclic = new ArrayList<>();
			cyclic.add(cyclic);
			return cyclic;
		}

		@Idempotent(key = "#key")
		CompletableFuture<Shipment> later(String key, CompletableFuture<List<String>> items) {
			int number = run("later " + key);
			return items.thenApply((all) -> new Shipment(number, all));
		}

		@Idempotent(key = "#key")
		void effectOnce(String key) {
			run("effect " + key);
			effect(key);
		}

	}

	/**
	 * Work in steps.
	 */
	static class Rides {

		private final IdempotentSteps steps;

		private final Shipments shipments;

		private final Map<String, List<String>> keys = new ConcurrentHashMap<>();

		private volatile String fails = "";

		Rides(IdempotentSteps steps, Shipments shipments) {
			this.steps = steps;
			this.shipments = shipments;
		}

		/** The next run of a step fails. */
		void failIn(String step) {
			this.fails = step;
		}

		List<String> keys(String step) {
			return this.keys.get(step);
		}

		@Idempotent(key = "#key")
		Shipment book(String key) {
			int saved = this.steps.run("save", Integer.class, (stepKey) -> step(key, "save", stepKey));
			this.steps.run("charge", (stepKey) -> step(key, "charge", stepKey));
			this.steps.atMostOnce("mail", (stepKey) -> step(key, "mail", stepKey));
			return new Shipment(saved, List.of());
		}

		@Idempotent(key = "#key")
		void other(String key) {
			this.steps.run("save", (stepKey) -> step(key, "other", stepKey));
		}

		@Idempotent(key = "#key")
		void twice(String key) {
			this.steps.run("same", (stepKey) -> {
			});
			this.steps.run("same", (stepKey) -> {
			});
		}

		@Idempotent(key = "#key")
		void withEffect(String key) {
			this.steps.transactional("effect", (stepKey) -> {
				this.shipments.effect(key);
				step(key, "effect", stepKey);
			});
		}

		private int step(String key, String name, String stepKey) {
			this.keys.computeIfAbsent(name + " " + key, (any) -> new ArrayList<>()).add(stepKey);
			int number = this.shipments.run(name + " " + key);
			if (this.fails.equals(name)) {
				this.fails = "";
				throw new IllegalStateException("In step " + name);
			}
			return number;
		}

	}

	/**
	 * Work whose effect and record are one commit.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty(name = "idempotency.repository", havingValue = "jdbc")
	static class Transactional {

		@Bean
		Together together(Shipments shipments, IdempotentSteps steps) {
			return new Together(shipments, steps);
		}

	}

	/**
	 * Transactional work.
	 */
	static class Together {

		private final Shipments shipments;

		private final IdempotentSteps steps;

		Together(Shipments shipments, IdempotentSteps steps) {
			this.shipments = shipments;
			this.steps = steps;
		}

		@Idempotent(key = "#key", transactional = true)
		Shipment together(String key, boolean fails) {
			this.shipments.effect(key);
			Shipment shipment = new Shipment(this.shipments.run("together " + key), List.of());
			if (fails) {
				throw new IllegalStateException("After the effect");
			}
			return shipment;
		}

		@Idempotent(key = "#key", transactional = true)
		void inTransaction(String key) {
			this.steps.run("none", (stepKey) -> {
			});
		}

	}

}

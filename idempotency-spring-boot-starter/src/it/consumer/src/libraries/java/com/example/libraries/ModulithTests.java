package com.example.libraries;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

import dev.idempotency.Idempotent;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.modulith.events.ApplicationModuleListener;
import org.springframework.modulith.events.IncompleteEventPublications;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Listeners of Spring Modulith, whose registry publishes an event again until its
 * listener has ended well.
 */
class ModulithTests {

	@Test
	@DisplayName("9.5 a listener that failed runs again; one that is published again after its end does not")
	void publishedAgain() {
		try (ConfigurableApplicationContext application = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.run("--spring.datasource.url=jdbc:h2:mem:modulith;DB_CLOSE_DELAY=-1", "--idempotency.repository=jdbc",
					"--spring.modulith.events.jdbc.schema-initialization.enabled=true")) {
			JdbcTemplate jdbc = application.getBean(JdbcTemplate.class);
			Mails mails = application.getBean(Mails.class);
			OrderPlaced event = new OrderPlaced(UUID.randomUUID().toString());
			publish(application, event);
			await(() -> mails.attempts() == 1);
			// One that is published while another one runs is refused, and so incomplete
			await(() -> {
				publishIncompleteAgain(application);
				return mails.effects(event) == 1 && incomplete(jdbc) == 0;
			});
			publish(application, event);
			publish(application, event);
			await(() -> {
				publishIncompleteAgain(application);
				return incomplete(jdbc) == 0;
			});
			assertThat(mails.effects(event)).isEqualTo(1);
			assertThat(mails.attempts()).isEqualTo(2);
		}
	}

	private static void await(Callable<Boolean> condition) {
		Awaitility.await()
			.atMost(Duration.ofMinutes(1))
			.pollInterval(Duration.ofMillis(300))
			.ignoreExceptions()
			.until(condition);
	}

	private static void publish(ConfigurableApplicationContext application, OrderPlaced event) {
		new TransactionTemplate(application.getBean(PlatformTransactionManager.class))
			.executeWithoutResult((status) -> application.publishEvent(event));
	}

	private static void publishIncompleteAgain(ConfigurableApplicationContext application) {
		application.getBean(IncompleteEventPublications.class).resubmitIncompletePublications((publication) -> true);
	}

	private static int incomplete(JdbcTemplate jdbc) {
		return jdbc.queryForObject("select count(*) from event_publication where completion_date is null",
				Integer.class);
	}

	/**
	 * An order.
	 *
	 * @param id its identity
	 */
	public record OrderPlaced(String id) {
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableAsync
	@Import(Mails.class)
	static class Application {

	}

	static class Mails {

		private final JdbcTemplate jdbc;

		private final AtomicInteger attempts = new AtomicInteger();

		Mails(JdbcTemplate jdbc) {
			this.jdbc = jdbc;
			jdbc.execute("create table mail (name varchar(100) not null)");
		}

		@ApplicationModuleListener
		@Idempotent(key = "#event.id()")
		void on(OrderPlaced event) {
			this.jdbc.update("insert into mail (name) values (?)", event.id());
			if (this.attempts.incrementAndGet() == 1) {
				throw new IllegalStateException("The first attempt fails");
			}
		}

		int attempts() {
			return this.attempts.get();
		}

		int effects(OrderPlaced event) {
			return this.jdbc.queryForObject("select count(*) from mail where name = ?", Integer.class, event.id());
		}

	}

}

package com.example.messages;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.UUID;

import dev.idempotency.IdempotencyTemplate;
import dev.idempotency.Idempotent;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Listeners of application events.
 */
class EventsTests {

	private static ConfigurableApplicationContext application;

	private final String id = UUID.randomUUID().toString();

	@BeforeAll
	static void start() {
		application = new SpringApplicationBuilder(EventsApplication.class).web(WebApplicationType.NONE)
			.run("--spring.datasource.url=jdbc:h2:mem:events;DB_CLOSE_DELAY=-1", "--idempotency.repository=jdbc");
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	private void publish() {
		application.publishEvent(new OrderPlaced(this.id, "book"));
	}

	private void publishInTransaction(boolean rollBack) {
		new TransactionTemplate(application.getBean(PlatformTransactionManager.class))
			.executeWithoutResult((status) -> {
				publish();
				if (rollBack) {
					status.setRollbackOnly();
				}
			});
	}

	private int effects(String listener) {
		return application.getBean(Effects.class).count(listener, this.id);
	}

	@Test
	@DisplayName("9.5 an event published five times: one effect of each listener")
	void publishedFiveTimes() {
		for (int i = 0; i < 5; i++) {
			publish();
		}
		assertThat(effects("at once")).isEqualTo(1);
		assertThat(effects("together")).isEqualTo(1);
	}

	@Test
	@DisplayName("9.5 a listener that fails runs again when the event is published again")
	void failing() {
		Effects.failOnce(this.id);
		assertThatIllegalStateException().isThrownBy(this::publish);
		publish();
		publish();
		assertThat(effects("together")).isEqualTo(1);
	}

	@Test
	@DisplayName("9.5 in a transaction that is rolled back nothing has happened, and the event may be published again")
	void inTransactions() {
		publishInTransaction(true);
		assertThat(effects("at once")).isZero();
		assertThat(effects("together")).isZero();
		publishInTransaction(false);
		publishInTransaction(false);
		assertThat(effects("at once")).isEqualTo(1);
		assertThat(effects("together")).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "after commit", "together after commit", "before commit" })
	@DisplayName("9.5 a listener that waits for the commit runs once, and again if it has failed")
	void transactionalListeners(String listener) {
		publishInTransaction(true);
		assertThat(effects(listener)).isZero();
		Effects.failOnce(listener + this.id);
		try {
			publishInTransaction(false);
		}
		catch (IllegalStateException ex) {
			assertThat(ex).hasMessage("Failed as told");
		}
		assertThat(effects(listener)).isZero();
		publishInTransaction(false);
		publishInTransaction(false);
		assertThat(effects(listener)).isEqualTo(1);
	}

	@Test
	@DisplayName("9.1 a job that starts on two nodes runs once a day")
	void jobs() {
		Reports reports = application.getBean(Reports.class);
		reports.everyNight();
		reports.everyNight();
		assertThat(reports.runs).isEqualTo(1);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Effects.class, AtOnce.class, InTransactions.class, Reports.class })
	static class EventsApplication {

	}

	/**
	 * Listeners of whoever publishes.
	 */
	static class AtOnce {

		private final Effects effects;

		AtOnce(Effects effects) {
			this.effects = effects;
		}

		@EventListener
		@Idempotent(key = "#event.id()")
		void on(OrderPlaced event) {
			this.effects.add("at once", event);
		}

		@EventListener
		@Idempotent(key = "#event.id()", transactional = true)
		void together(OrderPlaced event) {
			this.effects.add("together", event);
		}

	}

	/**
	 * A job of every node.
	 */
	static class Reports {

		private final IdempotencyTemplate idempotency;

		private int runs;

		Reports(IdempotencyTemplate idempotency) {
			this.idempotency = idempotency;
		}

		@Scheduled(cron = "0 0 3 * * *", zone = "UTC")
		void everyNight() {
			String day = LocalDate.now(ZoneOffset.UTC).toString();
			this.idempotency.execute("nightly-report", day, () -> write(day));
		}

		private void write(String day) {
			this.runs++;
		}

	}

	/**
	 * Listeners of transactions.
	 */
	static class InTransactions {

		private final Effects effects;

		InTransactions(Effects effects) {
			this.effects = effects;
		}

		@TransactionalEventListener
		@Idempotent(key = "#event.id()")
		@Transactional(propagation = Propagation.REQUIRES_NEW)
		void afterCommit(OrderPlaced event) {
			this.effects.add("after commit", event);
			this.effects.failIfItIsTo("after commit" + event.id());
		}

		@TransactionalEventListener
		@Idempotent(key = "#event.id()", transactional = true)
		void togetherAfterCommit(OrderPlaced event) {
			this.effects.add("together after commit", event);
			this.effects.failIfItIsTo("together after commit" + event.id());
		}

		@TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT)
		@Idempotent(key = "#event.id()")
		void beforeCommit(OrderPlaced event) {
			this.effects.add("before commit", event);
			this.effects.failIfItIsTo("before commit" + event.id());
		}

	}

}

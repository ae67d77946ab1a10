package dev.idempotency.behaviour;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import dev.idempotency.behaviour.app.OrdersApplication;
import dev.idempotency.engine.IdempotencyEngine;
import dev.idempotency.web.IdempotencyReplayPolicy;
import dev.idempotency.web.StandardReplayPolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Section 5 of the behaviour: an {@code Error} between claim and answer.
 */
class ErrorTests {

	@Test
	@DisplayName("5.9 an Error while the outcome is decided leaves no key claimed for longer than its lease")
	void anErrorWhileDeciding() {
		List<String> properties = new ArrayList<>(Store.H2.properties("errors"));
		properties.add("idempotency.lease=1s");
		try (TestApplication application = TestApplication.start(OutOfMemory.class, properties)) {
			AtomicBoolean outOfMemory = application.context().getBean(AtomicBoolean.class);
			outOfMemory.set(true);
			Call call = Call.order(application);
			assertThat(call.send().status()).isEqualTo(500);
			assertThat(application.context().getBean(IdempotencyEngine.class).inFlight()).isZero();
			outOfMemory.set(false);
			await().until(() -> call.send().status() == 201);
			assertThat(call.executions()).isEqualTo(2);
		}
	}

	/**
	 * Runs out of memory whenever a test says so.
	 */
	@Configuration(proxyBeanMethods = false)
	@Import(OrdersApplication.class)
	static class OutOfMemory {

		@Bean
		AtomicBoolean outOfMemory() {
			return new AtomicBoolean();
		}

		@Bean
		IdempotencyReplayPolicy replayPolicy(AtomicBoolean outOfMemory) {
			StandardReplayPolicy policy = new StandardReplayPolicy();
			return (operation, status, result) -> {
				if (outOfMemory.get()) {
					throw new OutOfMemoryError("Thrown by a test");
				}
				return policy.isRecordable(operation, status, result);
			};
		}

	}

}

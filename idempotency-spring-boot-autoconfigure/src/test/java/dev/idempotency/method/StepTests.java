package dev.idempotency.method;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.IdempotencyOutcomeUnknownException;
import dev.idempotency.IdempotencyTemplate;
import dev.idempotency.IdempotentSteps;
import dev.idempotency.client.IdempotencyScope;
import dev.idempotency.method.MethodApplication.Kind;
import dev.idempotency.method.MethodApplication.Rides;
import dev.idempotency.method.MethodApplication.Shipment;
import dev.idempotency.method.MethodApplication.Shipments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Steps of operations.
 */
class StepTests {

	private final String key = UUID.randomUUID().toString();

	private static Rides rides(Kind kind) {
		return MethodTests.application(kind).getBean(Rides.class);
	}

	private static int runs(Kind kind, String step) {
		return MethodTests.application(kind).getBean(Shipments.class).runs(step);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.7 sent again after a failure, each finished step has run once, and a step has one key")
	void finishedStepsRunOnce(Kind kind) {
		Rides rides = rides(kind);
		rides.failIn("charge");
		assertThatIllegalStateException().isThrownBy(() -> rides.book(this.key)).withMessage("In step charge");
		assertThat(rides.book(this.key)).isEqualTo(new Shipment(1, List.of()));
		assertThat(rides.book(this.key)).isEqualTo(new Shipment(1, List.of()));
		assertThat(runs(kind, "save " + this.key)).isEqualTo(1);
		assertThat(runs(kind, "charge " + this.key)).isEqualTo(2);
		assertThat(runs(kind, "mail " + this.key)).isEqualTo(1);
		assertThat(rides.keys("charge " + this.key)).hasSize(2).containsOnly(rides.keys("charge " + this.key).get(0));
		assertThat(rides.keys("charge " + this.key)).doesNotContainAnyElementsOf(rides.keys("save " + this.key));
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.7 atMostOnce that threw: its outcome is unknown")
	void atMostOnce(Kind kind) {
		Rides rides = rides(kind);
		rides.failIn("mail");
		assertThatIllegalStateException().isThrownBy(() -> rides.book(this.key)).withMessage("In step mail");
		for (int i = 0; i < 2; i++) {
			assertThatExceptionOfType(IdempotencyOutcomeUnknownException.class).isThrownBy(() -> rides.book(this.key));
		}
		assertThat(runs(kind, "mail " + this.key)).isEqualTo(1);
		assertThat(runs(kind, "save " + this.key)).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.7 two operations with one key share no step")
	void operationsShareNoStep(Kind kind) {
		rides(kind).book(this.key);
		rides(kind).other(this.key);
		assertThat(runs(kind, "other " + this.key)).isEqualTo(1);
		assertThat(rides(kind).keys("other " + this.key))
			.doesNotContainAnyElementsOf(rides(kind).keys("save " + this.key));
	}

	@ParameterizedTest
	@EnumSource(names = { "H2", "POSTGRESQL", "MARIADB" })
	@DisplayName("9.7 a transactional step: its effect and its result in one commit")
	void transactionalStep(Kind kind) {
		Shipments shipments = MethodTests.application(kind).getBean(Shipments.class);
		rides(kind).failIn("effect");
		assertThatIllegalStateException().isThrownBy(() -> rides(kind).withEffect(this.key));
		assertThat(shipments.effects(this.key)).isZero();
		rides(kind).withEffect(this.key);
		rides(kind).withEffect(this.key);
		assertThat(shipments.effects(this.key)).isEqualTo(1);
	}

	@Test
	@DisplayName("9.7 a name twice, outside of an operation, in a transactional one, or with a reactive result: refused")
	void refusals() {
		IdempotentSteps steps = MethodTests.application(Kind.H2).getBean(IdempotentSteps.class);
		assertThatIllegalStateException().isThrownBy(() -> rides(Kind.H2).twice(this.key))
			.withMessageContaining("'same' already");
		assertThatIllegalStateException().isThrownBy(() -> steps.run("outside", (any) -> {
		})).withMessageContaining("not part of an operation");
		assertThatIllegalStateException()
			.isThrownBy(() -> MethodTests.application(Kind.H2)
				.getBean(MethodApplication.Together.class)
				.inTransaction(this.key))
			.withMessageContaining("is transactional");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> steps.run("later", CompletableFuture.class, (any) -> new CompletableFuture<>()))
			.withMessageContaining("comes later");
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.7 a record of a step ends no later than that of its operation")
	void stepsEndWithTheirOperation(Kind kind) {
		IdempotencyTemplate template = MethodTests.application(kind).getBean(IdempotencyTemplate.class);
		IdempotentSteps steps = MethodTests.application(kind).getBean(IdempotentSteps.class);
		Shipments shipments = MethodTests.application(kind).getBean(Shipments.class);
		String step = "short " + this.key;
		Duration end = Duration.ofSeconds(2);
		long begun = System.nanoTime();
		assertThat(template.execute("short", this.key, Integer.class, () -> {
			Awaitility.await().until(() -> System.nanoTime() - begun > end.toNanos() / 2);
			return steps.run("only", Integer.class, (any) -> shipments.run(step));
		})).isEqualTo(1);
		Awaitility.await()
			.until(() -> template.execute("short", this.key, Integer.class,
					() -> steps.run("only", Integer.class, (any) -> shipments.run(step))) == 2);
	}

	@Test
	@DisplayName("9.7 within a step, the client sends its key with one call")
	void keyOfTheClient() {
		IdempotencyTemplate template = MethodTests.application(Kind.H2).getBean(IdempotencyTemplate.class);
		IdempotentSteps steps = MethodTests.application(Kind.H2).getBean(IdempotentSteps.class);
		template.execute("calling", this.key, () -> steps.run("call",
				(stepKey) -> assertThat(IdempotencyScope.current().key()).isEqualTo(new IdempotencyKey(stepKey))));
		assertThat(IdempotencyScope.current()).isNull();
	}

	@Test
	@DisplayName("9.7 without key, where none is required, steps run unprotected")
	void unprotected() {
		Shipments shipments = MethodTests.application(Kind.H2).getBean(Shipments.class);
		IdempotentSteps steps = MethodTests.application(Kind.H2).getBean(IdempotentSteps.class);
		shipments.meanwhile(() -> assertThat(steps.run("any", String.class, (stepKey) -> stepKey)).isNotNull());
		try {
			shipments.perhaps(null);
		}
		finally {
			shipments.meanwhile(() -> {
			});
		}
	}

}

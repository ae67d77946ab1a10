package dev.idempotency.method;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import dev.idempotency.IdempotencyInFlightException;
import dev.idempotency.IdempotencyKeyMalformedException;
import dev.idempotency.IdempotencyKeyMissingException;
import dev.idempotency.IdempotencyNotReplayableException;
import dev.idempotency.IdempotencyTemplate;
import dev.idempotency.method.MethodApplication.Event;
import dev.idempotency.method.MethodApplication.Kind;
import dev.idempotency.method.MethodApplication.Shipment;
import dev.idempotency.method.MethodApplication.Shipments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Methods and the template.
 */
class MethodTests {

	private static final Map<Kind, ConfigurableApplicationContext> STARTED = new ConcurrentHashMap<>();

	private final String key = UUID.randomUUID().toString();

	@AfterAll
	static void stop() {
		STARTED.values().forEach(ConfigurableApplicationContext::close);
		STARTED.clear();
	}

	static ConfigurableApplicationContext application(Kind kind) {
		return STARTED.computeIfAbsent(kind, (any) -> MethodApplication.start(MethodApplication.properties(kind)));
	}

	private static Shipments shipments(Kind kind) {
		return application(kind).getBean(Shipments.class);
	}

	private static MethodApplication.Together together(Kind kind) {
		return application(kind).getBean(MethodApplication.Together.class);
	}

	private static TransactionTemplate transaction(Kind kind, int isolation) {
		TransactionTemplate template = new TransactionTemplate(
				application(kind).getBean(PlatformTransactionManager.class));
		template.setIsolationLevel(isolation);
		return template;
	}

	private static TransactionTemplate transaction(Kind kind) {
		return transaction(kind, TransactionDefinition.ISOLATION_DEFAULT);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.1 a method runs once per key, and later calls get its result with its generic type")
	void runsOncePerKey(Kind kind) {
		Event event = new Event(this.key, 1);
		List<Shipment> first = shipments(kind).create(event);
		assertThat(first).containsExactly(new Shipment(1, List.of("a", "b")));
		assertThat(shipments(kind).create(new Event(this.key, 2))).isEqualTo(first);
		assertThat(shipments(kind).create(new Event(this.key + "-other", 2))).isEqualTo(first);
		assertThat(shipments(kind).runs("create " + this.key)).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.1 a result may be optional")
	void optionalResults(Kind kind) {
		IdempotencyTemplate template = application(kind).getBean(IdempotencyTemplate.class);
		ParameterizedTypeReference<Optional<Shipment>> type = new ParameterizedTypeReference<>() {
		};
		Optional<Shipment> first = Optional.of(new Shipment(1, List.of("a")));
		for (int i = 0; i < 2; i++) {
			assertThat(template.execute("optional", this.key, type, () -> first)).isEqualTo(first);
			assertThat(template.execute("optional", this.key + "-none", type, Optional::empty)).isEmpty();
		}
	}

	@Test
	@DisplayName("9.1 no key: refused, or unprotected with required=false")
	void withoutKey() {
		Shipments shipments = shipments(Kind.MEMORY);
		assertThatExceptionOfType(IdempotencyKeyMissingException.class)
			.isThrownBy(() -> shipments.create(new Event(null, 1)))
			.withMessageContaining("shipments-create");
		assertThatExceptionOfType(IdempotencyKeyMissingException.class)
			.isThrownBy(() -> shipments.create(new Event("  ", 1)));
		assertThatExceptionOfType(IdempotencyKeyMissingException.class).isThrownBy(() -> shipments.create(null))
			.havingCause()
			.isNotNull();
		shipments.perhaps(null);
		shipments.perhaps(null);
		assertThat(shipments.runs("perhaps null")).isEqualTo(2);
		shipments.perhaps(this.key);
		shipments.perhaps(this.key);
		assertThat(shipments.runs("perhaps " + this.key)).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "M\u00fcller", "a\nb", "10000" })
	@DisplayName("9.1 what is no key is refused, and not shown")
	void malformedKeys(String malformed) {
		String bad = malformed.equals("10000") ? "x".repeat(10_000) : malformed;
		assertThatExceptionOfType(IdempotencyKeyMalformedException.class)
			.isThrownBy(() -> shipments(Kind.MEMORY).create(new Event(bad, 1)))
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain(bad));
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.1 the template: two operations with equal keys are two")
	void template(Kind kind) throws Exception {
		IdempotencyTemplate template = application(kind).getBean(IdempotencyTemplate.class);
		Shipments shipments = shipments(kind);
		for (int i = 0; i < 2; i++) {
			assertThat(template.execute("one", this.key, Integer.class, () -> shipments.run("one " + this.key)))
				.isEqualTo(1);
			Map<String, Integer> result = template.execute("two", this.key,
					new ParameterizedTypeReference<Map<String, Integer>>() {
					}, () -> Map.of("runs", shipments.run("two " + this.key)));
			assertThat(result).isEqualTo(Map.of("runs", 1));
			template.execute("three", this.key, () -> shipments.run("three " + this.key));
		}
		assertThat(shipments.runs("three " + this.key)).isEqualTo(1);
		assertThatIllegalArgumentException().isThrownBy(() -> template.execute("No name", this.key, () -> {
		}));
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.2 it throws: the exception as it was, and the key free")
	void throwing(Kind kind) {
		IllegalStateException failure = new IllegalStateException("As it was");
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> shipments(kind).fail(this.key, failure))
			.isSameAs(failure);
		assertThat(shipments(kind).fail(this.key, failure)).isNull();
		assertThat(shipments(kind).fail(this.key, failure)).isNull();
		assertThat(shipments(kind).runs("fail " + this.key)).isEqualTo(2);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.2 running elsewhere: in flight")
	void runningElsewhere(Kind kind) throws Exception {
		Shipments shipments = shipments(kind);
		CompletableFuture<List<String>> items = new CompletableFuture<>();
		CompletableFuture<Shipment> first = shipments.later(this.key, items);
		assertThatExceptionOfType(IdempotencyInFlightException.class)
			.isThrownBy(() -> shipments.later(this.key, items));
		items.complete(List.of("x"));
		assertThat(first.get()).isEqualTo(new Shipment(1, List.of("x")));
		assertThat(shipments.later(this.key, items).get()).isEqualTo(new Shipment(1, List.of("x")));
	}

	@Test
	@DisplayName("9.3 a CompletionStage that fails frees the key")
	void failingStage() throws Exception {
		Shipments shipments = shipments(Kind.H2);
		CompletableFuture<Shipment> failed = shipments.later(this.key,
				CompletableFuture.failedFuture(new IllegalStateException("Later")));
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(failed::get).havingCause().withMessage("Later");
		assertThat(shipments.later(this.key, CompletableFuture.completedFuture(List.of())).get().number()).isEqualTo(2);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.2 a result that cannot be kept or read back never runs twice")
	void unkeepableResults(Kind kind) {
		assertThat(shipments(kind).cyclic(this.key)).isNotNull();
		assertThatExceptionOfType(IdempotencyNotReplayableException.class)
			.isThrownBy(() -> shipments(kind).cyclic(this.key))
			.withMessageContaining("shipments-cyclic")
			.withMessageContaining("java.lang.Object");
		assertThat(shipments(kind).runs("cyclic " + this.key)).isEqualTo(1);
		IdempotencyTemplate template = application(kind).getBean(IdempotencyTemplate.class);
		template.execute("renamed", this.key, String.class, () -> "text");
		assertThatExceptionOfType(IdempotencyNotReplayableException.class)
			.isThrownBy(() -> template.execute("renamed", this.key, Shipment.class, () -> new Shipment(1, List.of())))
			.withMessageContaining("renamed")
			.withMessageContaining(Shipment.class.getName());
	}

	@ParameterizedTest
	@EnumSource(names = { "H2", "POSTGRESQL", "MARIADB" })
	@DisplayName("9.2 within a transaction of the caller: recorded when it has committed, freed when it has rolled back")
	void withTheTransactionOfTheCaller(Kind kind) throws Exception {
		Shipments shipments = shipments(kind);
		transaction(kind).executeWithoutResult((status) -> {
			shipments.effectOnce(this.key);
			status.setRollbackOnly();
		});
		assertThat(shipments.effects(this.key)).isZero();
		transaction(kind).executeWithoutResult((status) -> {
			shipments.effectOnce(this.key);
			// In this transaction it has run; elsewhere it is running
			shipments.effectOnce(this.key);
			assertThatExceptionOfType(ExecutionException.class)
				.isThrownBy(() -> CompletableFuture.runAsync(() -> shipments.effectOnce(this.key)).get())
				.withCauseInstanceOf(IdempotencyInFlightException.class);
		});
		shipments.effectOnce(this.key);
		assertThat(shipments.effects(this.key)).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource(names = { "H2", "POSTGRESQL", "MARIADB" })
	@DisplayName("9.2 what a savepoint undoes is freed, though the transaction commits")
	void savepoints(Kind kind) {
		Shipments shipments = shipments(kind);
		TransactionTemplate nested = transaction(kind);
		nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
		transaction(kind).executeWithoutResult((outer) -> {
			shipments.effectOnce(this.key + "-kept");
			nested.executeWithoutResult((status) -> {
				shipments.effectOnce(this.key);
				status.setRollbackOnly();
			});
		});
		assertThat(shipments.effects(this.key)).isZero();
		shipments.effectOnce(this.key);
		shipments.effectOnce(this.key + "-kept");
		assertThat(shipments.effects(this.key)).isEqualTo(1);
		assertThat(shipments.effects(this.key + "-kept")).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource(names = { "H2", "POSTGRESQL", "MARIADB" })
	@DisplayName("9.4 transactional: effect and record in one commit")
	void transactional(Kind kind) {
		Shipments shipments = shipments(kind);
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> together(kind).together(this.key, true));
		assertThat(shipments.effects(this.key)).isZero();
		Shipment first = together(kind).together(this.key, false);
		assertThat(together(kind).together(this.key, false)).isEqualTo(first);
		assertThat(shipments.effects(this.key)).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource(names = { "H2", "POSTGRESQL", "MARIADB" })
	@DisplayName("9.4 transactional, in the open transaction: committed or rolled back with it; an exception marks it")
	void transactionalInOpenTransaction(Kind kind) {
		Shipments shipments = shipments(kind);
		for (int isolation : List.of(TransactionDefinition.ISOLATION_READ_COMMITTED,
				TransactionDefinition.ISOLATION_REPEATABLE_READ, TransactionDefinition.ISOLATION_SERIALIZABLE)) {
			String name = this.key + "-" + isolation;
			transaction(kind, isolation).executeWithoutResult((status) -> {
				together(kind).together(name, false);
				status.setRollbackOnly();
			});
			assertThat(shipments.effects(name)).isZero();
			assertThatExceptionOfType(UnexpectedRollbackException.class).isThrownBy(() -> transaction(kind, isolation)
				.executeWithoutResult((status) -> assertThatExceptionOfType(IllegalStateException.class)
					.isThrownBy(() -> together(kind).together(name, true))));
			assertThat(shipments.effects(name)).isZero();
			transaction(kind, isolation).executeWithoutResult((status) -> {
				Shipment first = together(kind).together(name, false);
				assertThat(together(kind).together(name, false)).isEqualTo(first);
			});
			transaction(kind, isolation).executeWithoutResult((status) -> together(kind).together(name, false));
			assertThat(shipments.effects(name)).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "H2", "POSTGRESQL", "MARIADB" })
	@DisplayName("9.4 transactional, told that a transaction is over: in one of its own")
	void transactionalAfterATransaction(Kind kind) {
		String failing = this.key + "-fails";
		transaction(kind).executeWithoutResult(
				(status) -> TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public void afterCompletion(int completion) {
						for (int i = 0; i < 2; i++) {
							together(kind).together(MethodTests.this.key, false);
							assertThatIllegalStateException().isThrownBy(() -> together(kind).together(failing, true))
								.withMessage("After the effect");
						}
					}

				}));
		assertThat(shipments(kind).runs("together " + failing)).isEqualTo(2);
		assertThat(shipments(kind).effects(failing)).isZero();
		together(kind).together(this.key, false);
		assertThat(shipments(kind).effects(this.key)).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource(names = { "H2", "POSTGRESQL", "MARIADB" })
	@DisplayName("9.4 a record that was committed after the snapshot of the open transaction is met, at every isolation level")
	void oldSnapshots(Kind kind) {
		Shipments shipments = shipments(kind);
		for (int isolation : List.of(TransactionDefinition.ISOLATION_READ_COMMITTED,
				TransactionDefinition.ISOLATION_REPEATABLE_READ, TransactionDefinition.ISOLATION_SERIALIZABLE)) {
			String name = this.key + "-" + isolation;
			try {
				transaction(kind, isolation).executeWithoutResult((status) -> {
					shipments.look();
					CompletableFuture.runAsync(() -> together(kind).together(name, false)).join();
					together(kind).together(name, false);
				});
			}
			catch (IdempotencyInFlightException ex) {
				// Found only at the insert: the transaction is rolled back, and
				// redelivery finds the record
				together(kind).together(name, false);
			}
			assertThat(shipments.effects(name)).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.1 many threads call with one key: one run")
	void manyThreads(Kind kind) throws Exception {
		Shipments shipments = shipments(kind);
		CountDownLatch done = new CountDownLatch(20);
		for (int i = 0; i < 20; i++) {
			new Thread(() -> {
				try {
					Awaitility.await()
						.ignoreExceptions()
						.until(() -> !shipments.create(new Event(this.key, 1)).isEmpty());
				}
				finally {
					done.countDown();
				}
			}).start();
		}
		done.await();
		assertThat(shipments.runs("create " + this.key)).isEqualTo(1);
	}

}

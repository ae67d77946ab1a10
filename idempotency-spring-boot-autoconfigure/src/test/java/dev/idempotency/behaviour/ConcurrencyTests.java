package dev.idempotency.behaviour;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import dev.idempotency.behaviour.app.Executions.Gate;
import dev.idempotency.behaviour.app.RunController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Section 4 of the behaviour: duplicates at the same time.
 */
class ConcurrencyTests {

	private static final int CLIENTS = 50;

	private static final int KEYS = 3000;

	private static final int DUPLICATES = 6;

	private static final int CREWS = 4;

	@ParameterizedTest
	@EnumSource
	@DisplayName("4.1 of 50 parallel requests one runs; the others are told so, or get its response")
	void oneOfManyRuns(Store store) {
		for (int round = 0; round < 5; round++) {
			Call call = Call.order(TestApplication.shared(store));
			Answer first = assertOneRan(Together.all(CLIENTS, (i) -> call.send()));
			assertThat(call.executions()).isEqualTo(1);
			call.send().assertReplayOf(first);
		}
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("4.1 while the first one runs, all others are refused with 409 and Retry-After")
	void allOthersAreRefused(Store store) {
		Call call = Call.order(TestApplication.shared(store));
		try (Together together = new Together(); Gate gate = call.hold()) {
			Future<Answer> first = together.meanwhile(call::send);
			gate.awaitArrival();
			Together.all(CLIENTS - 1, (i) -> call.send()).forEach(ConcurrencyTests::assertRefused);
			gate.open();
			call.send();
			Answer answer = Together.get(first).assertFirst(201);
			call.send().assertReplayOf(answer);
		}
		assertThat(call.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "MEMORY")
	@DisplayName("4.2 of 50 parallel requests to two instances one runs")
	void oneOfManyRunsOnTwoInstances(Store store) {
		TestApplication one = TestApplication.shared(store);
		TestApplication other = second(store);
		for (int round = 0; round < 5; round++) {
			Call call = Call.order(one);
			Answer first = assertOneRan(Together.all(CLIENTS, (i) -> ((i % 2 == 0) ? call : call.on(other)).send()));
			assertThat(call.executions() + call.on(other).executions()).isEqualTo(1);
			call.send().assertReplayOf(first);
			call.on(other).send().assertReplayOf(first);
		}
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "MEMORY")
	@DisplayName("4.2 while the first one runs, the other instance refuses with 409 and Retry-After")
	void theOtherInstanceRefuses(Store store) {
		TestApplication other = second(store);
		Call call = Call.order(TestApplication.shared(store));
		try (Together together = new Together(); Gate gate = call.hold()) {
			Future<Answer> first = together.meanwhile(call::send);
			gate.awaitArrival();
			Together.all(CLIENTS - 1, (i) -> call.on(other).send()).forEach(ConcurrencyTests::assertRefused);
			call.on(other).json("{}").send().assertProblem(422, "key-reused");
			gate.open();
			Answer answer = Together.get(first).assertFirst(201);
			call.on(other).send().assertReplayOf(answer);
		}
		assertThat(call.on(other).executions()).isZero();
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("4.3 with wait=5s duplicates get the response as soon as it is there")
	void duplicatesWait(Store store) {
		TestApplication application = ReplayTests.tuned(store);
		Call call = Call.order(application);
		try (Together together = new Together(); Gate gate = call.hold()) {
			Future<Answer> first = together.meanwhile(call::send);
			gate.awaitArrival();
			long before = inFlightAnswers(application);
			List<Future<Answer>> waiting = IntStream.range(0, 5)
				.mapToObj((i) -> together.meanwhile(call::send))
				.toList();
			// Each was told once, so some were told again: they wait
			await().until(() -> inFlightAnswers(application) > before + 5);
			assertThat(waiting).noneMatch(Future::isDone);
			gate.open();
			Answer answer = Together.get(first).assertFirst(201);
			waiting.forEach((future) -> Together.get(future).assertReplayOf(answer));
		}
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("4.3 a handler slower than the wait: 409, after the repository was asked again")
	void waitingEnds() {
		TestApplication application = TestApplication.shared(Store.H2, "idempotency.wait=200ms");
		Call call = Call.order(application);
		try (Together together = new Together(); Gate gate = call.hold()) {
			Future<Answer> first = together.meanwhile(call::send);
			gate.awaitArrival();
			long before = inFlightAnswers(application);
			assertRefused(call.send());
			assertThat(inFlightAnswers(application)).isGreaterThan(before + 1);
			gate.open();
			Answer answer = Together.get(first).assertFirst(201);
			call.send().assertReplayOf(answer);
		}
		assertThat(call.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("4.4 3,000 keys with 6 near-simultaneous duplicates each: no key runs twice")
	void noKeyRunsTwice(Store store) {
		TestApplication application = TestApplication.shared(store);
		String run = UUID.randomUUID().toString();
		List<CyclicBarrier> barriers = IntStream.range(0, CREWS)
			.mapToObj((i) -> new CyclicBarrier(DUPLICATES))
			.toList();
		List<List<Answer>> answers = Together.all(CREWS * DUPLICATES,
				(i) -> work(application, run, i % CREWS, barriers.get(i % CREWS)));
		for (int key = 0; key < KEYS; key++) {
			int crew = key % CREWS;
			int turn = key / CREWS;
			List<Answer> duplicates = IntStream.range(0, DUPLICATES)
				.mapToObj((i) -> answers.get(crew + i * CREWS).get(turn))
				.toList();
			assertThat(assertOneRan(duplicates).text()).isEqualTo("run 1");
			assertThat(application.executions().count(run + key)).isEqualTo(1);
		}
	}

	/** One of the clients that send each key of their crew at the same moment. */
	private static List<Answer> work(TestApplication application, String run, int crew, CyclicBarrier barrier) {
		List<Answer> answers = new ArrayList<>(KEYS / CREWS);
		RawConnection wire = RawConnection.to(application);
		try {
			for (int key = crew; key < KEYS; key += CREWS) {
				barrier.await(60, TimeUnit.SECONDS);
				Answer answer = wire.send(RawConnection.post("/instant", run + key)).receive();
				answers.add(answer);
				if ("close".equals(answer.header("Connection"))) {
					wire.close();
					wire = RawConnection.to(application);
				}
			}
			return answers;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
		catch (BrokenBarrierException | TimeoutException ex) {
			throw new IllegalStateException("Another client of the crew failed", ex);
		}
		finally {
			wire.close();
		}
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("4.7 requests that fail and free the key while others wait: at most one runs at a time")
	void oneAfterTheOther(Store store) {
		TestApplication application = ReplayTests.tuned(store);
		Call call = ReplayTests.call(application, "/failing/3");
		List<Answer> answers = Together.all(10, (i) -> call.send());
		assertThat(application.context().getBean(RunController.class).met(call.name())).isFalse();
		assertThat(call.executions()).isEqualTo(4);
		assertThat(answers).filteredOn((answer) -> answer.status() == 503)
			.hasSize(3)
			.allSatisfy((answer) -> answer.assertFirst(503));
		Answer success = answers.stream()
			.filter((answer) -> answer.status() == 201 && !answer.isReplay())
			.findFirst()
			.orElseThrow();
		assertThat(answers).filteredOn(Answer::isReplay)
			.hasSize(6)
			.allSatisfy((answer) -> answer.assertReplayOf(success));
	}

	/** Asserts that one ran and the others were refused or got its response. */
	private static Answer assertOneRan(List<Answer> answers) {
		List<Answer> ran = answers.stream().filter((answer) -> answer.status() < 400 && !answer.isReplay()).toList();
		assertThat(ran).hasSize(1);
		Answer first = ran.get(0);
		for (Answer answer : answers) {
			if (answer.isReplay()) {
				answer.assertReplayOf(first);
			}
			else if (answer != first) {
				assertRefused(answer);
			}
		}
		return first;
	}

	private static void assertRefused(Answer answer) {
		answer.assertProblem(409, "in-flight");
		assertThat(Integer.parseInt(String.valueOf(answer.header("Retry-After")))).isPositive();
	}

	/** How often the repository has told a request that another one is running. */
	private static long inFlightAnswers(TestApplication application) {
		return application.context()
			.getBean(MeterRegistry.class)
			.find("idempotency.repository")
			.tags("call", "claim", "result", "in-flight")
			.timers()
			.stream()
			.mapToLong(Timer::count)
			.sum();
	}

	private static TestApplication second(Store store) {
		return TestApplication.shared(store, "info.instance=second");
	}

}

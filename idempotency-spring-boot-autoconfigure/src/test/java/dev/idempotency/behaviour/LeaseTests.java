package dev.idempotency.behaviour;

import java.util.List;
import java.util.concurrent.Future;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.search.Search;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.idempotency.behaviour.app.Executions.Gate;
import dev.idempotency.test.TcpProxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Sections 4 and 5 of the behaviour: claims of slow, frozen and dead owners.
 */
class LeaseTests {

	private static final String SHORT_LEASE = "idempotency.lease=600ms";

	/** A renewal every sixth of the lease, once a third of it has passed. */
	private static final int RENEWALS_OF_THREE_LEASES = 18;

	@ParameterizedTest
	@EnumSource
	@DisplayName("4.5 a handler slower than its lease keeps its claim: a retry gets 409, and nothing runs twice")
	void slowHandlers(Store store) {
		TestApplication application = TestApplication.shared(store, SHORT_LEASE);
		Call call = Call.order(application);
		try (Together together = new Together(); Gate gate = call.hold()) {
			Future<Answer> first = together.meanwhile(call::send);
			gate.awaitArrival();
			double renewals = renewals(application);
			await().until(() -> renewals(application) >= renewals + RENEWALS_OF_THREE_LEASES);
			call.send().assertProblem(409, "in-flight");
			gate.open();
			Answer answer = Together.get(first).assertFirst(201);
			call.send().assertReplayOf(answer);
		}
		assertThat(call.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("4.9 a renewal that does not find its claim is a warning, at once and once")
	void lostRenewals(Store store) {
		TestApplication application = TestApplication.shared(store, SHORT_LEASE);
		Call call = Call.order(application);
		try (LogCapture log = new LogCapture(); Together together = new Together(); Gate gate = call.hold()) {
			Future<Answer> first = together.meanwhile(call::send);
			gate.awaitArrival();
			Operator.of(application).free(call);
			await().until(() -> !lostRenewals(log).isEmpty());
			double renewals = renewals(application);
			Call other = Call.order(application);
			try (Gate otherGate = other.hold()) {
				Future<Answer> second = together.meanwhile(other::send);
				otherGate.awaitArrival();
				await().until(() -> renewals(application) >= renewals + RENEWALS_OF_THREE_LEASES);
				otherGate.open();
				Together.get(second).assertFirst(201);
			}
			assertThat(lostRenewals(log)).hasSize(1);
			gate.open();
			Together.get(first).assertFirst(201);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "POSTGRESQL", "REDIS" })
	@DisplayName("4.6 an owner that lost its claim gives its client the winner's response, and changes nothing")
	void lateOwners(Store store) {
		try (TcpProxy proxy = FailureTests.proxy(store);
				TestApplication late = FailureTests.behind(proxy, store, SHORT_LEASE);
				TestApplication winner = TestApplication.start(store, "failures", SHORT_LEASE);
				Together together = new Together()) {
			Call call = Call.order(late);
			Answer won;
			Future<Answer> first;
			try (Gate gate = call.hold()) {
				first = together.meanwhile(call::send);
				gate.awaitArrival();
				proxy.cut();
				won = await().until(call.on(winner)::send, (answer) -> answer.status() != 409).assertFirst(201);
				proxy.heal();
			}
			Together.get(first).assertReplayOf(won);
			call.send().assertReplayOf(won);
			call.on(winner).send().assertReplayOf(won);
			assertThat(call.executions()).isEqualTo(1);
			assertThat(call.on(winner).executions()).isEqualTo(1);
			assertThat(count(late, "idempotency.leases.lost")).isEqualTo(1);
			assertThat(count(winner, "idempotency.leases.abandoned")).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "POSTGRESQL", "REDIS" })
	@DisplayName("4.6 while the winner still runs, the late owner's client gets 409")
	void lateOwnersWhileTheWinnerRuns(Store store) {
		try (TcpProxy proxy = FailureTests.proxy(store);
				TestApplication late = FailureTests.behind(proxy, store, SHORT_LEASE);
				TestApplication winner = TestApplication.start(store, "failures", SHORT_LEASE);
				Together together = new Together()) {
			Call call = Call.order(late);
			Call onWinner = call.on(winner);
			try (Gate lateGate = call.hold(); Gate winnerGate = onWinner.hold()) {
				Future<Answer> first = together.meanwhile(call::send);
				lateGate.awaitArrival();
				proxy.cut();
				Future<Answer> second = together
					.meanwhile(() -> await().until(onWinner::send, (answer) -> answer.status() != 409));
				winnerGate.awaitArrival();
				proxy.heal();
				lateGate.open();
				Together.get(first).assertProblem(409, "in-flight");
				winnerGate.open();
				Answer won = Together.get(second).assertFirst(201);
				call.send().assertReplayOf(won);
			}
			assertThat(count(late, "idempotency.leases.lost")).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "POSTGRESQL", "REDIS" })
	@DisplayName("5.6 the repository dies while the handler runs: the client gets the response, so do retries when it is back")
	void theRepositoryDiesMeanwhile(Store store) {
		try (TcpProxy proxy = FailureTests.proxy(store);
				TestApplication application = FailureTests.behind(proxy, store, "idempotency.lease=1h");
				Together together = new Together()) {
			Call call = Call.order(application);
			Future<Answer> first;
			try (Gate gate = call.hold()) {
				first = together.meanwhile(call::send);
				gate.awaitArrival();
				proxy.cut();
				gate.open();
			}
			Answer answer = Together.get(first).assertFirst(201);
			call.send().assertProblem(503, "repository-unavailable");
			proxy.heal();
			await().until(call::send, (retry) -> retry.status() == 201).assertReplayOf(answer);
			assertThat(call.executions()).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "POSTGRESQL", "REDIS" })
	@DisplayName("5.6 the connections to the repository break meanwhile: the response is recorded on new ones")
	void connectionsBreakMeanwhile(Store store) {
		try (TcpProxy proxy = FailureTests.proxy(store);
				TestApplication application = FailureTests.behind(proxy, store);
				Together together = new Together()) {
			Call call = Call.order(application);
			Future<Answer> first;
			try (Gate gate = call.hold()) {
				first = together.meanwhile(call::send);
				gate.awaitArrival();
				proxy.heal();
			}
			Answer answer = Together.get(first).assertFirst(201);
			await().until(call::send, (retry) -> retry.status() != 503).assertReplayOf(answer);
			assertThat(call.executions()).isEqualTo(1);
		}
	}

	private static List<String> lostRenewals(LogCapture log) {
		return log.warningsOfLibrary()
			.stream()
			.filter((warning) -> warning.contains("was not there when its lease was to be renewed"))
			.toList();
	}

	private static double renewals(TestApplication application) {
		return meters(application, "idempotency.repository").tag("call", "renew")
			.timers()
			.stream()
			.mapToLong((timer) -> timer.count())
			.sum();
	}

	private static double count(TestApplication application, String counter) {
		return meters(application, counter).counters().stream().mapToDouble((found) -> found.count()).sum();
	}

	private static Search meters(TestApplication application, String name) {
		return application.context().getBean(MeterRegistry.class).find(name);
	}

}

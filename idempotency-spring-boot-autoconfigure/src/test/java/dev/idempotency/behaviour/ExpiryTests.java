package dev.idempotency.behaviour;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.idempotency.behaviour.app.Executions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Section 6 of the behaviour: the end of a record.
 */
class ExpiryTests {

	/** The ttl of the operation, in nanoseconds. */
	private static final long TTL = Duration.ofMillis(1500).toNanos();

	/** Repositories count in milliseconds. */
	private static final long TICK = Duration.ofMillis(2).toNanos();

	@ParameterizedTest
	@EnumSource
	@DisplayName("6.1 up to the ttl a retry is a replay, which does not extend it; from then on it runs anew")
	void recordsExpire(Store store) {
		Call call = ReplayTests.call(TestApplication.shared(store), "/short-lived").json("{}");
		long claimedAfter = System.nanoTime();
		Answer first = call.send().assertFirst(200);
		long claimedBefore = System.nanoTime();
		call.send().assertReplayOf(first);
		AtomicLong lastReplaySent = new AtomicLong();
		Answer second = await().pollInterval(Duration.ofMillis(10)).until(() -> {
			long sent = System.nanoTime();
			Answer answer = call.send();
			if (answer.isReplay()) {
				lastReplaySent.set(sent);
			}
			return answer;
		}, (answer) -> !answer.isReplay());
		long ranBefore = System.nanoTime();
		assertThat(second.assertFirst(200).text()).isEqualTo("run 2");
		assertThat(ranBefore - claimedAfter).as("from the claim to the next run").isGreaterThan(TTL - TICK);
		assertThat(lastReplaySent.get() - claimedBefore).as("from the claim to the last replay").isLessThan(TTL + TICK);
		call.send().assertReplayOf(second);
		assertThat(call.executions()).isEqualTo(2);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("6.1 up to the ttl another body is a mismatch; from then on it is just another request")
	void anotherBodyAfterExpiry(Store store) {
		Call call = ReplayTests.call(TestApplication.shared(store), "/short-lived").json("{}");
		call.send().assertFirst(200);
		Call other = call.json("{\"another\":true}");
		other.send().assertProblem(422, "key-reused");
		assertThat(call.executions()).isEqualTo(1);
		Answer second = await().pollInterval(Duration.ofMillis(10))
			.until(other::send, (answer) -> answer.status() != 422)
			.assertFirst(200);
		assertThat(second.text()).isEqualTo("run 2");
		other.send().assertReplayOf(second);
		call.send().assertProblem(422, "key-reused");
		assertThat(call.executions()).isEqualTo(2);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("2.16 an operation that answers after its ttl keeps its claim meanwhile, and is expired at once")
	void answersAfterTheTtl(Store store) {
		TestApplication application = TestApplication.shared(store);
		Call call = ReplayTests.call(application, "/short-lived").json("{}");
		try (Together together = new Together(); Executions.Gate gate = call.hold()) {
			Future<Answer> first = together.meanwhile(call::send);
			gate.awaitArrival();
			Call claimedLater = ReplayTests.call(application, "/short-lived").json("{}");
			claimedLater.send().assertFirst(200);
			await().pollInterval(Duration.ofMillis(50)).until(claimedLater::send, (answer) -> !answer.isReplay());
			call.send().assertProblem(409, "in-flight");
			assertThat(call.executions()).isEqualTo(1);
			gate.open();
			assertThat(Together.get(first).assertFirst(200).text()).isEqualTo("run 1");
		}
		assertThat(call.send().assertFirst(200).text()).isEqualTo("run 2");
	}

}

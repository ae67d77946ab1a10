package dev.idempotency.behaviour;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Section 2 of the behaviour: replays.
 */
class ReplayTests {

	@ParameterizedTest
	@EnumSource
	@DisplayName("2.1 a retry gets status, body and headers of the first response")
	void aRetryGetsTheFirstResponse(Store store) {
		Call call = Call.order(TestApplication.shared(store));
		Answer first = call.send().assertFirst(201);
		assertThat(first.headers()).containsKeys("Location", "ETag", "X-Order-Run");
		call.send().assertReplayOf(first);
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

}

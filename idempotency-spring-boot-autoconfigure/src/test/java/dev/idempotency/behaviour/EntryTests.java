package dev.idempotency.behaviour;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.idempotency.behaviour.app.EntryApplication;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Section 2 of the behaviour: what a handler did, and what happened before it was
 * entered.
 */
class EntryTests {

	private static @Nullable TestApplication application;

	@BeforeAll
	static void start() {
		application = TestApplication.start(EntryApplication.class, Store.MEMORY.properties("entry"), "Aop");
	}

	@AfterAll
	static void stop() {
		application().close();
	}

	private static TestApplication application() {
		if (application == null) {
			throw new IllegalStateException("Not started");
		}
		return application;
	}

	@ParameterizedTest
	@CsvSource({ "commit-fails, 409", "translated, 422", "fails-after, 409", "on-another-thread, 409",
			"invalid-result, 422", "invalid-result-of-mvc, 422", "resolver-in-front, 409", "without-parameters, 409" })
	@DisplayName("2.19 whatever turns it into a response, what a handler did is recorded")
	void handlersThatRan(String target, int status) {
		Call call = call(target);
		Answer first = call.send().assertFirst(status);
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@CsvSource({ "invalid-argument?number=0, 422", "invalid-argument-of-proxy?number=0, 422",
			"invalid-argument?number=x, 400" })
	@DisplayName("2.19 a request whose arguments are refused is not recorded, and does not enter the handler")
	void refusedArguments(String target, int status) {
		Call call = call(target);
		call.send().assertFirst(status);
		call.send().assertFirst(status);
		assertThat(call.executions()).isZero();
	}

	@ParameterizedTest
	@CsvSource({ "refused-before, 404", "model-fails, 404" })
	@DisplayName("2.19 what is refused before the handler is entered is not recorded, and then runs")
	void refusedBefore(String target, int status) {
		Call call = call(target);
		Call refused = call.header("X-Unknown", "yes");
		refused.send().assertFirst(status);
		refused.send().assertFirst(status);
		assertThat(call.executions()).isZero();
		Answer first = call.send().assertFirst(200);
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	private static Call call(String target) {
		return ReplayTests.call(application(), "/entry/" + target);
	}

}

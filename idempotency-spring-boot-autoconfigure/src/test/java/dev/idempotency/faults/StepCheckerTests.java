package dev.idempotency.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.idempotency.faults.Attempt.Outcome;
import dev.idempotency.faults.Checker.Violation;
import dev.idempotency.faults.Provider.Event;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Histories of steps that must not pass, and their neighbours that must.
 */
class StepCheckerTests {

	private static final UUID RESULT = new UUID(0, 1);

	private static final UUID OTHER = new UUID(0, 2);

	private final Operation operation = new Operation(new UUID(7, 7), Kind.STEPS, 1000);

	private final List<Event> events = new ArrayList<>();

	private final StepChecker checker = new StepChecker();

	@BeforeEach
	void everyStepOnce() {
		for (int step = 0; step < Provider.STEPS; step++) {
			this.events.add(call(step, "key-" + step, RESULT));
			this.events.add(returned(step, RESULT));
		}
	}

	private static Event call(int step, String key, UUID result) {
		return new Event(true, step, key, result);
	}

	private static Event returned(int step, UUID result) {
		return new Event(false, step, "", result);
	}

	private void answer(Outcome outcome, UUID result) {
		this.operation.add(new Attempt("first", 1200, outcome, result.hashCode(), result, false, ""), false);
	}

	private List<String> check() {
		this.checker.check(this.operation, this.events);
		return this.checker.violations().stream().map(Violation::what).toList();
	}

	@Test
	void everyStepOnceAndOneAnswerPass() {
		answer(Outcome.ANSWER, RESULT);
		assertThat(check()).isEmpty();
	}

	@Test
	void aRepeatedCallThatNothingHasInterruptedIsFound() {
		answer(Outcome.ANSWER, RESULT);
		this.events.add(0, call(0, "key-0", OTHER));
		assertThat(check()).containsExactly("has called step 0 2 times");
	}

	@Test
	void anInterruptedCallUnderAnotherKeyIsFound() {
		answer(Outcome.ANSWER, RESULT);
		answer(Outcome.LOST, RESULT);
		this.events.add(0, call(0, "key-0", OTHER));
		assertThat(check()).isEmpty();
		this.events.set(0, call(0, "another", OTHER));
		assertThat(check()).containsExactly("has called step 0 under 2 keys");
	}

	@Test
	void aFinishedStepThatIsCalledIsFound() {
		answer(Outcome.ANSWER, RESULT);
		answer(Outcome.LOST, RESULT);
		this.events.add(call(1, "key-1", RESULT));
		assertThat(check()).containsExactly("has called step 1 after it was finished");
	}

	@Test
	void aSecondCallOfTheLastStepIsFound() {
		answer(Outcome.ANSWER, RESULT);
		answer(Outcome.LOST, RESULT);
		this.events.add(4, call(2, "key-2", OTHER));
		assertThat(check()).containsExactly("has called step 2 2 times");
	}

	@Test
	void keysThatOperationsShareAreFound() {
		answer(Outcome.ANSWER, RESULT);
		assertThat(check()).isEmpty();
		Operation second = new Operation(new UUID(8, 8), Kind.STEPS, 1000);
		second.add(new Attempt("first", 1200, Outcome.ANSWER, 1, RESULT, false, ""), false);
		this.checker.check(second, this.events);
		assertThat(this.checker.violations()).hasSize(Provider.STEPS);
	}

	@Test
	void resultsThatNoCallHadOrThatDifferAreFound() {
		answer(Outcome.ANSWER, RESULT);
		this.events.add(returned(1, OTHER));
		assertThat(check()).containsExactly("got 2 results of step 1", "got a result of step 1 that no call of it had");
	}

	@Test
	void noAnswerAnotherAnswerAndOneOfAnotherResultAreFound() {
		assertThat(check()).containsExactly("was never answered");
		answer(Outcome.ANSWER, OTHER);
		assertThat(check()).contains("was answered by what is not the result of its first step");
		answer(Outcome.ANSWER, RESULT);
		assertThat(check()).contains("got 2 different answers");
	}

	@Test
	void anUnknownOutcomeOfAStepThatWasNotInterruptedIsFound() {
		answer(Outcome.OUTCOME_UNKNOWN, RESULT);
		this.events.remove(5);
		assertThat(check()).containsExactly("has an unknown outcome although its last step was not interrupted");
	}

	@Test
	void anUnknownOutcomeOfAFinishedStepIsFound() {
		answer(Outcome.LOST, RESULT);
		answer(Outcome.OUTCOME_UNKNOWN, RESULT);
		assertThat(check()).containsExactly("has an unknown outcome although its last step is finished");
	}

	@Test
	void anUnknownOutcomeOfAStepThatWasInterruptedPasses() {
		answer(Outcome.LOST, RESULT);
		answer(Outcome.OUTCOME_UNKNOWN, RESULT);
		this.events.remove(5);
		assertThat(check()).isEmpty();
	}

}

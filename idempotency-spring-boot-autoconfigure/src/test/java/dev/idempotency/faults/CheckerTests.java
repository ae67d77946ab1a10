package dev.idempotency.faults;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import org.junit.jupiter.api.Test;

import dev.idempotency.faults.Attempt.Outcome;
import dev.idempotency.faults.Checker.Violation;
import dev.idempotency.faults.Effects.Effect;
import dev.idempotency.faults.Operation.Stretch;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Histories that must not pass, and their neighbours that must.
 */
class CheckerTests {

	private static final UUID FIRST = new UUID(0, 1);

	private static final UUID SECOND = new UUID(0, 2);

	private static final long OWNER = 100;

	private static final long OTHER = 200;

	private final Windows faults = new Windows();

	private final Logs logs = new Logs();

	private final Operation operation = new Operation(new UUID(7, 7), Kind.QUICK, 1000);

	@Test
	void oneEffectAndOneAnswerPass() {
		answer(FIRST, false);
		answer(FIRST, true);
		assertThat(lease(effect(FIRST, OWNER))).isEmpty();
		assertThat(transaction(effect(FIRST, OWNER))).isEmpty();
	}

	@Test
	void anAnswerWithoutEffectIsFound() {
		answer(FIRST, false);
		assertThat(lease()).anyMatch((what) -> what.contains("has no effect"));
		assertThat(transaction()).anyMatch((what) -> what.contains("0 effects"));
		assertThat(transaction(effect(SECOND, OWNER))).anyMatch((what) -> what.contains("which has no effect"));
	}

	@Test
	void noAnswerIsFound() {
		assertThat(lease(effect(FIRST, OWNER))).containsExactly("was never answered");
	}

	@Test
	void twoEffectsAreFoundInTransactions() {
		answer(FIRST, false);
		takeOver(OTHER, 1500);
		addFault(900, 1600);
		assertThat(transaction(effect(FIRST, OWNER), effect(SECOND, OTHER)))
			.containsExactly("has 2 effects instead of 1");
	}

	@Test
	void theEffectOfAFailureIsFoundInTransactions() {
		answer(FIRST, false);
		assertThat(transaction(effect(FIRST, OWNER), failed(SECOND))).hasSize(2);
	}

	@Test
	void twoExecutionsAreFoundUnlessTheSecondOwnerHasTakenOver() {
		answer(SECOND, false);
		addFault(900, 1600);
		assertThat(lease(effect(FIRST, OWNER), effect(SECOND, OTHER))).hasSize(1);
		takeOver(OWNER + 1, 1500);
		assertThat(lease(effect(FIRST, OWNER), effect(SECOND, OTHER))).hasSize(1);
		takeOver(OTHER, 1500);
		assertThat(lease(effect(FIRST, OWNER), effect(SECOND, OTHER))).isEmpty();
		assertThat(lease(effect(FIRST, OWNER), effect(SECOND, OTHER), effect(new UUID(0, 3), OTHER))).hasSize(1);
	}

	@Test
	void anExecutionAfterAFailureIsNoRepetition() {
		answer(SECOND, false);
		assertThat(lease(failed(FIRST), effect(SECOND, OTHER))).isEmpty();
		assertThat(lease(failed(FIRST), effect(SECOND, OTHER), effect(new UUID(0, 3), OTHER))).hasSize(1);
	}

	@Test
	void aTakeoverWithoutFaultIsFound() {
		answer(FIRST, false);
		takeOver(OWNER, 1500);
		addFault(1600, 1700);
		addFault(800, 900);
		this.faults.add(new Stretch(1100, 1200), Set.of("second"));
		this.faults.add(new Stretch(1100, 1200), Set.of());
		assertThat(lease(effect(FIRST, OWNER), effect(SECOND, OWNER))).hasSize(1);
		addFault(500, 1100);
		assertThat(lease(effect(FIRST, OWNER), effect(SECOND, OWNER))).isEmpty();
	}

	@Test
	void aClaimWhoseAnswerCameTooLateMayBeTakenOver() {
		answer(FIRST, false);
		takeOver(OWNER, 1500);
		this.operation.add(new Attempt("first", 1200, Outcome.UNAVAILABLE, 0, null, false, "503"), false);
		assertThat(lease(effect(FIRST, OWNER))).isEmpty();
		takeOver(OTHER, 1600);
		assertThat(lease(effect(FIRST, OWNER))).hasSize(1);
	}

	@Test
	void aFaultOfAnyCountsForAnOwnerThatIsNotKnown() {
		answer(FIRST, false);
		takeOver(OWNER, 1500);
		assertThat(lease(effect(FIRST, OWNER))).hasSize(1);
		this.faults.add(new Stretch(1100, 1200), Set.of("second"));
		assertThat(lease(effect(FIRST, OWNER))).isEmpty();
	}

	@Test
	void differentAnswersAreFoundUnlessOneIsKnownNotToBeRecorded() {
		answer(FIRST, false);
		answer(SECOND, false);
		answer(SECOND, true);
		takeOver(OTHER, 1500);
		addFault(900, 1600);
		Effect[] effects = { effect(FIRST, OWNER), effect(SECOND, OTHER) };
		assertThat(lease(effects)).containsExactly("got 2 different answers");
		log(OWNER, "Could not record the response of operation x under claim " + this.operation.record() + " yet");
		assertThat(lease(effects)).isEmpty();
		answer(FIRST, true);
		assertThat(lease(effects)).contains("was answered by different replays");
	}

	@Test
	void differentAnswersAreFoundInTransactions() {
		answer(FIRST, false);
		answer(SECOND, true);
		log(OWNER, "Could not record the response of operation x under claim " + this.operation.record() + " yet");
		assertThat(transaction(effect(SECOND, OTHER))).contains("got 2 different answers");
	}

	@Test
	void aTakeoverAfterRefusalsIsFoundUnlessItsResponseIsPoisoned() {
		Effect[] effects = { effect(FIRST, OWNER), effect(SECOND, OTHER) };
		Operation poisoned = new Operation(this.operation.key(), Kind.POISONED, 1000);
		answer(SECOND, false);
		poisoned.add(answered(SECOND, false), false);
		takeOver(OTHER, 1500);
		assertThat(check(false, poisoned, effects)).hasSize(1);
		log(OWNER, "Could not record the response of operation x under claim " + this.operation.record()
				+ "; the repository keeps refusing it, and its key");
		assertThat(check(false, poisoned, effects)).isEmpty();
		assertThat(lease(effects)).hasSize(1);
		takeOver(OTHER, 1600);
		assertThat(check(false, poisoned, effects)).hasSize(1);
	}

	@Test
	void anAnswerThatIsRefusedInTheEndIsOneThatIsNotRecorded() {
		log(OWNER, "Could not record the response of operation x under claim " + this.operation.record()
				+ "; trying again while the claim can be held");
		log(OWNER, "Could not record the response of operation x under claim " + this.operation.record()
				+ "; the repository keeps refusing it, and its key");
		assertThat(this.logs.unrecorded(this.operation.record())).isOne();
	}

	@Test
	void answersThatNoClientMustGetAreFound() {
		answer(FIRST, false);
		this.operation.add(new Attempt("first", 2000, Outcome.UNEXPECTED, 0, null, false, "422 key-reused"), true);
		assertThat(lease(effect(FIRST, OWNER))).containsExactly("was answered 422 key-reused");
	}

	@Test
	void aKeyThatStaysInFlightIsFoundUnlessThereWereFaults() {
		inFlight(1100);
		inFlight(4000);
		inFlight(7000);
		answer(FIRST, false);
		assertThat(lease(effect(FIRST, OWNER)))
			.containsExactly("was refused as in flight for 5900 ms without any fault");
		addFault(500, 2000);
		addFault(5000, 6000);
		assertThat(lease(effect(FIRST, OWNER))).isEmpty();
	}

	@Test
	void conflictsWithAnAnswerBetweenThemAreNoStretch() {
		inFlight(1100);
		inFlight(4000);
		answer(FIRST, false);
		inFlight(6000);
		inFlight(7500);
		assertThat(lease(effect(FIRST, OWNER))).isEmpty();
	}

	@Test
	void conflictsWithALongSilenceBetweenThemAreNoStretch() {
		inFlight(1100);
		inFlight(4000);
		inFlight(60_000);
		inFlight(63_000);
		answer(FIRST, false);
		assertThat(lease(effect(FIRST, OWNER))).isEmpty();
	}

	private void answer(UUID execution, boolean replayed) {
		this.operation.add(answered(execution, replayed), false);
	}

	private static Attempt answered(UUID execution, boolean replayed) {
		return new Attempt("first", 2000, Outcome.ANSWER, execution.getLeastSignificantBits(), execution, replayed,
				"201");
	}

	private void addFault(long since, long until) {
		this.faults.add(new Stretch(since, until), Node.NAMES);
	}

	private void inFlight(long time) {
		this.operation.add(new Attempt("first", time, Outcome.IN_FLIGHT, 0, null, false, "409"), false);
	}

	private void takeOver(long process, long millis) {
		this.logs.add("1970-01-01T00:00:0" + millis / 1000 + "." + millis % 1000 + "Z  WARN " + process
				+ " --- [main] x : Took over the claim " + this.operation.record() + " of operation x, whose owner");
	}

	private void log(long process, String message) {
		this.logs.add("1970-01-01T00:00:01.000Z  WARN " + process + " --- [main] x : " + message);
	}

	private static Effect effect(UUID execution, long process) {
		return new Effect(execution, false, process, (process != OWNER) ? "second" : "first");
	}

	private static Effect failed(UUID execution) {
		return new Effect(execution, true, OWNER, "first");
	}

	private List<String> lease(Effect... effects) {
		return check(false, this.operation, effects);
	}

	private List<String> transaction(Effect... effects) {
		return check(true, this.operation, effects);
	}

	private List<String> check(boolean transactional, Operation operation, Effect... effects) {
		Checker checker = new Checker(transactional, this.faults, this.logs);
		checker.check(operation, Arrays.asList(effects));
		return checker.violations().stream().map(Violation::what).toList();
	}

}

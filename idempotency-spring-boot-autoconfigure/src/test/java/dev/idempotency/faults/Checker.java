package dev.idempotency.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

import dev.idempotency.faults.Effects.Effect;
import dev.idempotency.faults.Logs.Takeover;
import dev.idempotency.faults.Operation.Answer;
import dev.idempotency.faults.Operation.Stretch;

/**
 * Compares what clients were promised with what happened.
 */
final class Checker {

	/** What a client and a busy machine may add to the times of the library. */
	private static final Duration TOLERANCE = Duration.ofSeconds(3);

	private final boolean transactional;

	private final Windows faults;

	private final Logs logs;

	private final List<Violation> violations = new ArrayList<>();

	private int repetitions;

	private int unrecordedAnswers;

	Checker(boolean transactional, Windows faults, Logs logs) {
		this.transactional = transactional;
		this.faults = faults;
		this.logs = logs;
	}

	/**
	 * Checks an operation.
	 * @param operation what its client knows
	 * @param effects all of its effects
	 */
	void check(Operation operation, List<Effect> effects) {
		operation.markChecked();
		if (!operation.isAnswered()) {
			violate(operation, "was never answered");
		}
		if (operation.oddity() != null) {
			violate(operation, "was answered " + operation.oddity());
		}
		checkAnswers(operation);
		checkPatience(operation);
		if (this.transactional) {
			checkSingleEffect(operation, effects);
		}
		else {
			checkTakeovers(operation, effects);
			checkRepetitions(operation, effects);
		}
		checkExecutions(operation, effects);
	}

	void checkStranger(UUID key) {
		this.violations.add(new Violation(key, "has an effect, but no client has sent it"));
	}

	private void checkAnswers(Operation operation) {
		List<Answer> answers = operation.answers();
		if (answers.stream().filter((answer) -> answer.replays() > 0).count() > 1) {
			violate(operation, "was answered by different replays");
		}
		int different = answers.size() - 1;
		if (different <= 0) {
			return;
		}
		long single = answers.stream().filter((answer) -> answer.replays() == 0 && answer.firsts() == 1).count();
		if (this.transactional || single < different || different > this.logs.unrecorded(operation.record())) {
			violate(operation, "got " + answers.size() + " different answers");
		}
		else {
			this.unrecordedAnswers += different;
		}
	}

	// Nobody waits longer for a dead owner than its lease, nor for a living one than it
	// works
	private void checkPatience(Operation operation) {
		Duration bound = Setup.LEASE.plus(TOLERANCE);
		if (operation.kind() == Kind.SLOW) {
			bound = bound.plus(Setup.slow(Setup.LEASE));
		}
		if (operation.kind() == Kind.POISONED) {
			bound = bound.plus(Setup.LONGEST_REFUSAL);
		}
		for (Stretch conflict : operation.conflicts()) {
			if (this.faults.longestCalm(conflict) > bound.toMillis()) {
				violate(operation,
						"was refused as in flight for " + this.faults.longestCalm(conflict) + " ms without any fault");
			}
		}
	}

	private void checkSingleEffect(Operation operation, List<Effect> effects) {
		int expected = operation.kind().isUndone() ? 0 : 1;
		if (effects.size() != expected) {
			violate(operation, "has " + effects.size() + " effects instead of " + expected);
		}
		if (effects.stream().anyMatch(Effect::failed)) {
			violate(operation, "has an effect of a run that failed");
		}
	}

	// A claim is only abandoned by an owner that something happened to, that could not
	// get
	// rid of its response, or that was told of its claim too late and refused its client
	private void checkTakeovers(Operation operation, List<Effect> effects) {
		List<Takeover> takeovers = this.logs.takeovers(operation.record());
		// Each owner but the last has lost it; with fewer effects than owners, one of
		// them is not known
		Set<String> owners = (effects.stream().filter((effect) -> !effect.failed()).count() > takeovers.size())
				? effects.stream().map(Effect::node).collect(Collectors.toSet()) : Node.NAMES;
		int refused = (operation.kind() == Kind.POISONED) ? this.logs.refused(operation.record()) : 0;
		long inexcusable = takeovers.stream()
			.filter((takeover) -> !this.faults.meet(new Stretch(operation.start(), takeover.time()), owners))
			.count();
		if (inexcusable > refused + operation.countUnavailable()) {
			violate(operation, "was taken over although no fault has happened to its owner");
		}
	}

	private void checkRepetitions(Operation operation, List<Effect> effects) {
		long succeeded = effects.stream().filter((effect) -> !effect.failed()).count();
		if (succeeded == 0) {
			violate(operation, "has no effect");
		}
		int excused = countExcused(operation, effects);
		long allowed = 1 + effects.size() - succeeded;
		if (effects.size() - excused > allowed) {
			violate(operation, "was executed " + effects.size() + " times; " + (allowed - 1)
					+ " of them freed the key, " + excused + " had taken an abandoned claim over");
		}
		this.repetitions += Math.toIntExact(Math.max(0, succeeded - 1));
	}

	// By the process that took over: it may have died before it executed anything
	private int countExcused(Operation operation, List<Effect> effects) {
		List<Long> processes = new ArrayList<>();
		this.logs.takeovers(operation.record()).forEach((takeover) -> processes.add(takeover.process()));
		return Math.toIntExact(effects.stream().filter((effect) -> processes.remove(effect.process())).count());
	}

	private void checkExecutions(Operation operation, List<Effect> effects) {
		for (Answer answer : operation.answers()) {
			UUID execution = answer.execution();
			if (execution != null && effects.stream()
				.noneMatch((effect) -> effect.execution().equals(execution) && !effect.failed())) {
				violate(operation, "was answered by execution " + execution + ", which has no effect");
			}
		}
	}

	private void violate(Operation operation, String what) {
		this.violations.add(new Violation(operation.key(), what));
	}

	List<Violation> violations() {
		return this.violations;
	}

	/** How often an operation was executed again after an abandoned lease. */
	int repetitions() {
		return this.repetitions;
	}

	/**
	 * How many answers went to a client although they could not be recorded, and differ
	 * from the one that was recorded after the lease had been abandoned.
	 */
	int unrecordedAnswers() {
		return this.unrecordedAnswers;
	}

	/**
	 * Something that must not happen.
	 *
	 * @param key the key of the operation
	 * @param what what happened to it
	 */
	record Violation(UUID key, String what) {
	}

}

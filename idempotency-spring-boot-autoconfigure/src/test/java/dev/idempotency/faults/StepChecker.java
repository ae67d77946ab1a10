package dev.idempotency.faults;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

import dev.idempotency.faults.Checker.Violation;
import dev.idempotency.faults.Provider.Event;

/**
 * Compares what steps promise with what their provider was asked for.
 */
final class StepChecker {

	private static final int LAST = Provider.STEPS - 1;

	private final List<Violation> violations = new ArrayList<>();

	/** Which step of which operation has come with a key. */
	private final Map<String, String> owners = new HashMap<>();

	private int calls;

	private int repetitions;

	private int unknown;

	/**
	 * Checks an operation.
	 * @param operation what its client knows
	 * @param events what its provider knows
	 */
	void check(Operation operation, List<Event> events) {
		if (operation.oddity() != null) {
			violate(operation, "was answered " + operation.oddity());
		}
		for (int step = 0; step <= LAST; step++) {
			checkStep(operation, step, events);
		}
		checkEnd(operation, events);
	}

	private void checkStep(Operation operation, int step, List<Event> events) {
		List<Event> calls = events.stream().filter((event) -> event.isCallOf(step)).toList();
		this.calls += calls.size();
		this.repetitions += Math.max(0, calls.size() - 1);
		Set<String> keys = calls.stream().map(Event::key).collect(Collectors.toSet());
		if (keys.size() > 1) {
			violate(operation, "has called step " + step + " under " + keys.size() + " keys");
		}
		String name = operation.key() + " step " + step;
		for (String key : keys) {
			String owner = this.owners.putIfAbsent(key, name);
			if (owner != null && !owner.equals(name)) {
				violate(operation, "shares the key of step " + step + " with " + owner);
			}
		}
		if (calls.size() > 1 && (step == LAST || !operation.isTroubled())) {
			violate(operation, "has called step " + step + " " + calls.size() + " times");
		}
		checkFinished(operation, step, events);
	}

	private void checkFinished(Operation operation, int step, List<Event> events) {
		Set<UUID> results = events.stream()
			.filter((event) -> event.isReturnOf(step))
			.map(Event::result)
			.collect(Collectors.toSet());
		if (results.size() > 1) {
			violate(operation, "got " + results.size() + " results of step " + step);
		}
		if (!events.stream()
			.filter((event) -> event.isCallOf(step))
			.map(Event::result)
			.collect(Collectors.toSet())
			.containsAll(results)) {
			violate(operation, "got a result of step " + step + " that no call of it had");
		}
		boolean finished = false;
		for (Event event : events) {
			finished |= event.isReturnOf(step) || (event.called() && event.step() > step);
			if (finished && event.isCallOf(step)) {
				violate(operation, "has called step " + step + " after it was finished");
			}
		}
	}

	// Its answer begins with the result of the first step
	private void checkEnd(Operation operation, List<Event> events) {
		boolean finished = events.stream().anyMatch((event) -> event.isReturnOf(LAST));
		if (operation.isOutcomeUnknown()) {
			this.unknown++;
			if (operation.isAnswered() || finished || !operation.isTroubled()) {
				violate(operation, "has an unknown outcome although its last step "
						+ (finished ? "is finished" : "was not interrupted"));
			}
		}
		else if (!operation.isAnswered()) {
			violate(operation, "was never answered");
		}
		else if (operation.answers().size() > 1) {
			violate(operation, "got " + operation.answers().size() + " different answers");
		}
		else if (events.stream()
			.noneMatch(
					(event) -> event.isReturnOf(0) && event.result().equals(operation.answers().get(0).execution()))) {
			violate(operation, "was answered by what is not the result of its first step");
		}
	}

	private void violate(Operation operation, String what) {
		this.violations.add(new Violation(operation.key(), what));
	}

	List<Violation> violations() {
		return this.violations;
	}

	/** How often steps were called. */
	int calls() {
		return this.calls;
	}

	/** How many of these calls were not the first one of a step. */
	int repetitions() {
		return this.repetitions;
	}

	/** How many operations wait for an operator in the end. */
	int unknown() {
		return this.unknown;
	}

}

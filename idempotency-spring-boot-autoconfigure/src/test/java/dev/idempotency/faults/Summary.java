package dev.idempotency.faults;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The numbers of a run, as a table.
 */
final class Summary {

	private final Map<String, Object> lines = new LinkedHashMap<>();

	private final Setup setup;

	private final long seed;

	private final Duration duration;

	private final History history;

	Summary(Setup setup, long seed, Duration duration, History history) {
		this.setup = setup;
		this.seed = seed;
		this.duration = duration;
		this.history = history;
	}

	Setup setup() {
		return this.setup;
	}

	long seed() {
		return this.seed;
	}

	Duration duration() {
		return this.duration;
	}

	void complete(Faults faults, Logs logs, Checker checker) {
		this.lines.put("setup", this.setup);
		this.lines.put("seed", this.seed);
		this.lines.put("duration", this.duration);
		this.lines.put("operations", this.history.operations().size());
		this.lines.put("requests", this.history.requests());
		this.lines.put("replays", this.history.replays());
		faults.counts().forEach((fault, count) -> this.lines.put("faults: " + fault, count));
		this.lines.put("times that the machine stood still by itself", faults.stalls());
		this.lines.put("renewals that ended in an Error", logs.countBrokenRenewals());
		this.lines.put("leases given up because the store kept refusing a response", logs.countRefused());
		this.lines.put("abandoned leases taken over", logs.countTakeovers());
		this.lines.put("leases lost by late owners", logs.countLost());
		this.lines.put("second executions, each after an abandoned lease", checker.repetitions());
		this.lines.put("answers that were never recorded", checker.unrecordedAnswers());
		this.lines.put("violations", checker.violations().size());
	}

	@Override
	public String toString() {
		return this.lines.entrySet()
			.stream()
			.map((line) -> "| " + line.getKey() + " | " + line.getValue() + " |\n")
			.collect(Collectors.joining("", "| what | value |\n|---|---|\n", ""));
	}

}

package dev.idempotency.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.faults.Attempt.Outcome;
import dev.idempotency.repository.RecordId;

/**
 * What a client knows of an operation: as little as the checker needs, for there are many
 * of them.
 */
final class Operation {

	/** Longer than a client that wants an answer pauses, in milliseconds. */
	private static final long SILENCE = 15_000;

	private final UUID key;

	private final Kind kind;

	private final long start;

	private final List<Answer> answers = new ArrayList<>(1);

	private final List<Stretch> conflicts = new ArrayList<>(0);

	private @Nullable String oddity;

	private @Nullable Stretch conflict;

	private int troubles;

	private int unavailable;

	private int outcomeUnknown;

	private boolean checked;

	Operation(UUID key, Kind kind, long start) {
		this.key = key;
		this.kind = kind;
		this.start = start;
	}

	synchronized void add(Attempt attempt, boolean mayFail) {
		if (attempt.outcome() == Outcome.ANSWER || attempt.outcome() == Outcome.FAILURE) {
			this.conflict = null;
		}
		switch (attempt.outcome()) {
			case ANSWER -> answer(attempt);
			case FAILURE -> this.troubles++;
			case IN_FLIGHT -> conflict(attempt.end());
			case UNAVAILABLE -> {
				this.troubles++;
				this.unavailable++;
			}
			case LOST -> this.troubles++;
			case OUTCOME_UNKNOWN -> this.outcomeUnknown++;
			case ERROR -> fail(attempt, mayFail);
			case UNEXPECTED -> object(attempt);
		}
	}

	private void fail(Attempt attempt, boolean mayFail) {
		this.troubles++;
		if (!mayFail) {
			object(attempt);
		}
	}

	private void object(Attempt attempt) {
		this.oddity = attempt.description();
	}

	private void answer(Attempt attempt) {
		Answer answer = this.answers.stream()
			.filter((candidate) -> candidate.digest == attempt.digest())
			.findFirst()
			.orElseGet(() -> {
				Answer added = new Answer(attempt.digest(), attempt.execution());
				this.answers.add(added);
				return added;
			});
		if (attempt.replayed()) {
			answer.replays++;
		}
		else {
			answer.firsts++;
		}
	}

	private void conflict(long time) {
		Stretch before = this.conflict;
		if (before != null && time - before.until() > SILENCE) {
			before = null;
		}
		Stretch conflict = new Stretch((before != null) ? before.since() : time, time);
		this.conflict = conflict;
		if (conflict.until() - conflict.since() > Setup.LEASE.toMillis()) {
			this.conflicts.remove(before);
			this.conflicts.add(conflict);
		}
	}

	UUID key() {
		return this.key;
	}

	Kind kind() {
		return this.kind;
	}

	/** When its first request was sent, in milliseconds of the clock. */
	long start() {
		return this.start;
	}

	/** The name of its record in logs. */
	String record() {
		return record(this.key);
	}

	static String record(UUID key) {
		return RecordId.of(Setup.NAMESPACE, "", new IdempotencyKey(key.toString())).toString();
	}

	synchronized boolean isAnswered() {
		return !this.answers.isEmpty();
	}

	/** Whether it was refused until an operator decides. */
	synchronized boolean isOutcomeUnknown() {
		return this.outcomeUnknown > 0;
	}

	/** How often it was answered, or refused for good. */
	synchronized int countAnswers() {
		return this.outcomeUnknown
				+ this.answers.stream().mapToInt((answer) -> answer.firsts() + answer.replays()).sum();
	}

	/** Its different answers, one if all is well. */
	synchronized List<Answer> answers() {
		return List.copyOf(this.answers);
	}

	/** How often the store did not answer in time, whose claim may stand all the same. */
	synchronized int countUnavailable() {
		return this.unavailable;
	}

	/** When it was refused for longer than the lease because it was in flight. */
	synchronized List<Stretch> conflicts() {
		return List.copyOf(this.conflicts);
	}

	/** What a client must never be answered, if it was. */
	synchronized @Nullable String oddity() {
		return this.oddity;
	}

	/** Whether it met a fault, as far as its client could see. */
	synchronized boolean isTroubled() {
		return this.troubles > 0;
	}

	synchronized void markChecked() {
		this.checked = true;
	}

	synchronized boolean isChecked() {
		return this.checked;
	}

	/**
	 * One of its answers.
	 */
	static final class Answer {

		private final long digest;

		private final @Nullable UUID execution;

		private int firsts;

		private int replays;

		private Answer(long digest, @Nullable UUID execution) {
			this.digest = digest;
			this.execution = execution;
		}

		/** The run of the handler that it names. */
		@Nullable UUID execution() {
			return this.execution;
		}

		/** How often it came as the first answer. */
		int firsts() {
			return this.firsts;
		}

		/** How often it came as a replay. */
		int replays() {
			return this.replays;
		}

	}

	/**
	 * A stretch of time, in milliseconds of the clock.
	 *
	 * @param since its start
	 * @param until its end
	 */
	record Stretch(long since, long until) {
	}

}

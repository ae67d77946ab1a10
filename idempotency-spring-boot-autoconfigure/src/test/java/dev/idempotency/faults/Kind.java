package dev.idempotency.faults;

import java.util.Random;

/**
 * What an operation does and how it answers.
 */
enum Kind {

	/** Answers at once. */
	QUICK(201),

	/** Takes longer than a lease. */
	SLOW(201),

	/** Returns an error, which is recorded, with its effect. */
	REFUSED(402),

	/** Throws after its effect, and the error is recorded. */
	THROWN(404),

	/** Answers at once what the store refuses to record at times. */
	POISONED(203),

	/** Fails half of the times, which frees the key. */
	FLAKY(201),

	/** Works in steps; no operation of the others is one of these. */
	STEPS(200);

	private final int status;

	Kind(int status) {
		this.status = status;
	}

	static Kind any(Random random) {
		return switch (random.nextInt(40)) {
			case 0 -> SLOW;
			case 1, 2, 3 -> REFUSED;
			case 4, 5 -> THROWN;
			case 6, 7, 8, 9 -> FLAKY;
			case 10, 11, 12 -> POISONED;
			default -> QUICK;
		};
	}

	/** The status of its answer. */
	int status() {
		return this.status;
	}

	/** Whether a transaction rolls its effect back. */
	boolean isUndone() {
		return this == THROWN;
	}

}

package dev.idempotency.engine;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A bounded time, spent in pauses that double from 10 to 500 ms, each shortened by up to
 * a half at random, so that those who wait do not come back together.
 */
final class Patience {

	private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(10);

	private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(500);

	private final long start = System.nanoTime();

	private final long limit;

	private long pause = FIRST_PAUSE;

	Patience(Duration limit) {
		this.limit = limit.toNanos();
	}

	/**
	 * Waits for the next attempt.
	 * @return {@code false}, at once, if the time is over or the thread is interrupted
	 */
	boolean pause() {
		long left = this.limit - (System.nanoTime() - this.start);
		if (left <= 0) {
			return false;
		}
		long nanos = Math.min(left, ThreadLocalRandom.current().nextLong(this.pause / 2, this.pause + 1));
		this.pause = Math.min(LONGEST_PAUSE, this.pause * 2);
		try {
			TimeUnit.NANOSECONDS.sleep(nanos);
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

}

package dev.idempotency.repository.redis;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The moment until which a call may wait in all, whatever it waits for.
 */
final class Deadline {

	private final long nanoTime;

	private Deadline(long nanoTime) {
		this.nanoTime = nanoTime;
	}

	static Deadline in(Duration timeout) {
		return new Deadline(System.nanoTime() + timeout.toNanos());
	}

	boolean hasPassed() {
		return this.nanoTime - System.nanoTime() <= 0;
	}

	boolean tryAcquire(Semaphore permits) throws InterruptedException {
		return permits.tryAcquire(remaining(), TimeUnit.NANOSECONDS);
	}

	<T> T await(Future<T> future) throws InterruptedException, ExecutionException, TimeoutException {
		return future.get(remaining(), TimeUnit.NANOSECONDS);
	}

	private long remaining() {
		return Math.max(0, this.nanoTime - System.nanoTime());
	}

}

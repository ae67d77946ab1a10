package dev.idempotency.engine;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something done again and again by one daemon thread of its own until it is closed,
 * whatever a turn throws. The thread is never interrupted: an interrupt in the middle of
 * a call can close the file of an embedded database.
 */
final class PeriodicTask implements AutoCloseable {

	/** How long closing waits for the end of a turn. */
	static final Duration LAST_TURN = Duration.ofSeconds(10);

	private static final Logger logger = LoggerFactory.getLogger(PeriodicTask.class);

	private final CountDownLatch closed = new CountDownLatch(1);

	private final Consumer<BooleanSupplier> task;

	private final Thread thread;

	/**
	 * Creates the task and starts it.
	 * @param threadName the name of the thread
	 * @param pause the pause before each turn
	 * @param task a turn; it can ask whether to go on with what it has more of to do
	 */
	PeriodicTask(String threadName, Duration pause, Consumer<BooleanSupplier> task) {
		this.task = task;
		this.thread = new Thread(() -> run(pause.toNanos()), threadName);
		this.thread.setDaemon(true);
		this.thread.start();
	}

	private void run(long pause) {
		while (!isClosedAfter(pause)) {
			try {
				turn();
			}
			catch (Throwable ex) {
				// Not even the log could be written; the next turn comes all the same
			}
		}
	}

	private boolean isClosedAfter(long nanos) {
		try {
			return this.closed.await(nanos, TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			// A turn has left it behind: nobody else knows this thread
			return isClosed();
		}
	}

	private void turn() {
		try {
			this.task.accept(() -> !isClosed());
		}
		catch (Throwable ex) {
			logger.warn("A turn of {} failed; the next one will be tried", this.thread.getName(), ex);
		}
	}

	private boolean isClosed() {
		return this.closed.getCount() == 0;
	}

	/**
	 * Lets no other turn begin, and waits a bounded time for the end of one that runs.
	 */
	@Override
	public void close() {
		this.closed.countDown();
		try {
			this.thread.join(LAST_TURN.toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		if (isRunning()) {
			logger.warn("A turn of {} still waits for the repository; it is left alone", this.thread.getName());
		}
	}

	/**
	 * Returns whether the thread still runs.
	 * @return {@code true} before it is closed, and if a turn outlasts that
	 */
	boolean isRunning() {
		return this.thread.isAlive();
	}

}

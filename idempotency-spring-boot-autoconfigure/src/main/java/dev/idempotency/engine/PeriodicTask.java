package dev.idempotency.engine;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something done again and again by one daemon thread of its own until it is closed.
 */
final class PeriodicTask implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(PeriodicTask.class);

	private final ScheduledExecutorService executor;

	private final ScheduledFuture<?> turns;

	PeriodicTask(String threadName, Duration pause, Runnable task) {
		this.executor = Executors.newSingleThreadScheduledExecutor((runnable) -> {
			Thread thread = new Thread(runnable, threadName);
			thread.setDaemon(true);
			return thread;
		});
		long nanos = pause.toNanos();
		this.turns = this.executor.scheduleWithFixedDelay(() -> runContained(threadName, task), nanos, nanos,
				TimeUnit.NANOSECONDS);
	}

	private static void runContained(String threadName, Runnable task) {
		try {
			task.run();
		}
		catch (RuntimeException ex) {
			logger.warn("A turn of {} failed; the next one will be tried", threadName, ex);
		}
	}

	@Override
	public void close() {
		this.turns.cancel(true);
		this.executor.shutdown();
	}

}

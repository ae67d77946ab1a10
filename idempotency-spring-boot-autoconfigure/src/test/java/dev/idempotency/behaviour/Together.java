package dev.idempotency.behaviour;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Clients that act at the same time.
 */
final class Together implements AutoCloseable {

	private static final long PATIENCE_SECONDS = 120;

	private final ExecutorService executor = Executors.newCachedThreadPool();

	/** Has something done by many at once, and returns what each of them got. */
	static <T> List<T> all(int count, IntFunction<T> action) {
		try (Together together = new Together()) {
			CountDownLatch start = new CountDownLatch(count);
			List<Future<T>> futures = new ArrayList<>();
			for (int i = 0; i < count; i++) {
				int number = i;
				futures.add(together.executor.submit(() -> {
					start.countDown();
					start.await();
					return action.apply(number);
				}));
			}
			return futures.stream().map(Together::get).toList();
		}
	}

	/** Has something done meanwhile. */
	<T> Future<T> meanwhile(Supplier<T> action) {
		return this.executor.submit(action::get);
	}

	static <T> T get(Future<T> future) {
		try {
			return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			throw new AssertionError("A client failed", ex.getCause());
		}
		catch (TimeoutException ex) {
			throw new AssertionError("A client did not come back", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.executor.shutdownNow();
	}

}

package dev.idempotency.repository;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/**
 * Threads that do something at the same moment.
 */
final class Crowd implements AutoCloseable {

	private final int size;

	private final ExecutorService threads;

	private final CyclicBarrier start;

	Crowd(int size) {
		this.size = size;
		this.threads = Executors.newFixedThreadPool(size);
		this.start = new CyclicBarrier(size);
	}

	/**
	 * Lets every thread do its task, all starting together.
	 * @param <T> the type of the results
	 * @param tasks gives the task of a thread
	 * @return the results, in the order of the threads
	 * @throws Exception what a task threw
	 */
	<T> List<T> all(IntFunction<Callable<T>> tasks) throws Exception {
		List<Future<T>> running = new ArrayList<>();
		for (int i = 0; i < this.size; i++) {
			Callable<T> task = tasks.apply(i);
			running.add(this.threads.submit(() -> {
				this.start.await();
				return task.call();
			}));
		}
		List<T> results = new ArrayList<>();
		for (Future<T> result : running) {
			results.add(resultOf(result));
		}
		return results;
	}

	private static <T> T resultOf(Future<T> result) throws Exception {
		try {
			return result.get();
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof Error error) {
				throw error;
			}
			throw (Exception) ex.getCause();
		}
	}

	@Override
	public void close() {
		this.threads.shutdownNow();
	}

}

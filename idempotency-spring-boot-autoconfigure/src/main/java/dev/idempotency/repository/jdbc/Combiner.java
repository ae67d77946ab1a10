package dev.idempotency.repository.jdbc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.idempotency.repository.RecordId;

/**
 * Makes calls of one kind that arrive while others are under way together, in one round
 * trip, on a thread that has nothing of any caller. One that arrives alone, or beside a
 * single other one, is made at once by the thread of its caller, and so is one that a
 * round trip with others left without an answer, for whatever reason.
 *
 * @param <C> the type of a call
 * @param <R> the type of its answer
 */
final class Combiner<C, R> {

	private static final Logger logger = LoggerFactory.getLogger(Combiner.class);

	/**
	 * So many callers need not wait for each other: with few of them a round trip of
	 * their own is cheaper than a change of threads.
	 */
	private static final int FEW = 2;

	private static final int MOST_CALLS = 64;

	private static final int MOST_BYTES = 1 << 20;

	private static final int MOST_BYTES_OF_A_CALL = 1 << 16;

	/** So that a repository that is not used keeps no thread. */
	private static final Duration IDLE = Duration.ofSeconds(10);

	private final Batch<C, R> batch;

	private final Duration patience;

	/** How many callers wait for an answer. */
	private final AtomicInteger callers = new AtomicInteger();

	private final Queue<Waiting<C, R>> queue = new ConcurrentLinkedQueue<>();

	private final AtomicBoolean draining = new AtomicBoolean();

	private final ThreadPoolExecutor worker;

	/**
	 * Creates a combiner.
	 * @param name the name of its thread
	 * @param batch makes several calls in one round trip
	 * @param patience how long a caller waits for others
	 */
	Combiner(String name, Batch<C, R> batch, Duration patience) {
		this.batch = batch;
		this.patience = patience;
		this.worker = new ThreadPoolExecutor(1, 1, IDLE.toMillis(), TimeUnit.MILLISECONDS, new LinkedBlockingQueue<>(),
				(work) -> thread(name, work));
		this.worker.allowCoreThreadTimeOut(true);
	}

	private static Thread thread(String name, Runnable work) {
		Thread thread = new Thread(null, work, name, 0, false);
		thread.setDaemon(true);
		thread.setContextClassLoader(Combiner.class.getClassLoader());
		return thread;
	}

	/**
	 * Makes a call.
	 * @param id the record, of which no round trip has two calls
	 * @param call the call
	 * @param bytes what it weighs
	 * @param alone makes it by itself
	 * @return the answer
	 * @throws TimeoutException if the caller waited long enough, or was interrupted
	 */
	R make(RecordId id, C call, int bytes, Supplier<R> alone) throws TimeoutException {
		if (bytes > MOST_BYTES_OF_A_CALL) {
			return alone.get();
		}
		boolean atOnce = this.callers.getAndIncrement() < FEW;
		try {
			return atOnce ? alone.get() : await(new Waiting<>(id, call, bytes)).orElseGet(alone);
		}
		finally {
			this.callers.decrementAndGet();
		}
	}

	private Optional<R> await(Waiting<C, R> waiting) throws TimeoutException {
		this.queue.add(waiting);
		wake();
		boolean interrupted = false;
		try {
			return waiting.answer.get(this.patience.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			interrupted = true;
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException("No answer is an exception", ex);
		}
		catch (TimeoutException ex) {
			// It may have been answered since
		}
		if (waiting.answer.cancel(false)) {
			throw new TimeoutException(interrupted ? "Interrupted while others were served"
					: "Others were served first for " + this.patience.toMillis() + " ms");
		}
		return waiting.answer.join();
	}

	private void wake() {
		if (!this.queue.isEmpty() && this.draining.compareAndSet(false, true)) {
			try {
				this.worker.execute(this::drain);
			}
			catch (Throwable ex) {
				this.draining.set(false);
				throw ex;
			}
		}
	}

	private void drain() {
		try {
			for (Collection<List<Waiting<C, R>>> next = next(); !next.isEmpty(); next = next()) {
				make(next);
			}
		}
		finally {
			this.draining.set(false);
			wake();
		}
	}

	/**
	 * Takes the calls of the next round trip from the queue, with those that ask for a
	 * record that another one of them asks for.
	 */
	private Collection<List<Waiting<C, R>>> next() {
		Map<RecordId, List<Waiting<C, R>>> next = new LinkedHashMap<>();
		int bytes = 0;
		for (Iterator<Waiting<C, R>> all = this.queue.iterator(); all.hasNext() && next.size() < MOST_CALLS
				&& bytes < MOST_BYTES;) {
			Waiting<C, R> waiting = all.next();
			all.remove();
			if (!waiting.answer.isCancelled()) {
				next.computeIfAbsent(waiting.id, (id) -> new ArrayList<>(1)).add(waiting);
				bytes += waiting.bytes;
			}
		}
		return next.values();
	}

	private void make(Collection<List<Waiting<C, R>>> next) {
		Map<RecordId, R> answers = answers(next.stream().map((same) -> same.get(0).call).toList());
		for (List<Waiting<C, R>> same : next) {
			Waiting<C, R> asked = same.get(0);
			R answer = answers.get(asked.id);
			if (!asked.answer.complete(Optional.ofNullable(answer)) && answer != null) {
				giveBack(asked.call, answer);
			}
			List<Waiting<C, R>> others = same.subList(1, same.size());
			if (answer == null || this.batch.isForAll(answer)) {
				others.forEach((other) -> other.answer.complete(Optional.ofNullable(answer)));
			}
			else {
				this.queue.addAll(others);
			}
		}
	}

	private Map<RecordId, R> answers(List<C> calls) {
		try {
			return this.batch.make(calls);
		}
		catch (Throwable ex) {
			logger.debug("{} calls are made one by one, because they could not be made together", calls.size(), ex);
			return Map.of();
		}
	}

	private void giveBack(C call, R answer) {
		try {
			this.batch.giveBack(call, answer);
		}
		catch (RuntimeException ex) {
			logger.debug("Could not give back what nobody waits for any more", ex);
		}
	}

	/**
	 * Several calls in one round trip.
	 *
	 * @param <C> the type of a call
	 * @param <R> the type of its answer
	 */
	interface Batch<C, R> {

		/**
		 * Makes the calls.
		 * @param calls the calls, each for another record
		 * @return the answers; a call without one is made again by its caller
		 * @throws Exception if none has an answer
		 */
		Map<RecordId, R> make(List<C> calls) throws Exception;

		/**
		 * Returns whether an answer is one for all who asked for the record before the
		 * round trip.
		 * @param answer the answer
		 * @return {@code false} if it is only for the call that was made
		 */
		boolean isForAll(R answer);

		/**
		 * Undoes a call whose caller has given up.
		 * @param call the call
		 * @param answer its answer
		 */
		void giveBack(C call, R answer);

	}

	/**
	 * A call whose caller waits.
	 *
	 * @param <C> the type of the call
	 * @param <R> the type of its answer
	 */
	private static final class Waiting<C, R> {

		private final RecordId id;

		private final C call;

		private final int bytes;

		/** Empty if the caller has to make the call itself. */
		private final CompletableFuture<Optional<R>> answer = new CompletableFuture<>();

		Waiting(RecordId id, C call, int bytes) {
			this.id = id;
			this.call = call;
			this.bytes = bytes;
		}

	}

}

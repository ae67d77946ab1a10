package dev.idempotency.behaviour.app;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Counts how often handlers ran, by the case that the test names in the header
 * {@code X-Case}, and lets a test hold a handler until it says go.
 */
public class Executions {

	private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();

	private final Map<String, Gate> gates = new ConcurrentHashMap<>();

	/**
	 * Counts an execution, and waits if the test holds the case.
	 * @param request the request
	 * @return the how many-th execution of the case this is
	 */
	public int enter(HttpServletRequest request) {
		String name = String.valueOf(request.getHeader("X-Case"));
		int count = this.counts.computeIfAbsent(name, (key) -> new AtomicInteger()).incrementAndGet();
		pass(name);
		return count;
	}

	/**
	 * Waits if the test holds the place.
	 * @param name the name of the place
	 */
	public void pass(String name) {
		Gate gate = this.gates.get(name);
		if (gate != null) {
			gate.pass();
		}
	}

	/**
	 * Returns how often handlers ran for a case.
	 * @param name the name of the case
	 * @return the number of executions
	 */
	public int count(String name) {
		AtomicInteger count = this.counts.get(name);
		return (count != null) ? count.get() : 0;
	}

	/**
	 * Holds the handlers of a case from now on.
	 * @param name the name of the case
	 * @return the gate at which they wait
	 */
	public Gate hold(String name) {
		Gate gate = new Gate();
		this.gates.put(name, gate);
		return gate;
	}

	/**
	 * Where handlers wait.
	 */
	public static final class Gate implements AutoCloseable {

		private final CountDownLatch arrived = new CountDownLatch(1);

		private final CountDownLatch opened = new CountDownLatch(1);

		void pass() {
			this.arrived.countDown();
			await(this.opened);
		}

		/** Waits until a handler is held. */
		public void awaitArrival() {
			await(this.arrived);
		}

		/** Lets all handlers go, now and from now on. */
		public void open() {
			this.opened.countDown();
		}

		private static void await(CountDownLatch latch) {
			try {
				if (!latch.await(60, TimeUnit.SECONDS)) {
					throw new IllegalStateException("Nobody came");
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new IllegalStateException(ex);
			}
		}

		@Override
		public void close() {
			open();
		}

	}

}

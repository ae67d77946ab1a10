package dev.idempotency.engine;

import java.util.HashSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * One run of an operation. Whoever enters it on a thread makes it the thread's, so that
 * its steps find it there.
 *
 * @since 0.1.0
 */
public final class RunningOperation {

	private static final ThreadLocal<@Nullable RunningOperation> current = new ThreadLocal<>();

	private final Operation operation;

	private final @Nullable HeldClaim claim;

	/** Few operations have any. */
	private @Nullable Set<String> steps;

	/**
	 * Creates a run.
	 * @param operation the operation
	 * @param claim the claim under which it runs, {@code null} if it runs unprotected
	 */
	public RunningOperation(Operation operation, @Nullable HeldClaim claim) {
		this.operation = operation;
		this.claim = claim;
	}

	/**
	 * Returns what the thread runs.
	 * @return the run, {@code null} outside of any
	 */
	public static @Nullable RunningOperation current() {
		return current.get();
	}

	/**
	 * Makes this, or nothing, what the thread runs.
	 * @param operation the run, {@code null} for none
	 */
	public static void setCurrent(@Nullable RunningOperation operation) {
		if (operation != null) {
			current.set(operation);
		}
		else {
			current.remove();
		}
	}

	/**
	 * Makes this what the thread runs until it is closed, on the same thread.
	 * @return what closes it and restores what was there before
	 */
	public Entered enter() {
		RunningOperation before = current.get();
		current.set(this);
		return () -> setCurrent(before);
	}

	/**
	 * Returns the operation that runs.
	 * @return its settings
	 */
	public Operation operation() {
		return this.operation;
	}

	/**
	 * Returns the claim under which it runs.
	 * @return the claim, {@code null} if it runs unprotected
	 */
	public @Nullable HeldClaim claim() {
		return this.claim;
	}

	/**
	 * Notes that a step begins.
	 * @param name the name of the step
	 * @return {@code false} if there was one of that name
	 */
	public synchronized boolean beginStep(String name) {
		Set<String> begun = this.steps;
		if (begun == null) {
			begun = new HashSet<>();
			this.steps = begun;
		}
		return begun.add(name);
	}

	/**
	 * A run that a thread has entered.
	 */
	@FunctionalInterface
	public interface Entered extends AutoCloseable {

		@Override
		void close();

	}

}

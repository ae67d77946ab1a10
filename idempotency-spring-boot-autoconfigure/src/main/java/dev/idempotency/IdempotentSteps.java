package dev.idempotency;

import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;

/**
 * The steps of an idempotent operation, of HTTP or not: when it runs again, after a crash
 * or a failure that freed its key, the steps that were finished are not run again but
 * give their first results.
 *
 * <pre class="code">
 * Ride ride = steps.transactional("ride", Ride.class, (key) -&gt; rides.save(request));
 * Charge charge = steps.run("charge", Charge.class, (key) -&gt; provider.charge(request, key));
 * steps.atMostOnce("mail", (key) -&gt; mail.send(ride));
 * </pre>
 *
 * A step belongs to its operation, under its key: no other user, operation or key shares
 * it, and its record ends with the operation's. The key that the action gets is the same
 * whenever the step runs again; the clients of this library send it by themselves with
 * the one call that the action makes. If another body comes under the freed key, the
 * first finished step refuses it.
 * <p>
 * A step has a name of its own in each run, always the same for the same work. Outside of
 * an operation there are no steps, and neither in a transactional one, which is a single
 * commit already. Where an operation runs without a key
 * ({@code @Idempotent(required = false)}), its steps run unprotected.
 *
 * @since 0.1.0
 */
public interface IdempotentSteps {

	/**
	 * Runs a step until it has finished once. If its owner died, the step is waited for,
	 * at most one lease, and runs again.
	 * @param <T> the type of the result
	 * @param <E> the type of the exception that the action may throw
	 * @param name the name of the step
	 * @param resultType the type of the result
	 * @param action the action; it gets the key of the step
	 * @return its result, or that of the run that finished it
	 * @throws E if the action throws it; the step is then free again
	 * @throws IdempotencyException if the step is refused
	 * @throws IllegalStateException if there can be no such step here
	 */
	<T extends @Nullable Object, E extends Exception> T run(String name, Class<T> resultType, Step<T, E> action)
			throws E;

	/**
	 * Runs a step until it has finished once. If its owner died, the step is waited for,
	 * at most one lease, and runs again. Its result is of a generic type.
	 * @param <T> the type of the result
	 * @param <E> the type of the exception that the action may throw
	 * @param name the name of the step
	 * @param resultType the type of the result
	 * @param action the action; it gets the key of the step
	 * @return its result, or that of the run that finished it
	 * @throws E if the action throws it; the step is then free again
	 * @throws IdempotencyException if the step is refused
	 * @throws IllegalStateException if there can be no such step here
	 */
	<T extends @Nullable Object, E extends Exception> T run(String name, ParameterizedTypeReference<T> resultType,
			Step<T, E> action) throws E;

	/**
	 * Runs a step until it has finished once. If its owner died, the step is waited for,
	 * at most one lease, and runs again. It has no result.
	 * @param <E> the type of the exception that the action may throw
	 * @param name the name of the step
	 * @param action the action; it gets the key of the step
	 * @throws E if the action throws it; the step is then free again
	 * @throws IdempotencyException if the step is refused
	 * @throws IllegalStateException if there can be no such step here
	 */
	<E extends Exception> void run(String name, StepWithoutResult<E> action) throws E;

	/**
	 * Begins a step at most once. If it throws or is interrupted, its outcome is unknown:
	 * until an operator settles it, it is refused with an
	 * {@link IdempotencyOutcomeUnknownException}.
	 * @param <T> the type of the result
	 * @param <E> the type of the exception that the action may throw
	 * @param name the name of the step
	 * @param resultType the type of the result
	 * @param action the action; it gets the key of the step
	 * @return its result, or that of the run that finished it
	 * @throws E if the action throws it
	 * @throws IdempotencyException if the step is refused
	 * @throws IllegalStateException if there can be no such step here
	 */
	<T extends @Nullable Object, E extends Exception> T atMostOnce(String name, Class<T> resultType, Step<T, E> action)
			throws E;

	/**
	 * Begins a step at most once. If it throws or is interrupted, its outcome is unknown:
	 * until an operator settles it, it is refused with an
	 * {@link IdempotencyOutcomeUnknownException}. Its result is of a generic type.
	 * @param <T> the type of the result
	 * @param <E> the type of the exception that the action may throw
	 * @param name the name of the step
	 * @param resultType the type of the result
	 * @param action the action; it gets the key of the step
	 * @return its result, or that of the run that finished it
	 * @throws E if the action throws it
	 * @throws IdempotencyException if the step is refused
	 * @throws IllegalStateException if there can be no such step here
	 */
	<T extends @Nullable Object, E extends Exception> T atMostOnce(String name,
			ParameterizedTypeReference<T> resultType, Step<T, E> action) throws E;

	/**
	 * Begins a step at most once. If it throws or is interrupted, its outcome is unknown:
	 * until an operator settles it, it is refused with an
	 * {@link IdempotencyOutcomeUnknownException}. It has no result.
	 * @param <E> the type of the exception that the action may throw
	 * @param name the name of the step
	 * @param action the action; it gets the key of the step
	 * @throws E if the action throws it
	 * @throws IdempotencyException if the step is refused
	 * @throws IllegalStateException if there can be no such step here
	 */
	<E extends Exception> void atMostOnce(String name, StepWithoutResult<E> action) throws E;

	/**
	 * Runs a step whose effect in the database and whose result are one commit, in the
	 * transaction that is open, or in one of its own.
	 * @param <T> the type of the result
	 * @param <E> the type of the exception that the action may throw
	 * @param name the name of the step
	 * @param resultType the type of the result
	 * @param action the action; it gets the key of the step
	 * @return its result, or that of the run that finished it
	 * @throws E if the action throws it; everything is then rolled back
	 * @throws IdempotencyException if the step is refused
	 * @throws IllegalStateException if there can be no such step here
	 */
	<T extends @Nullable Object, E extends Exception> T transactional(String name, Class<T> resultType,
			Step<T, E> action) throws E;

	/**
	 * Runs a step whose effect in the database and whose result are one commit, in the
	 * transaction that is open, or in one of its own. Its result is of a generic type.
	 * @param <T> the type of the result
	 * @param <E> the type of the exception that the action may throw
	 * @param name the name of the step
	 * @param resultType the type of the result
	 * @param action the action; it gets the key of the step
	 * @return its result, or that of the run that finished it
	 * @throws E if the action throws it; everything is then rolled back
	 * @throws IdempotencyException if the step is refused
	 * @throws IllegalStateException if there can be no such step here
	 */
	<T extends @Nullable Object, E extends Exception> T transactional(String name,
			ParameterizedTypeReference<T> resultType, Step<T, E> action) throws E;

	/**
	 * Runs a step whose effect in the database and whose result are one commit, in the
	 * transaction that is open, or in one of its own. It has no result.
	 * @param <E> the type of the exception that the action may throw
	 * @param name the name of the step
	 * @param action the action; it gets the key of the step
	 * @throws E if the action throws it; everything is then rolled back
	 * @throws IdempotencyException if the step is refused
	 * @throws IllegalStateException if there can be no such step here
	 */
	<E extends Exception> void transactional(String name, StepWithoutResult<E> action) throws E;

	/**
	 * The action of a step.
	 *
	 * @param <T> the type of the result
	 * @param <E> the type of the exception that it may throw
	 */
	@FunctionalInterface
	interface Step<T extends @Nullable Object, E extends Exception> {

		/**
		 * Does the work.
		 * @param key the key of the step, a UUID: the same in every run
		 * @return its result
		 * @throws E if it fails
		 */
		T run(String key) throws E;

	}

	/**
	 * The action of a step without result.
	 *
	 * @param <E> the type of the exception that it may throw
	 */
	@FunctionalInterface
	interface StepWithoutResult<E extends Exception> {

		/**
		 * Does the work.
		 * @param key the key of the step, a UUID: the same in every run
		 * @throws E if it fails
		 */
		void run(String key) throws E;

	}

}

package dev.idempotency;

import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;

/**
 * Runs work once per key: what {@link Idempotent @Idempotent(key = …)} does for a method,
 * for a piece of code. A bean, as {@code TransactionTemplate} is.
 *
 * <pre class="code">
 * Charge charge = idempotency.execute("charge", key, Charge.class, () -&gt; provider.charge(order));
 * </pre>
 *
 * The first call with a key runs the work and records its result as JSON. Later calls get
 * that result. Settings are those under {@code idempotency.operations.<operation>}.
 * Within a transaction, the result is recorded when that has committed, and the key is
 * free when it has been rolled back.
 *
 * @since 0.1.0
 */
public interface IdempotencyTemplate {

	/**
	 * Runs work once per key and returns its result.
	 * @param <T> the type of the result
	 * @param <E> the type of the exception that the work may throw
	 * @param operation the name of the operation: lower case letters, digits and
	 * {@code -}, one of few. Equal keys of two operations never meet
	 * @param key the key, 1 to 255 characters of ASCII from the space to {@code ~} (the
	 * length is that of {@code idempotency.key.max-length})
	 * @param resultType the type of the result
	 * @param work the work
	 * @return its result, or that of the call that was first
	 * @throws E if the work throws it; the key is then free again
	 * @throws IdempotencyException if the call is refused: without valid key, while the
	 * first call runs, or since its outcome is unknown or cannot be read
	 * @throws IllegalArgumentException if {@code operation} is no name
	 */
	<T extends @Nullable Object, E extends Exception> T execute(String operation, String key, Class<T> resultType,
			Work<T, E> work) throws E;

	/**
	 * Runs work once per key and returns its result, of a generic type.
	 * @param <T> the type of the result
	 * @param <E> the type of the exception that the work may throw
	 * @param operation the name of the operation
	 * @param key the key
	 * @param resultType the type of the result
	 * @param work the work
	 * @return its result, or that of the call that was first
	 * @throws E if the work throws it; the key is then free again
	 * @throws IdempotencyException if the call is refused
	 * @throws IllegalArgumentException if {@code operation} is no name
	 */
	<T extends @Nullable Object, E extends Exception> T execute(String operation, String key,
			ParameterizedTypeReference<T> resultType, Work<T, E> work) throws E;

	/**
	 * Runs work without result once per key.
	 * @param <E> the type of the exception that the work may throw
	 * @param operation the name of the operation
	 * @param key the key
	 * @param work the work
	 * @throws E if the work throws it; the key is then free again
	 * @throws IdempotencyException if the call is refused
	 * @throws IllegalArgumentException if {@code operation} is no name
	 */
	<E extends Exception> void execute(String operation, String key, WorkWithoutResult<E> work) throws E;

	/**
	 * Work with a result.
	 *
	 * @param <T> the type of the result
	 * @param <E> the type of the exception that it may throw
	 */
	@FunctionalInterface
	interface Work<T extends @Nullable Object, E extends Exception> {

		/**
		 * Does the work.
		 * @return its result
		 * @throws E if it fails
		 */
		T run() throws E;

	}

	/**
	 * Work without a result.
	 *
	 * @param <E> the type of the exception that it may throw
	 */
	@FunctionalInterface
	interface WorkWithoutResult<E extends Exception> {

		/**
		 * Does the work.
		 * @throws E if it fails
		 */
		void run() throws E;

	}

}

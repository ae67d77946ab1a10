package dev.idempotency.client;

import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import dev.idempotency.IdempotencyKey;

/**
 * One logical operation of a client: whatever is sent within it, on however many
 * attempts, carries its key. To be put around a retry, not into it:
 *
 * <pre class="code">
 * IdempotencyScope.create().call(() -&gt; retry.executeSupplier(() -&gt; payments.create(payment)));
 * </pre>
 *
 * The key of a scope made by {@link #create} or {@link #of} is for one call, that is, one
 * method, server, path and query: the same call again is a further attempt and carries
 * the same key. Another call, or the same one with another body, is refused by a
 * {@link ReusedKeyException}. For several calls there are {@link #named} and
 * {@link #derivedFrom}: each call has a key of its own, derived from that of the scope,
 * so that no key depends on the order of the calls.
 * <p>
 * A scope belongs to the thread that runs the work. It goes along where Micrometer's
 * context propagation carries thread-locals, and with reactive requests as the value of
 * the key {@code IdempotencyScope.class} in Reactor's context. Its methods may be called
 * by any number of threads.
 *
 * @since 0.1.0
 */
public final class IdempotencyScope {

	/**
	 * Name of the request attribute that gives a request its key, as a {@code String}, an
	 * {@link IdempotencyKey} or an {@link IdempotencyScope}. For
	 * {@code RestClient.attribute}, {@code WebClient.attribute} and
	 * {@code @RequestAttribute} of an HTTP interface.
	 */
	public static final String ATTRIBUTE = "dev.idempotency.client.IdempotencyScope";

	private static final ThreadLocal<@Nullable ScopeFrame> current = new ThreadLocal<>();

	private final @Nullable IdempotencyScope surrounding;

	private final String name;

	/** Whether each call has a derived key, and none that of the scope itself. */
	private final boolean derives;

	private @Nullable IdempotencyKey key;

	/** The keys of the calls so far. */
	private final Map<String, PinnedKey> calls = new HashMap<>();

	private final Map<String, IdempotencyScope> named = new HashMap<>();

	/** Whether anything asked for this scope: a request, a name, the application. */
	private volatile boolean used;

	private IdempotencyScope(@Nullable IdempotencyKey key, @Nullable IdempotencyScope surrounding, String name,
			boolean derives) {
		this.key = key;
		this.surrounding = surrounding;
		this.name = name;
		this.derives = derives;
	}

	/**
	 * Returns the scope of a new operation. Its key is generated for its first request,
	 * whatever scope surrounds it.
	 * @return a new scope
	 */
	public static IdempotencyScope create() {
		return new IdempotencyScope(null, null, "", false);
	}

	/**
	 * Returns the scope of an operation whose key exists, such as one that was written
	 * down before the first attempt.
	 * @param key the key
	 * @return a new scope
	 */
	public static IdempotencyScope of(IdempotencyKey key) {
		return new IdempotencyScope(key, null, "", false);
	}

	/**
	 * Returns the scope of a part of an operation. Within another scope, its keys are
	 * derived from the other's key, the name and the call, always the same; without one,
	 * from a new key.
	 * @param name what tells the part from others in the same scope, such as
	 * {@code "charge-card"} or {@code "item-17"}
	 * @return the scope of that name in the scope of this thread
	 */
	public static IdempotencyScope named(String name) {
		IdempotencyScope surrounding = current();
		return (surrounding != null) ? surrounding.child(name) : new IdempotencyScope(null, null, "", true);
	}

	/**
	 * Returns a scope in which every request carries a key that is derived from the given
	 * one, and none the given one itself: for the calls by which an operation does its
	 * work, so that they are the same when it runs again.
	 * @param origin what identifies the operation
	 * @return a new scope
	 */
	public static IdempotencyScope derivedFrom(IdempotencyKey origin) {
		return new IdempotencyScope(origin, null, "", true);
	}

	/**
	 * Returns the scope of this thread.
	 * @return the scope, {@code null} outside of any
	 */
	public static @Nullable IdempotencyScope current() {
		ScopeFrame frame = frame();
		if (frame == null) {
			return null;
		}
		frame.scope().used = true;
		return frame.scope();
	}

	/** The scopes of this thread. */
	static @Nullable ScopeFrame frame() {
		return current.get();
	}

	static void setCurrent(@Nullable IdempotencyScope scope) {
		restore((scope != null) ? new ScopeFrame(scope, null) : null);
	}

	private static void restore(@Nullable ScopeFrame frame) {
		if (frame != null) {
			current.set(frame);
		}
		else {
			current.remove();
		}
	}

	private synchronized IdempotencyScope child(String childName) {
		return this.named.computeIfAbsent(childName, (newName) -> new IdempotencyScope(null, this, newName, true));
	}

	/**
	 * Runs work in this scope and returns its result.
	 * @param <T> the type of the result
	 * @param <E> the type of the exception that the work may throw
	 * @param work the work, retries included
	 * @return the result of the work
	 * @throws E if the work throws it
	 */
	@SuppressWarnings("try")
	public <T extends @Nullable Object, E extends Exception> T call(Call<T, E> work) throws E {
		try (Opened opened = open()) {
			return work.call();
		}
	}

	/**
	 * Runs work in this scope.
	 * @param <E> the type of the exception that the work may throw
	 * @param work the work, retries included
	 * @throws E if the work throws it
	 */
	@SuppressWarnings("try")
	public <E extends Exception> void run(Run<E> work) throws E {
		try (Opened opened = open()) {
			work.run();
		}
	}

	/**
	 * Makes this the scope of the thread until it is closed, on the same thread.
	 * @return what closes it and restores the scope before
	 */
	public Opened open() {
		ScopeFrame before = frame();
		current.set(new ScopeFrame(this, before));
		return () -> restore(before);
	}

	/**
	 * Returns the key of this scope, for logs and support, which want its
	 * {@linkplain IdempotencyKey#value() value}: the key of its call, or the one from
	 * which those of its calls are derived.
	 * @return the key, {@code null} if it is still to be generated, for the first request
	 */
	public synchronized @Nullable IdempotencyKey key() {
		return this.key;
	}

	/**
	 * Returns whether anything asked for this scope since it was made: a request, a name
	 * or the application, in order to take it to another thread.
	 * @return {@code false} if nothing has
	 */
	public boolean isUsed() {
		return this.used;
	}

	/**
	 * Returns the key of a call in this scope.
	 * @param call the method of the request, and where it goes
	 * @param generator makes the key of a new operation
	 * @return the key, the same for the same call
	 * @throws ReusedKeyException if the key of the scope is for one call and this is
	 * another one
	 */
	synchronized PinnedKey keyOf(String call, IdempotencyKeyGenerator generator) {
		this.used = true;
		PinnedKey known = this.calls.get(call);
		if (known != null) {
			return known;
		}
		if (!this.derives && !this.calls.isEmpty()) {
			throw ReusedKeyException.otherCall(call, this.calls.keySet().iterator().next());
		}
		IdempotencyKey own = ownKey(generator);
		PinnedKey pinned = new PinnedKey((this.derives ? DerivedKeys.derive(own, call) : own).value());
		this.calls.put(call, pinned);
		return pinned;
	}

	private synchronized IdempotencyKey ownKey(IdempotencyKeyGenerator generator) {
		IdempotencyKey own = this.key;
		if (own == null) {
			own = (this.surrounding != null)
					? DerivedKeys.derive(this.surrounding.ownKey(generator), "name " + this.name)
					: generator.generate();
			this.key = own;
		}
		return own;
	}

	/**
	 * Work with a result.
	 *
	 * @param <T> the type of the result
	 * @param <E> the type of the exception that it may throw
	 */
	@FunctionalInterface
	public interface Call<T extends @Nullable Object, E extends Exception> {

		/**
		 * Does the work.
		 * @return its result
		 * @throws E if it fails
		 */
		T call() throws E;

	}

	/**
	 * Work without a result.
	 *
	 * @param <E> the type of the exception that it may throw
	 */
	@FunctionalInterface
	public interface Run<E extends Exception> {

		/**
		 * Does the work.
		 * @throws E if it fails
		 */
		void run() throws E;

	}

	/**
	 * A scope that is open on a thread.
	 */
	@FunctionalInterface
	public interface Opened extends AutoCloseable {

		@Override
		void close();

	}

}

package dev.idempotency.client;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * A request from when it is made, however often and wherever it is subscribed to: the
 * scope around its making, and the key of its first attempt.
 */
final class ReactiveOperation {

	private final @Nullable ScopeFrame made = IdempotencyScope.frame();

	private @Nullable PinnedKey key;

	/**
	 * Returns the key of the request.
	 * @param first finds the key in a scope, for the first attempt
	 * @param inContext the scope in Reactor's context
	 * @return the key, the same on each attempt
	 */
	synchronized PinnedKey key(Function<@Nullable IdempotencyScope, PinnedKey> first,
			@Nullable IdempotencyScope inContext) {
		PinnedKey known = this.key;
		if (known == null) {
			known = first.apply(scope(inContext));
			this.key = known;
		}
		return known;
	}

	/**
	 * What is in the context wins, as the closest to the request, unless the request was
	 * made in a scope within: in an operator, where the context stands on the thread.
	 */
	private @Nullable IdempotencyScope scope(@Nullable IdempotencyScope inContext) {
		if (this.made == null) {
			return (inContext != null) ? inContext : IdempotencyScope.current();
		}
		return (inContext == null || this.made.isWithin(inContext)) ? this.made.scope() : inContext;
	}

}

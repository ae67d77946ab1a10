package dev.idempotency.client;

import org.jspecify.annotations.Nullable;

/**
 * A scope that is open on a thread.
 *
 * @param scope the scope
 * @param below the one in which it was opened
 */
record ScopeFrame(IdempotencyScope scope, @Nullable ScopeFrame below) {

	/**
	 * Returns whether the scope was opened within another one.
	 * @param other the other one
	 */
	boolean isWithin(IdempotencyScope other) {
		for (ScopeFrame frame = this.below; frame != null; frame = frame.below()) {
			if (frame.scope() == other) {
				return true;
			}
		}
		return false;
	}

}

package dev.idempotency.web;

import org.jspecify.annotations.Nullable;

/**
 * How far a handler has come under its claim, as its observers saw it.
 *
 * <pre>
 * Preparing ──► Entered ──► Answered
 *                  │           │
 *                  ├───────────┴──► Raised ──► Escaped
 *                  └──────────────► Orphaned
 * </pre>
 */
sealed interface Progress {

	/**
	 * The handler method is not entered: arguments are resolved and validated. An
	 * exception leaves it at that.
	 */
	record Preparing() implements Progress {
	}

	/**
	 * The handler method is entered; it may have returned without a body object.
	 */
	record Entered() implements Progress {
	}

	/**
	 * The handler has answered.
	 *
	 * @param result the body object, {@code null} if there is none
	 */
	record Answered(@Nullable Object result) implements Progress {
	}

	/**
	 * An exception came out of the handler and is resolved, or was.
	 *
	 * @param revision that of the response before anybody resolved it
	 */
	record Raised(int revision) implements Progress {
	}

	/**
	 * An exception came out of the handler that nobody resolved: the container renders an
	 * error page.
	 */
	record Escaped() implements Progress {
	}

	/**
	 * The container has given the request up, and nobody can render an answer any more;
	 * but the handler has given work to another thread.
	 */
	record Orphaned() implements Progress {
	}

}

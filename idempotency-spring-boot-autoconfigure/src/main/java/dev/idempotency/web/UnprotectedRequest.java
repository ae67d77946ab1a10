package dev.idempotency.web;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import dev.idempotency.engine.IdempotencyEngine;
import dev.idempotency.engine.Outcome;
import dev.idempotency.engine.RunningOperation;

/**
 * A request that runs unprotected.
 *
 * @param operation its operation
 * @param keyed the request with the key that is not claimed, {@code null} without a key
 * @param start when it began, by {@link System#nanoTime()}
 */
record UnprotectedRequest(HandlerOperation operation, @Nullable Keyed keyed, long start) {

	private static final String ATTRIBUTE = UnprotectedRequest.class.getName();

	static @Nullable UnprotectedRequest find(HttpServletRequest request) {
		return (UnprotectedRequest) request.getAttribute(ATTRIBUTE);
	}

	void begin(HttpServletRequest request) {
		request.setAttribute(ATTRIBUTE, this);
		OperationThreads.enter(request, new RunningOperation(this.operation.operation(), null));
	}

	void end(HttpServletRequest request, IdempotencyEngine engine) {
		request.removeAttribute(ATTRIBUTE);
		engine.ended(this.operation.operation(), (this.keyed != null) ? Outcome.BYPASS : Outcome.KEYLESS,
				(this.keyed != null) ? this.keyed.id() : null, this.start);
	}

}

package dev.idempotency.web;

import java.io.IOException;

import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import dev.idempotency.IdempotencyException;
import dev.idempotency.engine.StoredResponse;
import dev.idempotency.engine.StoredResponse.Header;

/**
 * Sends what the handler of this request did not write, past whoever stands between the
 * library's filter and the handler, and drops what they add.
 */
final class RecordedDelivery {

	private RecordedDelivery() {
	}

	/**
	 * Replaces what the handler wrote, if its outcome did not come true.
	 * @param delivery what the client gets
	 * @param operation the operation of the request
	 * @param response the response that the filter wrapped
	 * @param included whether it is part of another response
	 * @throws IOException if the client cannot be written to
	 */
	static void deliver(Delivery delivery, HandlerOperation operation, IdempotencyResponseWrapper response,
			boolean included) throws IOException {
		if (delivery instanceof Delivery.Winner winner) {
			response.discard();
			replay(winner.response(), operation, response, included);
		}
		else if (delivery instanceof Delivery.Refusal refusal) {
			response.discard();
			refuse(refusal.exception(), response);
		}
	}

	/**
	 * Sends a recorded response. Within an include only its body counts.
	 * @param stored the recorded response
	 * @param operation its operation
	 * @param response the response that the filter wrapped
	 * @param included whether it is part of another response
	 * @throws IOException if the client cannot be written to
	 */
	static void replay(StoredResponse stored, HandlerOperation operation, IdempotencyResponseWrapper response,
			boolean included) throws IOException {
		HttpServletResponse next = response.next();
		int length = stored.body().remaining();
		Redirect redirect = null;
		if (!included) {
			redirect = head(stored, operation, next);
			if (length > 0 && !response.body().isUsed()) {
				next.setContentLength(length);
			}
		}
		if (length > 0) {
			response.body()
				.deliver(stored.body().array(), stored.body().arrayOffset() + stored.body().position(), length);
		}
		if (redirect != null) {
			redirect.send(next);
		}
		response.target(new ClosedTarget(operation.storableHeaders()));
	}

	private static @Nullable Redirect head(StoredResponse stored, HandlerOperation operation,
			HttpServletResponse next) {
		next.setStatus(stored.status());
		Redirect redirect = null;
		for (Header header : stored.headers()) {
			if (Redirect.is(header)) {
				redirect = Redirect.of(header, stored.status(), !stored.body().hasRemaining());
			}
			else if (operation.storableHeaders().includes(header.name())) {
				if (header.replaces()) {
					next.setHeader(header.name(), header.value());
				}
				else {
					next.addHeader(header.name(), header.value());
				}
			}
		}
		next.setHeader(operation.replayHeaderName(), "true");
		return redirect;
	}

	private static void refuse(IdempotencyException refusal, IdempotencyResponseWrapper response) throws IOException {
		byte[] problem = ProblemAdvice.writeHead(refusal, response);
		response.body().deliver(problem, 0, problem.length);
		response.target(ClosedTarget.NOTHING_FOLLOWS);
	}

}

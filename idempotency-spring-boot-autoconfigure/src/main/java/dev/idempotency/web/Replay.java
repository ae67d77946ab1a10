package dev.idempotency.web;

import java.io.IOException;

import jakarta.servlet.http.HttpServletResponse;

import dev.idempotency.engine.StoredResponse;
import dev.idempotency.engine.StoredResponse.Header;

/**
 * Writes a recorded response to a client.
 */
final class Replay {

	private Replay() {
	}

	static void write(StoredResponse stored, HandlerOperation operation, HttpServletResponse response)
			throws IOException {
		response.setStatus(stored.status());
		for (Header header : stored.headers()) {
			if (header.replaces()) {
				response.setHeader(header.name(), header.value());
			}
			else {
				response.addHeader(header.name(), header.value());
			}
		}
		response.setHeader(operation.replayHeaderName(), "true");
		int length = stored.body().remaining();
		if (length > 0) {
			response.setContentLength(length);
			response.getOutputStream()
				.write(stored.body().array(), stored.body().arrayOffset() + stored.body().position(), length);
		}
	}

}

package dev.idempotency.client;

import java.io.IOException;
import java.io.Serial;

/**
 * An attempt whose response calls for another one, on its way to whoever decides.
 */
class FailedAttempt extends IOException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final transient Reply reply;

	FailedAttempt(Reply reply) {
		super("The server answered with status " + reply.status().value());
		this.reply = reply;
	}

	final Reply reply() {
		return this.reply;
	}

}

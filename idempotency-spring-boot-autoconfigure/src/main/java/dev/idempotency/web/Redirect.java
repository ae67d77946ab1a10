package dev.idempotency.web;

import java.io.IOException;

import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.HttpStatus;

import dev.idempotency.engine.StoredResponse.Header;

/**
 * A redirect that was sent by the method of the response. Containers differ in what they
 * make of its location, and send it at once: so it is noted as it was given, and sent by
 * the container when the response is delivered, and again for each replay.
 *
 * @param location where to, as the application gave it
 * @param status the status
 * @param clearBuffer whether the body is replaced
 */
record Redirect(String location, int status, boolean clearBuffer) {

	/** Not the name of a header: a colon never stands in one. */
	private static final String NAME = ":location";

	static boolean is(Header header) {
		return header.name().equals(NAME);
	}

	static Redirect of(Header header, int status, boolean clearBuffer) {
		return new Redirect(header.value(), status, clearBuffer);
	}

	Header toHeader() {
		return new Header(NAME, this.location, true);
	}

	void send(HttpServletResponse response) throws IOException {
		if (this.status == HttpStatus.FOUND.value() && this.clearBuffer) {
			response.sendRedirect(this.location);
		}
		else {
			Servlet61.sendRedirect(response, this.location, this.status, this.clearBuffer);
		}
	}

}

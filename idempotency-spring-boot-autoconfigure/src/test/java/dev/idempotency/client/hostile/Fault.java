package dev.idempotency.client.hostile;

import java.io.IOException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.idempotency.client.hostile.HostileServer.Behaviour;

/**
 * What a server does to a request, and what the caller is to see.
 *
 * @param name what the server does
 * @param behaviour how it does it
 * @param once what the caller sees if it happens to the only attempt
 * @param always what the caller sees if it happens to each of several attempts
 * @param curable what the caller sees if it happens to the first of several attempts
 */
record Fault(String name, Behaviour behaviour, int once, int always, int curable) {

	/** In place of a status: the outcome is unknown. */
	static final int UNKNOWN = -1;

	/** In place of a status: the client's own exception, since nothing was sent. */
	static final int NOT_SENT = -2;

	/** The status of an answer without fault. */
	static final int CREATED = 201;

	/** The body of an answer without fault. */
	static final String BODY = "{\"order\":\"" + "0123456789".repeat(20) + "\"}";

	/** How long clients wait. */
	static final Duration PATIENCE = Duration.ofSeconds(3);

	/** How long they wait for a connection: less, or the other time may end it first. */
	static final Duration PATIENCE_TO_CONNECT = PATIENCE.dividedBy(2);

	private static final String HEAD = "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nConnection: close\r\n";

	private static final String WITH_LENGTH = HEAD + "Content-Length: " + BODY.length() + "\r\n\r\n";

	private static final String WITH_CHUNKS = HEAD + "Transfer-Encoding: chunked\r\n\r\n"
			+ Integer.toHexString(BODY.length()) + "\r\n";

	/** What a good server does. */
	static final Behaviour NONE = (connection) -> {
		connection.read();
		connection.write(WITH_LENGTH + BODY);
	};

	static final List<Fault> ALL = all();

	private static List<Fault> all() {
		List<Fault> faults = new ArrayList<>();
		faults.add(new Fault("nothing", NONE, CREATED, CREATED, CREATED));
		faults.add(new Fault("slow drip", Fault::drip, CREATED, CREATED, CREATED));
		faults.add(lost("reset before the request", HostileServer.Connection::reset));
		faults.add(lost("reset after the request", (connection) -> {
			connection.read();
			connection.reset();
		}));
		faults.add(lost("end after the request", HostileServer.Connection::read));
		faults.add(lost("no answer", (connection) -> {
			connection.read();
			connection.pause(10 * (int) PATIENCE.toMillis());
		}));
		faults.add(lost("status line cut", raw("HTTP/1.1 20")));
		// Without the length before the cut, Apache and HttpURLConnection see a whole
		// head, and an empty body
		faults.add(lost("head cut", raw(WITH_LENGTH.substring(0, WITH_LENGTH.length() - 2) + "Location: /ord")));
		faults.add(lost("no HTTP", raw("220 mail.example.com ESMTP\r\n\r\n")));
		faults.add(lost("impossible length", raw(HEAD + "Content-Length: many\r\n\r\n{}")));
		faults.add(lost("body with length cut", raw(WITH_LENGTH + BODY.substring(0, 20))));
		faults.add(lost("body with length missing", raw(WITH_LENGTH)));
		faults.add(lost("body in chunks cut", raw(WITH_CHUNKS + BODY.substring(0, 20))));
		faults.add(lost("end of body in chunks missing", raw(WITH_CHUNKS + BODY + "\r\n")));
		faults.add(lost("broken chunk", raw(WITH_CHUNKS + BODY + "\r\nxyz\r\n")));
		for (int status : new int[] { 408, 500, 502, 503, 504 }) {
			faults.add(new Fault("" + status, answer(status, "X-From: gateway", ""), status, UNKNOWN, CREATED));
		}
		for (int status : new int[] { 425, 429 }) {
			faults.add(new Fault("" + status, answer(status, "Retry-After: 0", ""), status, status, CREATED));
		}
		for (int status : new int[] { 400, 403, 409, 422, 501 }) {
			faults.add(new Fault("" + status, answer(status, "Retry-After: 0", ""), status, status, status));
		}
		retryAfter().forEach((header) -> faults.add(
				new Fault("503 with " + header.replace("\r\n", ", "), answer(503, header, ""), 503, UNKNOWN, CREATED)));
		for (String type : List.of("application/problem+json", "Application/Problem+JSON; charset=UTF-8")) {
			faults.add(new Fault("409 in flight as " + type, answer(409, "Retry-After: 0\r\nContent-Type: " + type,
					"{\"type\":\"urn:idempotency:problem:in-flight\"}"), 409, UNKNOWN, CREATED));
		}
		for (String location : List.of("http://localhost:%d/orders?v=2", "/orders?v=2", "?v=2", "orders?v=2")) {
			faults.add(new Fault("307 to " + location, redirect(307, location), CREATED, CREATED, CREATED));
		}
		faults.add(new Fault("308", redirect(308, "/orders?v=2"), CREATED, CREATED, CREATED));
		return faults;
	}

	private static List<String> retryAfter() {
		List<String> headers = new ArrayList<>(List.of("Retry-After: 0"));
		ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
		for (String form : List.of("EEE, dd MMM yyyy HH:mm:ss 'GMT'", "EEEE, dd-MMM-yy HH:mm:ss 'GMT'",
				"EEE MMM ppd HH:mm:ss yyyy")) {
			String date = DateTimeFormatter.ofPattern(form, Locale.US).format(now);
			headers.add("Retry-After: " + date);
		}
		return headers;
	}

	/** The answer, if there is one, is of no use. */
	private static Fault lost(String name, Behaviour behaviour) {
		return new Fault(name, behaviour, UNKNOWN, UNKNOWN, CREATED);
	}

	/**
	 * An answer, byte for byte, after which the connection ends.
	 * @param text the bytes
	 */
	static Behaviour raw(String text) {
		return (connection) -> {
			connection.read();
			connection.write(text);
		};
	}

	/**
	 * An answer.
	 * @param status its status
	 * @param headers its headers
	 * @param body its body
	 */
	static Behaviour answer(int status, String headers, String body) {
		return raw("HTTP/1.1 " + status + " Reason\r\n" + headers + "\r\nConnection: close\r\nContent-Length: "
				+ body.length() + "\r\n\r\n" + body);
	}

	private static Behaviour redirect(int status, String location) {
		return (connection) -> {
			boolean arrived = connection.read().head().startsWith("POST /orders?v=2 ");
			String target = location.formatted(connection.socket().getLocalPort());
			connection.write(arrived ? WITH_LENGTH + BODY : "HTTP/1.1 " + status + " Reason\r\nLocation: " + target
					+ "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
		};
	}

	private static void drip(HostileServer.Connection connection) throws IOException {
		connection.read();
		connection.write(WITH_LENGTH);
		for (int start = 0; start < BODY.length() && connection.pause(50); start += 50) {
			connection.write(BODY.substring(start, Math.min(start + 50, BODY.length())));
		}
	}

	@Override
	public String toString() {
		return this.name;
	}

}

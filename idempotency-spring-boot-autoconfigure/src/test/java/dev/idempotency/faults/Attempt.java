package dev.idempotency.faults;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * One request of a client, and what it got.
 *
 * @param node the application that was asked
 * @param end when it was over, in milliseconds of the clock
 * @param outcome what it means to the client
 * @param digest of the status, the headers of the handler and the body
 * @param execution the run of the handler that the answer names
 * @param replayed whether the answer was marked as a replay
 * @param description all of it, for people
 */
record Attempt(String node, long end, Outcome outcome, long digest, @Nullable UUID execution, boolean replayed,
		String description) {

	/** What a body starts with, in bytes. */
	static final int EXECUTION_LENGTH = 16;

	static Attempt answered(Kind kind, String node, long end, HttpResponse<byte[]> response) {
		byte[] body = response.body();
		boolean replayed = response.headers().firstValue("Idempotent-Replayed").isPresent();
		Outcome outcome = outcome(kind, response);
		if (outcome != Outcome.ANSWER) {
			return new Attempt(node, end, outcome, 0, null, replayed,
					response.statusCode() + " " + new String(body, StandardCharsets.UTF_8));
		}
		UUID execution = null;
		if (kind != Kind.THROWN && body.length >= EXECUTION_LENGTH) {
			ByteBuffer buffer = ByteBuffer.wrap(body);
			execution = new UUID(buffer.getLong(), buffer.getLong());
		}
		long digest = digest(response);
		return new Attempt(node, end, outcome, digest, execution, replayed, response.statusCode()
				+ (replayed ? " replayed" : "") + " " + Long.toHexString(digest) + " of execution " + execution);
	}

	private static Outcome outcome(Kind kind, HttpResponse<byte[]> response) {
		String body = new String(response.body(), StandardCharsets.UTF_8);
		if (response.statusCode() == kind.status()) {
			return Outcome.ANSWER;
		}
		return switch (response.statusCode()) {
			case 409 -> conflict(kind, body);
			case 503 -> body.contains(":repository-unavailable") ? Outcome.UNAVAILABLE : Outcome.UNEXPECTED;
			case 500 -> response.headers().firstValue("X-Purpose").isPresent() ? Outcome.FAILURE : Outcome.ERROR;
			default -> Outcome.UNEXPECTED;
		};
	}

	private static Outcome conflict(Kind kind, String body) {
		if (kind == Kind.STEPS && body.contains(":outcome-unknown")) {
			return Outcome.OUTCOME_UNKNOWN;
		}
		return body.contains(":in-flight") ? Outcome.IN_FLIGHT : Outcome.UNEXPECTED;
	}

	private static long digest(HttpResponse<byte[]> response) {
		try {
			MessageDigest digest = MessageDigest.getInstance("SHA-256");
			digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, response.statusCode()));
			for (String header : new String[] { "Content-Type", "Location" }) {
				digest.update(response.headers().firstValue(header).orElse("").getBytes(StandardCharsets.UTF_8));
			}
			return ByteBuffer.wrap(digest.digest(response.body())).getLong();
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static Attempt lost(String node, long end, Throwable failure) {
		return new Attempt(node, end, Outcome.LOST, 0, null, false, "lost: " + failure);
	}

	/**
	 * What an attempt means to the client.
	 */
	enum Outcome {

		/** The answer to the operation. */
		ANSWER,

		/** Somebody else is at it. */
		IN_FLIGHT,

		/** A step has begun, and nobody knows its end. */
		OUTCOME_UNKNOWN,

		/** The store is away. */
		UNAVAILABLE,

		/** The handler failed on purpose. */
		FAILURE,

		/** Something else failed in the application. */
		ERROR,

		/** The connection was lost, or it took too long. */
		LOST,

		/** Nothing of the above. */
		UNEXPECTED

	}

}

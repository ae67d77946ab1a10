package dev.idempotency.repository.redis;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

import dev.idempotency.repository.Claim;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.RecordedResponse;
import dev.idempotency.repository.UnreadableRecordException;

/**
 * The client's half of the record format. Scripts read and write the header, of which
 * {@code record.lua} is the definition; what follows it passes through them unseen:
 *
 * <pre>
 * status (2) | content length (4), -1 for none
 * | fingerprint length (1) | fingerprint | operation length (2) | operation | content
 * </pre>
 *
 * A change here is a new version there.
 */
final class RecordFormat {

	private static final int VERSION = 2;

	/** Of a claim by a plain command, which scripts make the other version. */
	private static final int UNDATED_VERSION = 3;

	private static final int IN_FLIGHT = 0;

	private static final int COMPLETED = 1;

	private static final int STATE = 1;

	private static final int TOKEN = 2;

	private static final int NO_CONTENT = -1;

	private static final int HEAD_LENGTH = 2 * Byte.BYTES + Long.BYTES;

	private static final int OUTCOME_LENGTH = Short.BYTES + Integer.BYTES;

	/** Of lease, ttl and completed_at. */
	private static final int TIMES_LENGTH = 3 * Long.BYTES;

	private RecordFormat() {
	}

	/**
	 * Returns what precedes the time of its creation in a record in flight.
	 * @param claim the claim
	 * @return the bytes
	 */
	static byte[] head(Claim claim) {
		return head(VERSION, claim);
	}

	private static byte[] head(int version, Claim claim) {
		return ByteBuffer.allocate(HEAD_LENGTH)
			.put((byte) version)
			.put((byte) IN_FLIGHT)
			.putLong(claim.token())
			.array();
	}

	/**
	 * Returns a record in flight without the time of its creation.
	 * @param claim the claim
	 * @return the bytes
	 */
	static byte[] undated(Claim claim) {
		byte[] rest = rest(claim);
		return ByteBuffer.allocate(HEAD_LENGTH + Long.BYTES + rest.length)
			.put(head(UNDATED_VERSION, claim))
			.putLong(0)
			.put(rest)
			.array();
	}

	/**
	 * Returns what follows the time of its creation in a record in flight.
	 * @param claim the claim
	 * @return the bytes
	 */
	static byte[] rest(Claim claim) {
		byte[] fingerprint = claim.fingerprint().toBytes();
		byte[] operation = claim.operation().getBytes(StandardCharsets.UTF_8);
		return ByteBuffer
			.allocate(TIMES_LENGTH + OUTCOME_LENGTH + Byte.BYTES + fingerprint.length + Short.BYTES + operation.length)
			.putLong(claim.lease().toMillis())
			.putLong(claim.ttl().toMillis())
			.putLong(0)
			.putShort((short) 0)
			.putInt(NO_CONTENT)
			.put((byte) fingerprint.length)
			.put(fingerprint)
			.putShort((short) operation.length)
			.put(operation)
			.array();
	}

	/**
	 * Returns what takes the place of status and content length on completion.
	 * @param response the outcome
	 * @return the bytes
	 */
	static byte[] outcome(RecordedResponse response) {
		byte[] content = response.content();
		return ByteBuffer.allocate(OUTCOME_LENGTH)
			.putShort((short) response.status())
			.putInt((content != null) ? content.length : NO_CONTENT)
			.array();
	}

	static byte[] token(long token) {
		return ByteBuffer.allocate(Long.BYTES).putLong(token).array();
	}

	static boolean isCompleted(byte[] record) {
		return record.length > STATE && record[0] == VERSION && record[STATE] == COMPLETED;
	}

	static boolean isInFlight(byte[] record, long token) {
		return record.length >= HEAD_LENGTH && (record[0] == UNDATED_VERSION || record[0] == VERSION)
				&& record[STATE] == IN_FLIGHT && ByteBuffer.wrap(record).getLong(TOKEN) == token;
	}

	/**
	 * Reads the record that a claim met.
	 * @param answer the record, and behind it the server's time unless it is completed
	 * @return the record as of that time
	 * @throws UnreadableRecordException if the record is corrupted or of another version
	 */
	static IdempotencyRecord readClaimed(byte[] answer) {
		boolean completed = answer.length > STATE && answer[STATE] == COMPLETED;
		return completed ? read(ByteBuffer.wrap(answer), 0) : readFound(answer).record();
	}

	/**
	 * Reads a record, whether or not it counts as absent.
	 * @param answer the record, and behind it the server's time
	 * @return the record as of that time
	 * @throws UnreadableRecordException if the record is corrupted or of another version
	 */
	static TimedRecord readFound(byte[] answer) {
		int length = answer.length - Long.BYTES;
		long now = ByteBuffer.wrap(answer).getLong(length);
		return new TimedRecord(now, read(ByteBuffer.wrap(answer, 0, length), now));
	}

	private static IdempotencyRecord read(ByteBuffer in, long now) {
		try {
			int version = Byte.toUnsignedInt(in.get());
			if (version != VERSION) {
				throw new UnreadableRecordException("The record's format version " + version + " is unknown", null);
			}
			return readVersioned(in, now);
		}
		catch (BufferUnderflowException ex) {
			throw corrupted(ex);
		}
	}

	private static IdempotencyRecord readVersioned(ByteBuffer in, long now) {
		int state = in.get();
		long token = in.getLong();
		long created = in.getLong();
		long leaseUntil = created + in.getLong();
		Instant createdAt = Instant.ofEpochMilli(created);
		Instant expiresAt = Instant.ofEpochMilli(created + in.getLong());
		long completedAt = in.getLong();
		int status = Short.toUnsignedInt(in.getShort());
		int contentLength = in.getInt();
		Fingerprint fingerprint = Fingerprint.of(bytes(in, Byte.toUnsignedInt(in.get())));
		String operation = new String(bytes(in, Short.toUnsignedInt(in.getShort())), StandardCharsets.UTF_8);
		byte[] content = (contentLength != NO_CONTENT) ? bytes(in, contentLength) : null;
		if (in.hasRemaining()) {
			throw corrupted(null);
		}
		return switch (state) {
			case IN_FLIGHT -> new IdempotencyRecord(
					(leaseUntil > now) ? IdempotencyRecord.State.IN_FLIGHT : IdempotencyRecord.State.ABANDONED,
					operation, token, fingerprint, createdAt, Instant.ofEpochMilli(leaseUntil), null, expiresAt, null);
			case COMPLETED -> new IdempotencyRecord(IdempotencyRecord.State.COMPLETED, operation, token, fingerprint,
					createdAt, Instant.ofEpochMilli(leaseUntil), Instant.ofEpochMilli(completedAt), expiresAt,
					new RecordedResponse(status, content));
			default -> throw corrupted(null);
		};
	}

	private static byte[] bytes(ByteBuffer in, int length) {
		// Keeps a corrupted length from allocating memory
		if (length < 0 || length > in.remaining()) {
			throw corrupted(null);
		}
		byte[] bytes = new byte[length];
		in.get(bytes);
		return bytes;
	}

	private static UnreadableRecordException corrupted(@Nullable Throwable cause) {
		return new UnreadableRecordException("The record is corrupted", cause);
	}

	/**
	 * A record and the server's time at which it was read.
	 *
	 * @param now the time in epoch milliseconds
	 * @param record the record
	 */
	record TimedRecord(long now, IdempotencyRecord record) {

		boolean countsAsAbsent() {
			return this.record.state() != IdempotencyRecord.State.IN_FLIGHT
					&& this.record.expiresAt().toEpochMilli() <= this.now;
		}

	}

}

package dev.idempotency.repository.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

import dev.idempotency.repository.Claim;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.IdempotencyRecord.State;
import dev.idempotency.repository.RecordedResponse;

/**
 * A row as it was at a time of the database's clock. Times are in milliseconds since the
 * epoch.
 *
 * @param operation the name of the operation
 * @param fingerprint the fingerprint of the request
 * @param token the token of the claim that wrote it last
 * @param createdAt the time of the first claim
 * @param leaseUntil the end of the lease, zero once completed
 * @param completedAt the time of completion, zero before
 * @param expiresAt the time of expiry
 * @param response the outcome, {@code null} before completion
 * @param now the time at which it was so
 */
record Row(String operation, Fingerprint fingerprint, long token, long createdAt, long leaseUntil, long completedAt,
		long expiresAt, @Nullable RecordedResponse response, long now) {

	/**
	 * Reads a row.
	 * @param row the columns of {@link Statements} and the time
	 * @return the row
	 * @throws SQLException if it cannot be read
	 */
	static Row read(ResultSet row) throws SQLException {
		int status = row.getInt(8);
		RecordedResponse response = row.wasNull() ? null : new RecordedResponse(status, row.getBytes(9));
		return new Row(row.getString(1), Fingerprint.of(row.getBytes(2)), row.getLong(3), row.getLong(4),
				row.getLong(5), row.getLong(6), row.getLong(7), response, row.getLong(10));
	}

	/**
	 * Returns whether it is what a claim wrote.
	 * @param claim the claim
	 */
	boolean isClaimedBy(Claim claim) {
		return this.token == claim.token() && !isCompleted();
	}

	boolean isGone() {
		return this.expiresAt <= this.now && this.leaseUntil <= this.now;
	}

	boolean isCompleted() {
		return this.response != null;
	}

	private State state() {
		if (isCompleted()) {
			return State.COMPLETED;
		}
		return (this.leaseUntil > this.now) ? State.IN_FLIGHT : State.ABANDONED;
	}

	IdempotencyRecord toRecord() {
		return new IdempotencyRecord(state(), this.operation, this.token, this.fingerprint,
				Instant.ofEpochMilli(this.createdAt), Instant.ofEpochMilli(this.leaseUntil),
				isCompleted() ? Instant.ofEpochMilli(this.completedAt) : null, Instant.ofEpochMilli(this.expiresAt),
				this.response);
	}

}

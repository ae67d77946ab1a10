package dev.idempotency.repository.jdbc;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import dev.idempotency.repository.jdbc.Lender.Purpose;

/**
 * Deletes records that have expired.
 */
final class ExpiredRecords {

	/**
	 * Rows to delete by one statement, which locks them until it has deleted them all.
	 */
	private static final int DELETES_AT_ONCE = 100;

	private final Statements statements;

	private final Sessions sessions;

	ExpiredRecords(Statements statements, Sessions sessions) {
		this.statements = statements;
		this.sessions = sessions;
	}

	int purge(int limit) {
		Map<String, @Nullable Object> parameters = new HashMap<>();
		parameters.put("limit", limit);
		Sql purge = this.statements.purge;
		if (purge != null) {
			return this.sessions.make(Purpose.PURGE, "purge expired records",
					(session) -> session.update(purge, parameters));
		}
		List<byte[]> ids = this.sessions.make(Purpose.PURGE, "find expired records",
				(session) -> session.rows(this.statements.findGone, parameters, (row) -> row.getBytes(1)));
		int purged = 0;
		for (int i = 0; i < ids.size(); i += DELETES_AT_ONCE) {
			purged += deleteGone(ids.subList(i, Math.min(i + DELETES_AT_ONCE, ids.size())));
		}
		return purged;
	}

	// By their primary key, so that no other row is locked, and under the condition that
	// they are still gone, so that reading them before needs no lock
	private int deleteGone(List<byte[]> ids) {
		Map<String, @Nullable Object> parameters = new HashMap<>();
		for (int i = 0; i < ids.size(); i++) {
			parameters.put("id" + i, ids.get(i));
		}
		return this.sessions.make(Purpose.PURGE, "delete expired records",
				(session) -> session.update(this.statements.deleteGone(ids.size()), parameters));
	}

}

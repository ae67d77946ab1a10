package dev.idempotency.repository.jdbc;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.idempotency.repository.Lease;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.jdbc.Lender.Purpose;

/**
 * Extends leases, all of them in one batch.
 */
final class Renewals {

	private final Statements statements;

	private final Sessions sessions;

	Renewals(Statements statements, Sessions sessions) {
		this.statements = statements;
		this.sessions = sessions;
	}

	Set<RecordId> renew(Collection<Lease> leases) {
		if (leases.isEmpty()) {
			return Set.of();
		}
		List<Lease> all = List.copyOf(leases);
		List<Map<String, @Nullable Object>> batch = new ArrayList<>();
		for (Lease lease : all) {
			Map<String, @Nullable Object> parameters = new HashMap<>();
			parameters.put("id", lease.id().toBytes());
			parameters.put("token", lease.token());
			parameters.put("lease", lease.duration().toMillis());
			batch.add(parameters);
		}
		return this.sessions.make(Purpose.RENEWAL, "renew leases", (session) -> {
			int[] counts = session.batch(this.statements.renew, batch);
			Set<RecordId> lost = new HashSet<>();
			for (int i = 0; i < counts.length; i++) {
				if (isLost(session, counts[i], batch.get(i))) {
					lost.add(all.get(i).id());
				}
			}
			return Set.copyOf(lost);
		});
	}

	private boolean isLost(Session session, int count, Map<String, @Nullable Object> parameters) throws SQLException {
		// Some drivers send a batch in a way that leaves the counts open, if told so
		return ((count == Statement.SUCCESS_NO_INFO) ? session.update(this.statements.renew, parameters) : count) == 0;
	}

}

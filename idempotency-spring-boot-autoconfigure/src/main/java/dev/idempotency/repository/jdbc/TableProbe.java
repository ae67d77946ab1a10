package dev.idempotency.repository.jdbc;

import java.time.Duration;
import java.util.UUID;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.repository.Claim;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.RecordId;

/**
 * Finds out whether two repositories are one, by a record that one of them writes and the
 * other one reads. Names and URLs would not tell: two of them may be one database, and
 * one of them two.
 */
final class TableProbe {

	private static final Logger logger = LoggerFactory.getLogger(TableProbe.class);

	private static final Duration LIFE = Duration.ofMinutes(1);

	private TableProbe() {
	}

	static boolean isOne(IdempotencyRepository writer, IdempotencyRepository reader) {
		UUID random = UUID.randomUUID();
		RecordId id = RecordId.of("idempotency-probe", "", new IdempotencyKey(random.toString()));
		Claim probe = new Claim(id, random.getLeastSignificantBits(), "idempotency-probe", Fingerprint.of(id.toBytes()),
				LIFE, LIFE, null);
		try {
			writer.claim(probe);
			boolean found = reader.find(id).isPresent();
			writer.delete(id);
			return found;
		}
		catch (RuntimeException ex) {
			logger.debug("Not both data sources reach the table of the repository", ex);
			return false;
		}
	}

}

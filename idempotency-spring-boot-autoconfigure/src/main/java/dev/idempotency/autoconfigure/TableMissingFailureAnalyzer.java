package dev.idempotency.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

import dev.idempotency.repository.jdbc.IdempotencyTableMissingException;
import dev.idempotency.repository.jdbc.JdbcIdempotencySchema;

/**
 * Explains that the table of the records is missing, with the statement that creates it.
 */
final class TableMissingFailureAnalyzer extends AbstractFailureAnalyzer<IdempotencyTableMissingException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, IdempotencyTableMissingException cause) {
		return new FailureAnalysis(String.valueOf(cause.getMessage()) + ".",
				"Have the table created at the start:\n\n    idempotency.jdbc.initialize-schema=always\n\n"
						+ "or create it with your own migration:\n\n"
						+ JdbcIdempotencySchema.script(cause.platform(), cause.tableName()).strip().indent(4)
						+ "\nIf it exists under another name, set idempotency.jdbc.table-name.",
				cause);
	}

}

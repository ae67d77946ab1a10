package dev.idempotency;

/**
 * Something that an application may want to be alerted of. Published as an application
 * event, on the thread on which it happens: listen to it with {@code @EventListener}. A
 * listener that throws changes nothing.
 *
 * @since 0.1.0
 */
public sealed interface IdempotencyEvent {

	/**
	 * Returns the name of the operation.
	 * @return the name
	 */
	String operation();

	/**
	 * Returns what identifies the record in log lines: a digest of application, scope and
	 * key, not the key itself.
	 * @return eight hexadecimal digits
	 */
	String recordId();

	/**
	 * A request was refused because its key had been used for another request: a client
	 * that reuses keys, or somebody who tries out foreign ones.
	 *
	 * @param operation the name of the operation
	 * @param recordId what identifies the record in log lines
	 */
	record KeyReused(String operation, String recordId) implements IdempotencyEvent {
	}

	/**
	 * The claim of an owner that did not finish within its lease was taken over: the
	 * operation runs once more, although the first run may have taken effect.
	 *
	 * @param operation the name of the operation
	 * @param recordId what identifies the record in log lines
	 */
	record LeaseAbandoned(String operation, String recordId) implements IdempotencyEvent {
	}

	/**
	 * An owner finished after its claim had been taken over or deleted: the operation
	 * probably ran twice.
	 *
	 * @param operation the name of the operation
	 * @param recordId what identifies the record in log lines
	 */
	record LeaseLost(String operation, String recordId) implements IdempotencyEvent {
	}

}

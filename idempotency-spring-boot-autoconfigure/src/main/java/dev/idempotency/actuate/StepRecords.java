package dev.idempotency.actuate;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

import dev.idempotency.actuate.RecordSelector.Selection;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.UnreadableRecordException;

/**
 * Finds the record that a call means. That of a step belongs to the name of its operation
 * too, which a call does not tell for requests: their own record does, if it is still
 * there, or else one of the operations of the application.
 *
 * @param repository the store of records
 * @param operations the names of all operations
 */
record StepRecords(IdempotencyRepository repository, Supplier<Set<String>> operations) {

	/**
	 * Returns the record that a call means.
	 * @return its identity, whether there is such a record or not
	 * @throws WrongCallException if steps of several operations may be meant
	 */
	RecordId idOf(Selection selection) throws WrongCallException {
		String step = selection.step();
		if (step == null) {
			return selection.id();
		}
		if (selection.operation() != null) {
			return selection.id().step(selection.operation(), step);
		}
		Set<String> names = new LinkedHashSet<>(this.operations.get());
		try {
			this.repository.find(selection.id()).map(IdempotencyRecord::operation).ifPresent((name) -> {
				names.clear();
				names.add(name);
			});
		}
		catch (UnreadableRecordException ex) {
			// Then it does not tell the name
		}
		List<RecordId> ids = names.stream()
			.map((name) -> selection.id().step(name, step))
			.filter(this::exists)
			.toList();
		if (ids.size() > 1) {
			throw new WrongCallException(
					"Several operations have such a 'step' under this 'key'. It cannot be told which"
							+ " one is meant until one of them has run again.");
		}
		return ids.isEmpty() ? selection.id().step("", step) : ids.get(0);
	}

	private boolean exists(RecordId id) {
		try {
			return this.repository.find(id).isPresent();
		}
		catch (UnreadableRecordException ex) {
			return true;
		}
	}

}

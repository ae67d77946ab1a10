package dev.idempotency.method;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.ClassUtils;

import dev.idempotency.engine.StoredResponse;
import dev.idempotency.repository.RecordId;

/**
 * Lets the end of a caller's transaction decide: what it did is recorded when it has
 * committed, or a rollback would lose the effect for ever.
 */
final class CallerTransactions {

	private static final boolean POSSIBLE = ClassUtils.isPresent(
			"org.springframework.transaction.support.TransactionSynchronization",
			CallerTransactions.class.getClassLoader());

	private CallerTransactions() {
	}

	/**
	 * Returns the result of a call that the transaction of this thread has made already.
	 * @param id the identity of its record
	 * @return the result, {@code null} if there was none
	 */
	static @Nullable StoredResponse resultOf(RecordId id) {
		return isActive() ? OfThread.current().resultOf(id) : null;
	}

	/**
	 * Has somebody told when the transaction of this thread has ended.
	 * @param id the identity of the record of a call
	 * @param result the result of the call, {@code null} if it has none that another call
	 * in this transaction may get
	 * @param told who is told
	 * @return {@code false} if there is no transaction
	 */
	static boolean whenEnded(RecordId id, @Nullable StoredResponse result, Consumer<End> told) {
		if (!isActive()) {
			return false;
		}
		OfThread.current().calls.add(new Call(id, result, told));
		return true;
	}

	private static boolean isActive() {
		return POSSIBLE && TransactionSynchronizationManager.isActualTransactionActive()
				&& TransactionSynchronizationManager.isSynchronizationActive();
	}

	/**
	 * How a transaction ends.
	 */
	enum End {

		COMMITTED, ROLLED_BACK, UNKNOWN

	}

	/**
	 * A call that was made in a transaction.
	 *
	 * @param id the identity of its record
	 * @param result its result, {@code null} for none
	 * @param told who is told of the end
	 */
	private record Call(RecordId id, @Nullable StoredResponse result, Consumer<End> told) {
	}

	/**
	 * The transaction of a thread, found there unless it is suspended for another one.
	 */
	private static final class OfThread implements TransactionSynchronization {

		private final List<Call> calls = new ArrayList<>();

		/** How many calls there were at each savepoint. */
		private final Map<Object, Integer> savepoints = new HashMap<>();

		static OfThread current() {
			OfThread known = (OfThread) TransactionSynchronizationManager.getResource(OfThread.class);
			if (known != null) {
				return known;
			}
			OfThread created = new OfThread();
			TransactionSynchronizationManager.registerSynchronization(created);
			created.resume();
			return created;
		}

		@Nullable StoredResponse resultOf(RecordId id) {
			return this.calls.stream()
				.filter((call) -> call.result() != null && call.id().equals(id))
				.findFirst()
				.map(Call::result)
				.orElse(null);
		}

		@Override
		public void suspend() {
			TransactionSynchronizationManager.unbindResourceIfPossible(OfThread.class);
		}

		@Override
		public void resume() {
			TransactionSynchronizationManager.bindResource(OfThread.class, this);
		}

		@Override
		public void savepoint(Object savepoint) {
			this.savepoints.put(savepoint, this.calls.size());
		}

		/** One that is not known is older than all calls. */
		@Override
		public void savepointRollback(Object savepoint) {
			List<Call> undone = this.calls.subList(this.savepoints.getOrDefault(savepoint, 0), this.calls.size());
			List<Call> told = List.copyOf(undone);
			undone.clear();
			told.forEach((call) -> call.told().accept(End.ROLLED_BACK));
		}

		@Override
		public void afterCompletion(int status) {
			suspend();
			End end = switch (status) {
				case STATUS_COMMITTED -> End.COMMITTED;
				case STATUS_ROLLED_BACK -> End.ROLLED_BACK;
				default -> End.UNKNOWN;
			};
			this.calls.forEach((call) -> call.told().accept(end));
		}

	}

}

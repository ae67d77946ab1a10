package dev.idempotency.engine;

import java.time.Duration;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.PurgeableIdempotencyRepository;

/**
 * Deletes expired records in bounded batches, on every node and without a leader.
 *
 * @since 0.1.0
 */
public final class RecordPurger implements AutoCloseable {

	private final int batchSize;

	private final IdempotencyListener listener;

	private final @Nullable PeriodicTask purge;

	/**
	 * Creates a purger and starts it, if the repository needs one.
	 * @param repository the repository
	 * @param interval the pause between two turns
	 * @param batchSize the most records to delete by one call
	 * @param listener told of calls and deleted records
	 */
	public RecordPurger(IdempotencyRepository repository, Duration interval, int batchSize,
			IdempotencyListener listener) {
		this.batchSize = batchSize;
		this.listener = listener;
		this.purge = (repository instanceof PurgeableIdempotencyRepository purgeable)
				? new PeriodicTask("idempotency-purge", interval, (goesOn) -> purge(purgeable, goesOn)) : null;
	}

	private void purge(PurgeableIdempotencyRepository repository, BooleanSupplier goesOn) {
		int count;
		do {
			count = MeasuredRepository.measure(this.listener, RepositoryCall.PURGE,
					() -> repository.purge(this.batchSize), (purged) -> RepositoryCall.PURGED);
			if (count > 0) {
				this.listener.onPurge(count);
			}
		}
		while (count == this.batchSize && goesOn.getAsBoolean());
	}

	@Override
	public void close() {
		if (this.purge != null) {
			this.purge.close();
		}
	}

}

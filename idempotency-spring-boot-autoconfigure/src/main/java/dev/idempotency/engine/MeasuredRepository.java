package dev.idempotency.engine;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.Lease;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.RecordedResponse;

/**
 * Tells the listener of every call of the repository, its result and its duration.
 */
final class MeasuredRepository implements IdempotencyRepository {

	private final IdempotencyRepository repository;

	private final IdempotencyListener listener;

	MeasuredRepository(IdempotencyRepository repository, IdempotencyListener listener) {
		this.repository = repository;
		this.listener = listener;
	}

	@Override
	public ClaimResult claim(Claim claim) {
		return measure(this.listener, RepositoryCall.CLAIM, () -> this.repository.claim(claim),
				MeasuredRepository::describe);
	}

	static String describe(ClaimResult result) {
		if (result instanceof ClaimResult.Acquired) {
			return RepositoryCall.ACQUIRED;
		}
		if (!(result instanceof ClaimResult.Existing existing)) {
			return RepositoryCall.IN_FLIGHT;
		}
		return switch (existing.record().state()) {
			case IN_FLIGHT -> RepositoryCall.IN_FLIGHT;
			case ABANDONED -> RepositoryCall.ABANDONED;
			case COMPLETED -> RepositoryCall.COMPLETED;
		};
	}

	@Override
	public boolean complete(RecordId id, long token, RecordedResponse response) {
		return measure(this.listener, RepositoryCall.COMPLETE, () -> this.repository.complete(id, token, response),
				MeasuredRepository::describeCompletion);
	}

	static String describeCompletion(boolean recorded) {
		return recorded ? RepositoryCall.RECORDED : RepositoryCall.LOST;
	}

	@Override
	public boolean release(RecordId id, long token) {
		return measure(this.listener, RepositoryCall.RELEASE, () -> this.repository.release(id, token),
				(released) -> released ? RepositoryCall.RELEASED : RepositoryCall.LOST);
	}

	@Override
	public Set<RecordId> renew(Collection<Lease> leases) {
		return measure(this.listener, RepositoryCall.RENEW, () -> this.repository.renew(leases),
				(lost) -> lost.isEmpty() ? RepositoryCall.RENEWED : RepositoryCall.LOST);
	}

	@Override
	public Optional<IdempotencyRecord> find(RecordId id) {
		// Looked up where a claim would be one too many
		return told(this.listener, RepositoryCall.CLAIM, () -> this.repository.find(id));
	}

	@Override
	public boolean delete(RecordId id) {
		return this.repository.delete(id);
	}

	static <T> T measure(IdempotencyListener listener, RepositoryCall call, Supplier<T> action,
			Function<T, String> describe) {
		long start = System.nanoTime();
		String result = RepositoryCall.ERROR;
		try {
			T value = told(listener, call, action);
			result = describe.apply(value);
			return value;
		}
		finally {
			listener.onRepositoryCall(call, result, System.nanoTime() - start);
		}
	}

	/**
	 * Makes a call of which the listener is told only if it fails.
	 */
	static <T> T told(IdempotencyListener listener, RepositoryCall call, Supplier<T> action) {
		try {
			return action.get();
		}
		catch (RuntimeException ex) {
			listener.onRepositoryFailure(call, ex);
			throw ex;
		}
	}

}

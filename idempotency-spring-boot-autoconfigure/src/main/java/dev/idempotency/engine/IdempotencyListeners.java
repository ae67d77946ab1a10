package dev.idempotency.engine;

import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.idempotency.IdempotencyEvent;
import dev.idempotency.repository.RecordId;

/**
 * Several listeners as one, so that none can disturb the protocol or another.
 *
 * @since 0.1.0
 */
public final class IdempotencyListeners implements IdempotencyListener {

	private static final Logger logger = LoggerFactory.getLogger(IdempotencyListeners.class);

	private final List<IdempotencyListener> listeners;

	/**
	 * Creates a listener that tells others.
	 * @param listeners the others, in the order in which they are told
	 */
	public IdempotencyListeners(List<IdempotencyListener> listeners) {
		this.listeners = List.copyOf(listeners);
	}

	@Override
	public void onOperations(Collection<String> operations) {
		tell((listener) -> listener.onOperations(operations));
	}

	@Override
	public void onRequest(String operation, Outcome outcome, @Nullable RecordId id, long nanos) {
		tell((listener) -> listener.onRequest(operation, outcome, id, nanos));
	}

	@Override
	public void onRepositoryCall(RepositoryCall call, String result, long nanos) {
		tell((listener) -> listener.onRepositoryCall(call, result, nanos));
	}

	@Override
	public void onRepositoryFailure(RepositoryCall call, RuntimeException failure) {
		tell((listener) -> listener.onRepositoryFailure(call, failure));
	}

	@Override
	public void onEvent(IdempotencyEvent event) {
		tell((listener) -> listener.onEvent(event));
	}

	@Override
	public void onPurge(int count) {
		tell((listener) -> listener.onPurge(count));
	}

	private void tell(Consumer<IdempotencyListener> event) {
		for (IdempotencyListener listener : this.listeners) {
			try {
				event.accept(listener);
			}
			catch (RuntimeException ex) {
				logger.warn("The listener {} failed", listener.getClass().getName(), ex);
			}
		}
	}

}

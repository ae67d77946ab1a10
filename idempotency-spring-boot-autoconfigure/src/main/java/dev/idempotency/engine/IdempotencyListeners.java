package dev.idempotency.engine;

import java.util.List;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
	public void onRequest(String operation, Outcome outcome, long nanos) {
		tell((listener) -> listener.onRequest(operation, outcome, nanos));
	}

	@Override
	public void onRepositoryCall(RepositoryCall call, String result, long nanos) {
		tell((listener) -> listener.onRepositoryCall(call, result, nanos));
	}

	@Override
	public void onLeaseLost(String operation) {
		tell((listener) -> listener.onLeaseLost(operation));
	}

	@Override
	public void onLeaseAbandoned(String operation) {
		tell((listener) -> listener.onLeaseAbandoned(operation));
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

package dev.idempotency.engine;

import dev.idempotency.engine.IdempotencyObserver.Observed;
import dev.idempotency.engine.IdempotencyObserver.Scope;

/**
 * A step that nobody follows.
 */
enum NoObserved implements Observed {

	/** The only one. */
	INSTANCE;

	private static final Scope NOTHING = () -> {
	};

	@Override
	public Scope open() {
		return NOTHING;
	}

	@Override
	public void end(String outcome) {
	}

}

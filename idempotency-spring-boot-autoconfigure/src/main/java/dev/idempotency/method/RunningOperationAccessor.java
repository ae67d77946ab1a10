package dev.idempotency.method;

import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

import dev.idempotency.engine.RunningOperation;

/**
 * Carries {@linkplain RunningOperation operations} to other threads with Micrometer's
 * context propagation, so that their steps find them there. It is found by itself.
 *
 * @since 0.1.0
 */
public final class RunningOperationAccessor implements ThreadLocalAccessor<RunningOperation> {

	@Override
	public Object key() {
		return RunningOperation.class;
	}

	@Override
	public @Nullable RunningOperation getValue() {
		return RunningOperation.current();
	}

	@Override
	public void setValue(RunningOperation operation) {
		RunningOperation.setCurrent(operation);
	}

	@Override
	public void setValue() {
		RunningOperation.setCurrent(null);
	}

}

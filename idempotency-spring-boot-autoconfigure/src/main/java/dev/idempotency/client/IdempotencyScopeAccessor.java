package dev.idempotency.client;

import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

/**
 * Carries {@linkplain IdempotencyScope scopes} to other threads with Micrometer's context
 * propagation, which finds it by itself.
 *
 * @since 0.1.0
 */
public final class IdempotencyScopeAccessor implements ThreadLocalAccessor<IdempotencyScope> {

	@Override
	public Object key() {
		return IdempotencyScope.class;
	}

	@Override
	public @Nullable IdempotencyScope getValue() {
		return IdempotencyScope.current();
	}

	@Override
	public void setValue(IdempotencyScope scope) {
		IdempotencyScope.setCurrent(scope);
	}

	@Override
	public void setValue() {
		IdempotencyScope.setCurrent(null);
	}

}

package dev.idempotency.engine;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.RecordId;

/**
 * Cuts a real repository off for its next calls.
 */
final class Outages {

	private final AtomicInteger remaining = new AtomicInteger();

	private final AtomicInteger count = new AtomicInteger();

	private final Supplier<Throwable> failure;

	Outages() {
		this(() -> new IdempotencyRepositoryException("Cut off", null));
	}

	/** Calls fail with what is supplied. */
	Outages(Supplier<Throwable> failure) {
		this.failure = failure;
	}

	/** The given number of calls fail from now on. */
	void next(int calls) {
		this.remaining.set(calls);
	}

	/** How many calls have failed. */
	int count() {
		return this.count.get();
	}

	IdempotencyRepository of(IdempotencyRepository repository) {
		return of(repository, (method, arguments) -> true);
	}

	/** Cuts only one method off. */
	IdempotencyRepository of(IdempotencyRepository repository, String method) {
		return of(repository, (name, arguments) -> name.equals(method));
	}

	/** Cuts only one method off, and only for one record. */
	IdempotencyRepository of(IdempotencyRepository repository, String method, RecordId id) {
		return of(repository, (name, arguments) -> name.equals(method) && id.equals(arguments[0]));
	}

	private IdempotencyRepository of(IdempotencyRepository repository, BiPredicate<String, Object[]> calls) {
		return (IdempotencyRepository) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { IdempotencyRepository.class }, (proxy, method, arguments) -> {
					if (calls.test(method.getName(), arguments)
							&& this.remaining.getAndUpdate((left) -> Math.max(0, left - 1)) > 0) {
						this.count.incrementAndGet();
						throw this.failure.get();
					}
					try {
						return method.invoke(repository, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getCause();
					}
				});
	}

}

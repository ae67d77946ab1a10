package dev.idempotency.method;

import java.lang.reflect.Type;

import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;

import dev.idempotency.IdempotencyTemplate;
import dev.idempotency.engine.Operation;
import dev.idempotency.engine.RunningOperation;
import dev.idempotency.repository.RecordId;

/**
 * Runs work by the engine.
 */
final class DefaultIdempotencyTemplate implements IdempotencyTemplate {

	private final OperationCalls calls;

	private final CallSettings.Resolver settings;

	private final String namespace;

	DefaultIdempotencyTemplate(OperationCalls calls, CallSettings.Resolver settings, String namespace) {
		this.calls = calls;
		this.settings = settings;
		this.namespace = namespace;
	}

	@Override
	@SuppressWarnings({ "unchecked", "NullAway" })
	public <T extends @Nullable Object, E extends Exception> T execute(String operation, String key,
			Class<T> resultType, Work<T, E> work) throws E {
		return (T) this.<E>call(operation, key, resultType, work::run);
	}

	@Override
	@SuppressWarnings({ "unchecked", "NullAway" })
	public <T extends @Nullable Object, E extends Exception> T execute(String operation, String key,
			ParameterizedTypeReference<T> resultType, Work<T, E> work) throws E {
		return (T) this.<E>call(operation, key, resultType.getType(), work::run);
	}

	@Override
	public <E extends Exception> void execute(String operation, String key, WorkWithoutResult<E> work) throws E {
		this.<E>call(operation, key, void.class, () -> {
			work.run();
			return null;
		});
	}

	private <E extends Exception> @Nullable Object call(String name, String key, Type resultType,
			OperationCalls.Work<E> work) throws E {
		ResultTypes.refuseLaterOnes(resultType);
		CallSettings found = this.settings.resolve(name);
		Operation operation = found.operation();
		RecordId id = RecordId.ofMethod(this.namespace, operation.name(), CallKeys.of(found, key));
		return this.calls.call(OperationCall.of(operation, id, resultType, found.maxResultSize()),
				(claim) -> new RunningOperation(operation, claim).enter(), work);
	}

}

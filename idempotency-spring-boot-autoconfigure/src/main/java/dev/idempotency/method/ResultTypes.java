package dev.idempotency.method;

import java.lang.reflect.Type;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * Tells which results come later, so that they are not what is to be recorded.
 */
final class ResultTypes {

	private static final boolean REACTIVE_STREAMS = ClassUtils.isPresent("org.reactivestreams.Publisher",
			ResultTypes.class.getClassLoader());

	private ResultTypes() {
	}

	/**
	 * Returns whether a type is one of reactive streams, of which nobody knows when and
	 * how often they are subscribed to.
	 */
	static boolean isReactive(@Nullable Class<?> type) {
		return REACTIVE_STREAMS && type != null && type != Object.class && !isStage(type)
				&& ReactiveAdapterRegistry.getSharedInstance().getAdapter(type) != null;
	}

	static boolean isStage(@Nullable Class<?> type) {
		return type != null && CompletionStage.class.isAssignableFrom(type);
	}

	/**
	 * Refuses types of results that come later.
	 * @throws IllegalArgumentException if it is one
	 */
	static void refuseLaterOnes(Type type) {
		Class<?> resolved = ResolvableType.forType(type).resolve();
		if (isReactive(resolved) || (resolved != null
				&& (CompletionStage.class.isAssignableFrom(resolved) || Future.class.isAssignableFrom(resolved)))) {
			throw new IllegalArgumentException("A result of type " + type.getTypeName()
					+ " comes later, and nobody would record it. Wait for it in the work, and return what it brings");
		}
	}

}

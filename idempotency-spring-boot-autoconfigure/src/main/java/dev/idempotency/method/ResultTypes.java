package dev.idempotency.method;

import java.lang.reflect.Type;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;

/**
 * Tells which results come later, so that they are not what is to be recorded.
 *
 * @since 0.1.0
 */
public final class ResultTypes {

	private ResultTypes() {
	}

	/**
	 * Returns whether somebody can be told when a result of a type has come.
	 * @param type the type
	 * @return {@code true} for a {@code CompletionStage}
	 */
	public static boolean isStage(Class<?> type) {
		return CompletionStage.class.isAssignableFrom(type);
	}

	/**
	 * Returns whether a result of a type comes later than the call returns.
	 * @param type the type
	 * @return {@code true} for futures, and for what is subscribed to, nobody knows when
	 * and how often
	 */
	public static boolean comesLater(Class<?> type) {
		return type != Object.class && (isStage(type) || Future.class.isAssignableFrom(type)
				|| ReactiveAdapterRegistry.getSharedInstance().getAdapter(type) != null);
	}

	/**
	 * Refuses types of results that come later.
	 * @throws IllegalArgumentException if it is one
	 */
	static void refuseLaterOnes(Type type) {
		Class<?> resolved = ResolvableType.forType(type).resolve();
		if (resolved != null && comesLater(resolved)) {
			throw new IllegalArgumentException("A result of type " + type.getTypeName()
					+ " comes later, and nobody would record it. Wait for it in the work, and return what it brings");
		}
	}

}

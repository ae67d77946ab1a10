package dev.idempotency.method;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.annotation.AnnotatedElementUtils;

import dev.idempotency.Idempotent;

/**
 * The annotated methods of beans, each resolved once.
 *
 * @since 0.1.0
 */
public final class IdempotentMethods {

	private final Map<Class<?>, Map<Method, IdempotentMethod>> methods = new ConcurrentHashMap<>();

	private final Resolver resolver;

	/**
	 * Creates the registry.
	 * @param resolver resolves methods
	 */
	public IdempotentMethods(Resolver resolver) {
		this.resolver = resolver;
	}

	/**
	 * Returns an annotated method.
	 * @param type the class of the bean
	 * @param method the method, of the class or of an interface of it
	 * @return the method, resolved
	 */
	public IdempotentMethod get(Class<?> type, Method method) {
		Map<Method, IdempotentMethod> known = this.methods.computeIfAbsent(type, (any) -> new ConcurrentHashMap<>());
		IdempotentMethod resolved = known.get(method);
		if (resolved == null) {
			resolved = this.resolver.resolve(type, AopUtils.getMostSpecificMethod(method, type));
			known.put(method, resolved);
		}
		return resolved;
	}

	/**
	 * Returns the annotation by which calls of a method are idempotent.
	 * @param type the class of the bean
	 * @param method the method, of the class or of an interface of it
	 * @return the annotation, {@code null} if there is none with a key
	 */
	public static @Nullable Idempotent annotation(Class<?> type, Method method) {
		Idempotent annotation = AnnotatedElementUtils.findMergedAnnotation(AopUtils.getMostSpecificMethod(method, type),
				Idempotent.class);
		return (annotation != null && !annotation.key().isEmpty()) ? annotation : null;
	}

	/**
	 * Resolves an annotated method.
	 */
	@FunctionalInterface
	public interface Resolver {

		/**
		 * Returns what applies to a method.
		 * @param type the class of the bean
		 * @param method the method of that class
		 * @return the method, resolved
		 */
		IdempotentMethod resolve(Class<?> type, Method method);

	}

}

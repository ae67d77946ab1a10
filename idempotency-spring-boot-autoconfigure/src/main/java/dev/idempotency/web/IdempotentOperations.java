package dev.idempotency.web;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.method.HandlerMethod;

import dev.idempotency.Idempotent;

/**
 * The operations of the application: finds the annotation of a handler method and its
 * settings, once per method.
 *
 * @since 0.1.0
 */
public final class IdempotentOperations {

	private final Map<Class<?>, Map<Method, Optional<HandlerOperation>>> operations = new ConcurrentHashMap<>();

	private final SettingsResolver settings;

	/**
	 * Creates the registry.
	 * @param settings resolves the settings of an operation
	 */
	public IdempotentOperations(SettingsResolver settings) {
		this.settings = settings;
	}

	/**
	 * Returns the operation of a handler method.
	 * @param handler the handler method
	 * @return the operation, or {@code null} if the method is not annotated
	 */
	public @Nullable HandlerOperation find(HandlerMethod handler) {
		return find(handler.getBeanType(), handler.getMethod());
	}

	@Nullable HandlerOperation find(Class<?> beanType, @Nullable Method method) {
		if (method == null) {
			return null;
		}
		Map<Method, Optional<HandlerOperation>> methods = this.operations.get(beanType);
		if (methods == null) {
			methods = this.operations.computeIfAbsent(beanType, (type) -> new ConcurrentHashMap<>());
		}
		Optional<HandlerOperation> operation = methods.get(method);
		if (operation == null) {
			operation = Optional.ofNullable(resolve(beanType, method));
			methods.put(method, operation);
		}
		return operation.orElse(null);
	}

	private @Nullable HandlerOperation resolve(Class<?> beanType, Method method) {
		Idempotent annotation = annotation(beanType, method);
		if (annotation == null) {
			return null;
		}
		String name = annotation.operation();
		if (name.isEmpty()) {
			name = OperationNames.of(beanType, method);
		}
		return this.settings.resolve(name, annotation, method);
	}

	static @Nullable Idempotent annotation(Class<?> beanType, Method method) {
		Idempotent annotation = AnnotatedElementUtils.findMergedAnnotation(method, Idempotent.class);
		return (annotation != null) ? annotation
				: AnnotatedElementUtils.findMergedAnnotation(beanType, Idempotent.class);
	}

	/**
	 * Resolves the settings of an operation from its annotation and the configuration.
	 */
	@FunctionalInterface
	public interface SettingsResolver {

		/**
		 * Resolves the settings of an operation.
		 * @param name the name of the operation
		 * @param annotation the annotation
		 * @param method the annotated method, for error messages
		 * @return the settings
		 */
		HandlerOperation resolve(String name, Idempotent annotation, Method method);

	}

}

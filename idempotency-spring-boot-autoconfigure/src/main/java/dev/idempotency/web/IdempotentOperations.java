package dev.idempotency.web;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.BeansException;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;
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
		if (Source.isKnown(handler.getBeanType())) {
			return find(handler.getBeanType(), handler.getMethod());
		}
		Source source = Source.of(handler);
		return find(source.type(), source.method());
	}

	/**
	 * Returns the operation of a handler method, as it is mapped. An annotation on a
	 * class makes no operation of a handler method for safe request methods only.
	 * @param handler the handler method
	 * @param requestMethods the request methods that it is mapped to, none for all
	 * @return the operation, or {@code null} if the method is not annotated, or only its
	 * class is and requests to it are never touched
	 */
	public @Nullable HandlerOperation find(HandlerMethod handler, Collection<String> requestMethods) {
		Source source = Source.of(handler);
		return isOperation(source.type(), source.method(), requestMethods) ? find(source.type(), source.method())
				: null;
	}

	/**
	 * Returns whether a method is an operation, as it is mapped.
	 * @param beanType the class of the handler
	 * @param method the method of that class
	 * @param requestMethods the request methods that it is mapped to, none for all
	 * @return {@code true} if the method is annotated, or its class is and not all of the
	 * request methods are safe
	 */
	public static boolean isOperation(Class<?> beanType, Method method, Collection<String> requestMethods) {
		return AnnotatedElementUtils.hasAnnotation(method, Idempotent.class)
				|| (IdempotencyInterceptor.mayBeTouched(requestMethods)
						&& AnnotatedElementUtils.hasAnnotation(beanType, Idempotent.class));
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
	 * Where the annotation of a handler method is looked for: in the class of the
	 * handler, also where Spring MVC knows no more of it than an interface, since the
	 * handler is behind a proxy of interfaces, or is declared as one. The class of a
	 * proxy says nothing: beans with the same interfaces share it.
	 *
	 * @param type the class of the handler
	 * @param method the method of that class
	 */
	public record Source(Class<?> type, Method method) {

		/**
		 * Returns where the annotation of a handler method is looked for.
		 * @param handler the handler method
		 * @return the class and its method
		 */
		public static Source of(HandlerMethod handler) {
			Class<?> type = handler.getBeanType();
			if (isKnown(type)) {
				return new Source(type, handler.getMethod());
			}
			return of(targetClass(handler), handler.getMethod());
		}

		private static boolean isKnown(Class<?> type) {
			return !Modifier.isAbstract(type.getModifiers()) && !Proxy.isProxyClass(type);
		}

		private static Class<?> targetClass(HandlerMethod handler) {
			try {
				return ClassUtils
					.getUserClass(AopProxyUtils.ultimateTargetClass(handler.createWithResolvedBean().getBean()));
			}
			catch (BeansException ex) {
				// Of a scope that is not active at the start
				return handler.getBeanType();
			}
		}

		private static Source of(Class<?> target, Method method) {
			return Proxy.isProxyClass(target) ? new Source(method.getDeclaringClass(), method)
					: new Source(target, AopUtils.getMostSpecificMethod(method, target));
		}

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

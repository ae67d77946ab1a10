package dev.idempotency.autoconfigure;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.stereotype.Controller;
import org.springframework.util.ClassUtils;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.servlet.config.annotation.DelegatingWebMvcConfiguration;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurationSupport;

import dev.idempotency.Idempotent;
import dev.idempotency.web.IdempotencyInterceptor;
import dev.idempotency.web.IdempotentOperations;
import dev.idempotency.web.IdempotentOperations.Source;

/**
 * Refuses annotated handlers to which requests would come that the interceptor does not
 * see, and that would so run unprotected without anybody noticing.
 */
final class UnprotectedHandlers {

	private static final String INTERCEPTOR = IdempotencyInterceptor.class.getName();

	private static final String SET_INTERCEPTORS = """
			, as its last interceptor and without path patterns:

			    mapping.setInterceptors(idempotencyInterceptor);

			""";

	private final MappedHandlers handlers;

	private final ConfigurableListableBeanFactory beans;

	private UnprotectedHandlers(MappedHandlers handlers, ConfigurableListableBeanFactory beans) {
		this.handlers = handlers;
		this.beans = beans;
	}

	/**
	 * Refuses handlers that would run unprotected.
	 * @param handlers the handlers of a context
	 * @param beans the beans of the context
	 * @throws IdempotencyConfigurationException if there is one
	 */
	static void refuse(MappedHandlers handlers, ConfigurableListableBeanFactory beans) {
		UnprotectedHandlers unprotected = new UnprotectedHandlers(handlers, beans);
		unprotected.refuseWhatIsNotServed();
		unprotected.refuseWhatIsNoMethod();
		unprotected.refuseWhatIsNotMapped();
	}

	private void refuseWhatIsNotServed() {
		for (MappedHandlers.Mapping mapping : this.handlers.mappings()) {
			if (!mapping.isServed()) {
				mapping.methods()
					.filter(MappedHandler::mayBeTouched)
					.map((mapped) -> new Annotated(Source.of(mapped.handler()), mapped.requestMethods()))
					.filter(Annotated::isOperation)
					.findFirst()
					.ifPresent((method) -> {
						throw new IdempotencyConfigurationException(
								"The method " + method + " is annotated with @Idempotent, but the handler mapping "
										+ mapping + " maps it without the interceptor that makes it idempotent:"
										+ " requests to it would run unprotected.",
								howToServe(mapping) + "Or remove @Idempotent from the method.");
					});
			}
		}
	}

	private String howToServe(MappedHandlers.Mapping mapping) {
		if (!mapping.isBean()) {
			return "The mapping is no bean, but made within '" + mapping.bean()
					+ "'. If that one is Spring Data REST's,"
					+ " annotate the class with @RestController in place of @RepositoryRestController or"
					+ " @BasePathAwareController, and its methods with their whole path. If it is yours, give the bean"
					+ " of type " + INTERCEPTOR + " to the mapping within" + SET_INTERCEPTORS;
		}
		Class<?> support = findWebMvcSupport();
		if (support != null && mapping.bean().equals("requestMappingHandlerMapping")) {
			return "Extending WebMvcConfigurationSupport leaves out all beans of type WebMvcConfigurer, the one that adds"
					+ " the interceptor among them. Let " + support.getName() + " be one itself:\n\n    class "
					+ support.getSimpleName() + " implements WebMvcConfigurer\n\n" + "Or have the bean of type "
					+ INTERCEPTOR + " injected there, and add it as the last interceptor"
					+ " and without path patterns:\n\n    @Override\n"
					+ "    protected void addInterceptors(InterceptorRegistry registry) {\n"
					+ "        registry.addInterceptor(this.idempotencyInterceptor).order(Ordered.LOWEST_PRECEDENCE);\n"
					+ "    }\n\n";
		}
		return "Give the bean of type " + INTERCEPTOR + " to the mapping" + SET_INTERCEPTORS;
	}

	private @Nullable Class<?> findWebMvcSupport() {
		return Arrays.stream(this.beans.getBeanNamesForType(WebMvcConfigurationSupport.class, true, false))
			.map((name) -> userClass(this.beans.getType(name)))
			.filter((type) -> !DelegatingWebMvcConfiguration.class.isAssignableFrom(type))
			.findFirst()
			.orElse(null);
	}

	/** An {@code HttpRequestHandler}, for example. */
	private void refuseWhatIsNoMethod() {
		for (MappedHandlers.Mapping mapping : this.handlers.mappings()) {
			mapping.wholeHandlers()
				.map((handler) -> (handler instanceof String name && this.beans.containsBean(name)) ? targetClass(name)
						: AopProxyUtils.ultimateTargetClass(handler))
				.map(ClassUtils::getUserClass)
				.filter(UnprotectedHandlers::isAnnotated)
				.findFirst()
				.ifPresent((type) -> {
					throw new IdempotencyConfigurationException(
							type.getName() + " is annotated with @Idempotent, but the handler mapping " + mapping
									+ " has it called as a whole, and only handler methods are idempotent: requests to"
									+ " it would run unprotected.",
							"Write a handler method in its place:\n\n    @RestController\n    class "
									+ type.getSimpleName() + " {\n\n        @PostMapping(...)\n        @Idempotent\n"
									+ "        ...\n\n    }\n\nOr remove @Idempotent.");
				});
		}
	}

	private static boolean isAnnotated(Class<?> type) {
		return AnnotatedElementUtils.hasAnnotation(type, Idempotent.class) || !MethodIntrospector
			.selectMethods(type, (Method method) -> AnnotatedElementUtils.hasAnnotation(method, Idempotent.class))
			.isEmpty();
	}

	/** By a mapping that nobody can look into, or by one that is no bean. */
	private void refuseWhatIsNotMapped() {
		List<Source> operations = this.handlers.methods()
			.map((mapped) -> new Annotated(Source.of(mapped.handler()), mapped.requestMethods()))
			.filter(Annotated::isOperation)
			.map(Annotated::source)
			.toList();
		for (String name : this.beans.getBeanNamesForType(Object.class, true, false)) {
			if (isController(name)) {
				Class<?> type = userClass(targetClass(name));
				MethodIntrospector.selectMethods(type, (Method method) -> isOperation(type, method))
					.stream()
					.filter((method) -> operations.stream().noneMatch((operation) -> isSame(operation, type, method)))
					.findFirst()
					.ifPresent((method) -> {
						throw notMapped(name, type, method);
					});
			}
		}
	}

	/** A mapping may know no more of a handler than a superclass or an interface. */
	static boolean isSame(Source operation, Class<?> type, Method method) {
		return operation.type().isAssignableFrom(type) && AopUtils.getMostSpecificMethod(operation.method(), type)
			.equals(AopUtils.getMostSpecificMethod(method, type));
	}

	private boolean isController(String name) {
		if (ScopedProxyUtils.isScopedTarget(name)) {
			return false;
		}
		Class<?> type = this.beans.getType(name, false);
		return type != null && AnnotatedElementUtils.hasAnnotation(type, Controller.class);
	}

	private static boolean isOperation(Class<?> type, Method method) {
		Set<String> requestMethods = requestMethods(type, method);
		return requestMethods != null && IdempotencyInterceptor.mayBeTouched(requestMethods)
				&& IdempotentOperations.isOperation(type, method, requestMethods);
	}

	private static @Nullable Set<String> requestMethods(Class<?> type, Method method) {
		HttpExchange exchange = AnnotatedElementUtils.findMergedAnnotation(method, HttpExchange.class);
		if (exchange != null) {
			return exchange.method().isEmpty() ? Set.of() : Set.of(exchange.method());
		}
		RequestMapping mapping = AnnotatedElementUtils.findMergedAnnotation(method, RequestMapping.class);
		if (mapping == null) {
			return null;
		}
		Set<String> methods = names(mapping);
		RequestMapping ofType = AnnotatedElementUtils.findMergedAnnotation(type, RequestMapping.class);
		if (ofType != null) {
			methods.addAll(names(ofType));
		}
		return methods;
	}

	private static Set<String> names(RequestMapping mapping) {
		return Arrays.stream(mapping.method())
			.map(RequestMethod::name)
			.collect(Collectors.toCollection(LinkedHashSet::new));
	}

	private static IdempotencyConfigurationException notMapped(String bean, Class<?> type, Method method) {
		return new IdempotencyConfigurationException(
				"The method " + type.getName() + "." + method.getName() + " of the bean '" + bean
						+ "' is annotated with @Idempotent, but none of the handler mappings maps it that are beans, or"
						+ " that a bean consists of: requests to it, if any, would run unprotected.",
				"If a handler mapping of your own serves the method, extend RequestMappingHandlerMapping, let the mapping"
						+ " be a bean, and give the bean of type " + INTERCEPTOR + " to it" + SET_INTERCEPTORS
						+ "If nothing serves it, remove @Idempotent from the method.");
	}

	private Class<?> targetClass(String name) {
		Class<?> type = AutoProxyUtils.determineTargetClass(this.beans, name);
		return (type != null) ? type : Object.class;
	}

	private static Class<?> userClass(@Nullable Class<?> type) {
		return (type != null) ? ClassUtils.getUserClass(type) : Object.class;
	}

	/**
	 * A handler method as the application wrote it.
	 *
	 * @param source the class and its method
	 * @param requestMethods the request methods that it is mapped to
	 */
	private record Annotated(Source source, Set<String> requestMethods) {

		boolean isOperation() {
			return IdempotentOperations.isOperation(this.source.type(), this.source.method(), this.requestMethods);
		}

		@Override
		public String toString() {
			return this.source.type().getName() + "." + this.source.method().getName();
		}

	}

}

package dev.idempotency.web;

import java.lang.reflect.Method;
import java.util.LinkedHashSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

import dev.idempotency.Idempotent;

/**
 * Lets the expression {@code unless} read and call its {@code #result} in a native image:
 * what a handler method is declared to return, and what that consists of.
 */
final class UnlessAotProcessor implements BeanRegistrationAotProcessor {

	private final BindingReflectionHintsRegistrar properties = new BindingReflectionHintsRegistrar();

	@Override
	public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean registeredBean) {
		Class<?> beanType = registeredBean.getBeanClass();
		if (!AnnotatedElementUtils.hasAnnotation(beanType, Controller.class)) {
			return null;
		}
		Set<Class<?>> results = new LinkedHashSet<>();
		MethodIntrospector
			.selectMethods(beanType,
					(MethodIntrospector.MetadataLookup<ResolvableType>) (method) -> hasUnless(beanType, method)
							? ResolvableType.forMethodReturnType(method, beanType) : null)
			.values()
			.forEach((type) -> collect(type, results));
		return results.isEmpty() ? null : (context, code) -> register(results, context.getRuntimeHints().reflection());
	}

	private static boolean hasUnless(Class<?> beanType, Method method) {
		if (!AnnotatedElementUtils.hasAnnotation(method, RequestMapping.class)) {
			return false;
		}
		Idempotent annotation = IdempotentOperations.annotation(beanType, method);
		return annotation != null && !annotation.unless().isEmpty();
	}

	/** Bodies come in a {@code ResponseEntity}, a {@code Callable} and the like. */
	private static void collect(ResolvableType type, Set<Class<?>> types) {
		Class<?> resolved = type.resolve();
		if (resolved != null && !resolved.getName().startsWith("java.") && !resolved.isPrimitive()) {
			types.add(resolved);
		}
		for (ResolvableType generic : type.getGenerics()) {
			collect(generic, types);
		}
	}

	private void register(Set<Class<?>> results, ReflectionHints hints) {
		for (Class<?> result : results) {
			hints.registerType(result, MemberCategory.INVOKE_PUBLIC_METHODS);
			this.properties.registerReflectionHints(hints, result);
		}
	}

}

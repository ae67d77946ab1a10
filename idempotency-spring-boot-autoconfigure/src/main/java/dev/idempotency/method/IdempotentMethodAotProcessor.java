package dev.idempotency.method;

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
import org.springframework.util.ClassUtils;

import dev.idempotency.Idempotent;

/**
 * Lets the expression {@code key} read and call the arguments of methods in a native
 * image, and the converter write and read their results.
 */
final class IdempotentMethodAotProcessor implements BeanRegistrationAotProcessor {

	private final BindingReflectionHintsRegistrar properties = new BindingReflectionHintsRegistrar();

	@Override
	public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean registeredBean) {
		Class<?> type = ClassUtils.getUserClass(registeredBean.getBeanClass());
		Set<Class<?>> arguments = new LinkedHashSet<>();
		Set<Class<?>> results = new LinkedHashSet<>();
		for (Method method : methods(type)) {
			for (int i = 0; i < method.getParameterCount(); i++) {
				collect(ResolvableType.forMethodParameter(method, i, type), arguments);
			}
			collect(ResolvableType.forMethodReturnType(method, type), results);
		}
		return (arguments.isEmpty() && results.isEmpty()) ? null
				: (context, code) -> register(arguments, results, context.getRuntimeHints().reflection());
	}

	private static Set<Method> methods(Class<?> type) {
		return MethodIntrospector
			.selectMethods(type,
					(MethodIntrospector.MetadataLookup<Idempotent>) (method) -> IdempotentMethods.annotation(type,
							method))
			.keySet();
	}

	/** Results come in a list, a {@code CompletionStage} and the like. */
	private static void collect(ResolvableType type, Set<Class<?>> types) {
		Class<?> resolved = type.isArray() ? type.getComponentType().resolve() : type.resolve();
		if (resolved != null && !resolved.getName().startsWith("java.") && !resolved.isPrimitive()) {
			types.add(resolved);
		}
		for (ResolvableType generic : type.getGenerics()) {
			collect(generic, types);
		}
	}

	private void register(Set<Class<?>> arguments, Set<Class<?>> results, ReflectionHints hints) {
		arguments.forEach((argument) -> hints.registerType(argument, MemberCategory.INVOKE_PUBLIC_METHODS));
		arguments.forEach((argument) -> this.properties.registerReflectionHints(hints, argument));
		results.forEach((result) -> this.properties.registerReflectionHints(hints, result));
	}

}

package dev.idempotency.web;

import java.lang.reflect.Method;
import java.util.Locale;
import java.util.regex.Pattern;

import org.springframework.util.ClassUtils;

/**
 * Names operations after their handler method: class and method in kebab case.
 *
 * @since 0.1.0
 */
public final class OperationNames {

	private static final Pattern WORD_BOUNDARY = Pattern
		.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+");

	private OperationNames() {
	}

	/**
	 * Returns the name of an operation that has none.
	 * @param beanType the class of the bean
	 * @param method the method
	 * @return class and method in kebab case
	 */
	public static String of(Class<?> beanType, Method method) {
		return kebab(ClassUtils.getUserClass(beanType).getSimpleName()) + "-" + kebab(method.getName());
	}

	private static String kebab(String name) {
		return WORD_BOUNDARY.matcher(name).replaceAll("-").toLowerCase(Locale.ROOT);
	}

}

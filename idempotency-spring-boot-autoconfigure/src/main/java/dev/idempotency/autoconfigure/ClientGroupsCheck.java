package dev.idempotency.autoconfigure;

import java.lang.reflect.Method;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Refuses names of HTTP service groups that do not exist.
 */
final class ClientGroupsCheck implements SmartInitializingSingleton {

	private final String property;

	private final List<String> groups;

	private final ListableBeanFactory beans;

	ClientGroupsCheck(String property, List<String> groups, ListableBeanFactory beans) {
		this.property = property;
		this.groups = groups;
		this.beans = beans;
	}

	@Override
	public void afterSingletonsInstantiated() {
		Class<?> registry = ClassUtils.resolveClassName(
				"org.springframework.web.service.registry.HttpServiceProxyRegistry", getClass().getClassLoader());
		Method groupNames = ClassUtils.getMethod(registry, "getGroupNames");
		Set<String> known = new TreeSet<>();
		this.beans.getBeansOfType(registry)
			.values()
			.forEach((bean) -> ((Collection<?>) ReflectionUtils.invokeMethod(groupNames, bean))
				.forEach((name) -> known.add(String.valueOf(name))));
		for (String group : this.groups) {
			if (!known.contains(group)) {
				throw new IdempotencyConfigurationException(
						"The property '" + this.property + "' names the HTTP service group '" + group
								+ "', but there is no such group.",
						known.isEmpty() ? "Declare groups by @ImportHttpServices, or set " + this.property + "=all."
								: "Use the name of a group:\n\n    " + String.join("\n    ", known));
			}
		}
	}

}

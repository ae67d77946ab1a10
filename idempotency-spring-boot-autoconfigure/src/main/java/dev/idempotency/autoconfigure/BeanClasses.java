package dev.idempotency.autoconfigure;

import java.lang.reflect.Proxy;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;

/**
 * The classes of beans, without their proxies, as far as they are known without creating
 * a bean.
 */
final class BeanClasses {

	private BeanClasses() {
	}

	/**
	 * Tells somebody the names and classes of all beans.
	 * @param beans the beans
	 * @param told who is told
	 */
	static void forEach(ConfigurableListableBeanFactory beans, BiConsumer<String, Class<?>> told) {
		for (String name : beans.getBeanNamesForType(Object.class, true, false)) {
			Class<?> type = ScopedProxyUtils.isScopedTarget(name) ? null : targetClass(beans, name);
			if (type != null && !Proxy.isProxyClass(type)) {
				told.accept(name, ClassUtils.getUserClass(type));
			}
		}
	}

	private static @Nullable Class<?> targetClass(ConfigurableListableBeanFactory beans, String name) {
		Object singleton = beans.containsSingleton(name) ? beans.getSingleton(name) : null;
		return (singleton != null) ? AopProxyUtils.ultimateTargetClass(singleton) : beans.getType(name, false);
	}

}

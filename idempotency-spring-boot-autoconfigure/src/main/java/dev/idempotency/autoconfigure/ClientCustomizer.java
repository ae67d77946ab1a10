package dev.idempotency.autoconfigure;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.core.Ordered;
import org.springframework.util.ReflectionUtils;

/**
 * Makes a customizer of clients, of a type that is not the same in each generation of
 * Spring: an interface whose one method gets either the client or the HTTP service groups
 * whose clients are to be customized. Runs as the last one.
 */
abstract class ClientCustomizer implements FactoryBean<Object>, InvocationHandler {

	private final Class<?> type;

	private final List<String> groups;

	/**
	 * Creates the factory.
	 * @param type the type of the customizer
	 * @param groups the names of the groups to customize, none for all
	 */
	ClientCustomizer(Class<?> type, List<String> groups) {
		this.type = type;
		this.groups = groups;
	}

	/**
	 * Adds keys to a client.
	 * @param client the client or its builder
	 */
	abstract void customize(Object client);

	@Override
	public Object getObject() {
		return proxy(this.type, Ordered.class);
	}

	@Override
	public Class<?> getObjectType() {
		return this.type;
	}

	private Object proxy(Class<?>... types) {
		return Proxy.newProxyInstance(types[0].getClassLoader(), types, this);
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
		switch (method.getName()) {
			case "customize" -> customize(arguments[0]);
			case "withClient" -> customize(arguments[1]);
			case "configureGroups" -> configure(arguments[0], method.getParameterTypes()[0]);
			case "getOrder" -> {
				return Ordered.LOWEST_PRECEDENCE;
			}
			case "equals" -> {
				return proxy == arguments[0];
			}
			default -> {
				return method.invoke(this, arguments);
			}
		}
		return null;
	}

	private void configure(Object all, Class<?> type) {
		Object selected = this.groups.isEmpty() ? all : ReflectionUtils
			.invokeMethod(method(type, "filterByName", "String[]"), all, (Object) this.groups.toArray(String[]::new));
		Method forEachClient = method(type, "forEachClient", "ClientCallback");
		ReflectionUtils.invokeMethod(forEachClient, selected, proxy(forEachClient.getParameterTypes()[0]));
	}

	private static Method method(Class<?> type, String name, String parameter) {
		return Stream.of(type.getMethods())
			.filter((method) -> method.getName().equals(name)
					&& method.getParameterTypes()[0].getSimpleName().equals(parameter))
			.findFirst()
			.orElseThrow();
	}

}

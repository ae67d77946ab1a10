package dev.idempotency.autoconfigure;

import java.lang.reflect.Method;
import java.util.Map;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.MethodIntrospector;

import dev.idempotency.Idempotent;
import dev.idempotency.method.IdempotentMethods;

/**
 * Refuses the start of an application without repository whose methods would run as often
 * as they are called, although they are annotated.
 */
final class UnprotectedMethods implements SmartInitializingSingleton {

	private final ConfigurableListableBeanFactory beans;

	UnprotectedMethods(ConfigurableListableBeanFactory beans) {
		this.beans = beans;
	}

	@Override
	public void afterSingletonsInstantiated() {
		BeanClasses.forEach(this.beans, (name, type) -> {
			Map<Method, Idempotent> annotated = MethodIntrospector.selectMethods(type,
					(MethodIntrospector.MetadataLookup<Idempotent>) (method) -> IdempotentMethods.annotation(type,
							method));
			annotated.keySet().forEach((method) -> {
				throw MethodsCheck.refusal(method,
						"would run unprotected: an application without Spring MVC has no repository unless it names"
								+ " one",
						"Say where the records are kept, for example:\n\n    idempotency.repository=jdbc\n\n"
								+ "Set idempotency.enabled=false to have the method run as often as it is called.");
			});
		});
	}

}

package dev.idempotency.autoconfigure;

import java.util.List;

import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.util.ClassUtils;

/**
 * Adds keys to the clients that {@code idempotency.client.apply-to} names, by the
 * customizers of whichever generation of Spring Boot is there.
 */
final class ClientCustomizers implements ImportBeanDefinitionRegistrar {

	private static final String PROPERTY = "idempotency.client.apply-to";

	private static final String NONE = "none";

	private static final String ALL = "all";

	private static final String WEB_CLIENT = "org.springframework.web.reactive.function.client.WebClient";

	/** Of Spring Framework 7. */
	private static final String BLOCKING_GROUPS = "org.springframework.web.client.support.RestClientHttpServiceGroupConfigurer";

	/** Of Spring Framework 7. */
	private static final String REACTIVE_GROUPS = "org.springframework.web.reactive.function.client.support.WebClientHttpServiceGroupConfigurer";

	/** Of Spring Boot 3, then 4. */
	private static final List<String> BLOCKING = List.of("org.springframework.boot.web.client.RestClientCustomizer",
			"org.springframework.boot.web.client.RestTemplateCustomizer",
			"org.springframework.boot.restclient.RestClientCustomizer",
			"org.springframework.boot.restclient.RestTemplateCustomizer");

	/** Of Spring Boot 3, then 4. */
	private static final List<String> REACTIVE = List.of(
			"org.springframework.boot.web.reactive.function.client.WebClientCustomizer",
			"org.springframework.boot.webclient.WebClientCustomizer");

	private final Environment environment;

	private final ClassLoader classLoader;

	ClientCustomizers(Environment environment, ClassLoader classLoader) {
		this.environment = environment;
		this.classLoader = classLoader;
	}

	@Override
	public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
		List<String> names = Binder.get(this.environment)
			.bind(PROPERTY, Bindable.listOf(String.class))
			.orElse(List.of(NONE));
		PropertyChecks.check(!names.isEmpty() && (names.size() == 1 || !(names.contains(NONE) || names.contains(ALL))),
				PROPERTY, String.join(",", names), "must be 'none', 'all', or names of HTTP service groups", ALL);
		if (names.contains(NONE)) {
			return;
		}
		boolean reactive = isPresent(WEB_CLIENT) && isPresent("reactor.core.publisher.Mono");
		if (names.contains(ALL)) {
			BLOCKING.forEach((type) -> register(registry, type, BlockingClientCustomizer.class, List.of()));
			if (reactive) {
				REACTIVE.forEach((type) -> register(registry, type, ReactiveClientCustomizer.class, List.of()));
			}
		}
		List<String> groups = names.contains(ALL) ? List.of() : names;
		register(registry, BLOCKING_GROUPS, BlockingClientCustomizer.class, groups);
		if (reactive) {
			register(registry, REACTIVE_GROUPS, ReactiveClientCustomizer.class, groups);
		}
		if (!groups.isEmpty()) {
			registerCheck(registry, groups);
		}
	}

	private boolean isPresent(String type) {
		return ClassUtils.isPresent(type, this.classLoader);
	}

	private void register(BeanDefinitionRegistry registry, String type, Class<?> customizer, List<String> groups) {
		if (isPresent(type)) {
			Class<?> customizerType = ClassUtils.resolveClassName(type, this.classLoader);
			RootBeanDefinition definition = definition(customizer, customizerType, groups);
			definition.setAttribute(FactoryBean.OBJECT_TYPE_ATTRIBUTE, customizerType);
			registry.registerBeanDefinition("idempotency" + type.substring(type.indexOf("boot") + 1), definition);
		}
	}

	private void registerCheck(BeanDefinitionRegistry registry, List<String> groups) {
		if (!isPresent(BLOCKING_GROUPS)) {
			throw new IdempotencyConfigurationException(
					"The property '" + PROPERTY + "' has the value '" + String.join(",", groups)
							+ "', but HTTP service groups exist from Spring Boot 4 on.",
					"Set " + PROPERTY + "=all, or 'none' and add the interceptor to single clients.");
		}
		registry.registerBeanDefinition("idempotencyClientGroupsCheck",
				definition(ClientGroupsCheck.class, PROPERTY, groups));
	}

	private static RootBeanDefinition definition(Class<?> type, Object... arguments) {
		RootBeanDefinition definition = new RootBeanDefinition(type);
		definition.setAutowireMode(AbstractBeanDefinition.AUTOWIRE_CONSTRUCTOR);
		definition.setRole(BeanDefinition.ROLE_INFRASTRUCTURE);
		for (int i = 0; i < arguments.length; i++) {
			definition.getConstructorArgumentValues().addIndexedArgumentValue(i, arguments[i]);
		}
		return definition;
	}

}

package dev.idempotency.web;

import java.util.List;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.HandlerMethodArgumentResolverComposite;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;

/**
 * Puts the observer of arguments in front of the argument resolvers of every handler
 * adapter: of this context before anyone can use it, and of a child context, which a
 * dispatcher servlet may have for itself, when that is refreshed.
 *
 * @since 0.1.0
 */
public final class ArgumentsObserverRegistrar implements BeanPostProcessor, ApplicationListener<ContextRefreshedEvent> {

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof RequestMappingHandlerAdapter adapter) {
			observe(adapter);
		}
		return bean;
	}

	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		ApplicationContext context = event.getApplicationContext();
		if (context.getParent() != null) {
			context.getBeansOfType(RequestMappingHandlerAdapter.class, false, false)
				.values()
				.forEach(ArgumentsObserverRegistrar::observe);
		}
	}

	private static void observe(RequestMappingHandlerAdapter adapter) {
		List<HandlerMethodArgumentResolver> resolvers = adapter.getArgumentResolvers();
		if (resolvers != null && resolvers.stream().noneMatch(ArgumentsObserver.class::isInstance)) {
			adapter.setArgumentResolvers(List
				.of(new ArgumentsObserver(new HandlerMethodArgumentResolverComposite().addResolvers(resolvers))));
		}
	}

}

package dev.idempotency.web;

import java.util.List;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.HandlerMethodArgumentResolverComposite;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;

/**
 * Puts the observer of arguments in front of the argument resolvers of every handler
 * adapter.
 *
 * @since 0.1.0
 */
public final class ArgumentsObserverRegistrar implements BeanPostProcessor {

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof RequestMappingHandlerAdapter adapter) {
			List<HandlerMethodArgumentResolver> resolvers = adapter.getArgumentResolvers();
			if (resolvers != null) {
				adapter.setArgumentResolvers(List
					.of(new ArgumentsObserver(new HandlerMethodArgumentResolverComposite().addResolvers(resolvers))));
			}
		}
		return bean;
	}

}

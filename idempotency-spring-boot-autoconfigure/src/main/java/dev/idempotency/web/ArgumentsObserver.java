package dev.idempotency.web;

import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.HandlerMethodArgumentResolverComposite;
import org.springframework.web.method.support.ModelAndViewContainer;

/**
 * Tells the exchange when the last argument of its handler method is resolved: what fails
 * before that, an unreadable or invalid body for example, is not the handler's answer and
 * is never recorded.
 */
final class ArgumentsObserver implements HandlerMethodArgumentResolver {

	private final HandlerMethodArgumentResolverComposite resolvers;

	/**
	 * Creates the observer.
	 * @param resolvers the resolvers that do the work
	 */
	ArgumentsObserver(HandlerMethodArgumentResolverComposite resolvers) {
		this.resolvers = resolvers;
	}

	@Override
	public boolean supportsParameter(MethodParameter parameter) {
		return this.resolvers.supportsParameter(parameter);
	}

	@Override
	public @Nullable Object resolveArgument(MethodParameter parameter, @Nullable ModelAndViewContainer container,
			NativeWebRequest request, @Nullable WebDataBinderFactory binderFactory) throws Exception {
		Object argument = this.resolvers.resolveArgument(parameter, container, request, binderFactory);
		if (parameter.getParameterIndex() == parameter.getExecutable().getParameterCount() - 1) {
			IdempotencyRequestWrapper wrapper = request.getNativeRequest(IdempotencyRequestWrapper.class);
			Exchange exchange = (wrapper != null) ? wrapper.exchange() : null;
			if (exchange != null && exchange.run().isOf(parameter.getMethod())) {
				exchange.run().argumentsResolved();
			}
		}
		return argument;
	}

}

package dev.idempotency.web;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.HandlerMethodArgumentResolverComposite;
import org.springframework.web.method.support.HandlerMethodReturnValueHandler;
import org.springframework.web.method.support.HandlerMethodReturnValueHandlerComposite;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.servlet.support.RequestContextUtils;

/**
 * Puts observers in front of the argument resolvers and return value handlers of the
 * adapters that may call a handler, whichever context they are in. Looked at anew for
 * each request under a claim, so that whoever puts something in front of them, whenever,
 * does not blind them.
 */
final class HandlerObservers {

	private final Map<WebApplicationContext, List<RequestMappingHandlerAdapter>> adapters = new ConcurrentHashMap<>(2);

	/**
	 * Makes sure that the observers are in their place.
	 * @param request a request whose handler is about to be called
	 */
	void install(HttpServletRequest request) {
		adapters(request).forEach(HandlerObservers::install);
	}

	/**
	 * Makes sure that the observers of an adapter are in their place. The adapter shows
	 * what is set before it has taken it over, so that of several threads only one may
	 * look and set: another one would find nothing to observe, for ever.
	 * @param adapter the adapter
	 */
	static void install(RequestMappingHandlerAdapter adapter) {
		if (isObserved(adapter)) {
			return;
		}
		synchronized (adapter) {
			List<HandlerMethodArgumentResolver> resolvers = adapter.getArgumentResolvers();
			if (resolvers != null && !isObserved(resolvers, ArgumentsObserver.class)) {
				adapter.setArgumentResolvers(List
					.of(new ArgumentsObserver(new HandlerMethodArgumentResolverComposite().addResolvers(resolvers))));
			}
			List<HandlerMethodReturnValueHandler> handlers = adapter.getReturnValueHandlers();
			if (handlers != null && !isObserved(handlers, ReturnValueObserver.class)) {
				adapter.setReturnValueHandlers(List
					.of(new ReturnValueObserver(new HandlerMethodReturnValueHandlerComposite().addHandlers(handlers))));
			}
		}
	}

	private static boolean isObserved(RequestMappingHandlerAdapter adapter) {
		return isObserved(adapter.getArgumentResolvers(), ArgumentsObserver.class)
				&& isObserved(adapter.getReturnValueHandlers(), ReturnValueObserver.class);
	}

	private static boolean isObserved(@Nullable List<?> parts, Class<?> observer) {
		return parts != null && parts.size() == 1 && observer.isInstance(parts.get(0));
	}

	/**
	 * Returns the converters by which handlers read the body of a request.
	 * @param request the request
	 * @return the converters
	 */
	List<HttpMessageConverter<?>> converters(HttpServletRequest request) {
		return adapters(request).stream().flatMap((adapter) -> adapter.getMessageConverters().stream()).toList();
	}

	private List<RequestMappingHandlerAdapter> adapters(HttpServletRequest request) {
		WebApplicationContext context = RequestContextUtils.findWebApplicationContext(request);
		return (context != null) ? this.adapters.computeIfAbsent(context, HandlerObservers::find) : List.of();
	}

	private static List<RequestMappingHandlerAdapter> find(WebApplicationContext context) {
		return List.copyOf(
				BeanFactoryUtils.beansOfTypeIncludingAncestors(context, RequestMappingHandlerAdapter.class, true, false)
					.values());
	}

}

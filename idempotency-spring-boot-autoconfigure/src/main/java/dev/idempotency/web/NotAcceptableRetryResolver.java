package dev.idempotency.web;

import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.HandlerExecutionChain;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.servlet.support.RequestContextUtils;

import dev.idempotency.IdempotencyException;

/**
 * Answers a retry that accepts something else than its mapping produces. Spring refuses
 * it before any interceptor runs; but what is replayed is the first representation,
 * whatever the retry accepts.
 * <p>
 * The interceptors of the handler run as for any request, and ours, the last of them,
 * only looks for a record: a request without one stays refused.
 *
 * @since 0.1.0
 */
public final class NotAcceptableRetryResolver implements HandlerExceptionResolver, Ordered {

	private static final Logger logger = LoggerFactory.getLogger(NotAcceptableRetryResolver.class);

	/** Request attribute: the request must not be claimed. */
	static final String REPLAY_ONLY = NotAcceptableRetryResolver.class.getName() + ".REPLAY_ONLY";

	private final IdempotentOperations operations;

	/**
	 * Creates the resolver.
	 * @param operations the operations of the application
	 */
	public NotAcceptableRetryResolver(IdempotentOperations operations) {
		this.operations = operations;
	}

	@Override
	public @Nullable ModelAndView resolveException(HttpServletRequest request, HttpServletResponse response,
			@Nullable Object handler, Exception exception) {
		if (handler != null || !(exception instanceof HttpMediaTypeNotAcceptableException)
				|| IdempotencyInterceptor.isUntouched(request)) {
			return null;
		}
		LenientRequest lenient = new LenientRequest(request);
		HandlerExecutionChain chain = find(request, lenient);
		if (chain == null) {
			return null;
		}
		Map<String, @Nullable Object> before = lenient.publish();
		if (isAnswered(chain, request, response)) {
			return new ModelAndView();
		}
		before.forEach(request::setAttribute);
		return null;
	}

	/**
	 * Finds the handler where the dispatcher servlet of the request looks for handlers,
	 * which may have a context of its own.
	 */
	private @Nullable HandlerExecutionChain find(HttpServletRequest request, HttpServletRequest lenient) {
		WebApplicationContext context = RequestContextUtils.findWebApplicationContext(request);
		if (context == null) {
			return null;
		}
		for (RequestMappingHandlerMapping mapping : context.getBeanProvider(RequestMappingHandlerMapping.class)) {
			try {
				HandlerExecutionChain chain = mapping.getHandler(lenient);
				if (chain != null && chain.getHandler() instanceof HandlerMethod method
						&& this.operations.find(method) != null) {
					return chain;
				}
			}
			catch (Exception ex) {
				logger.trace("No handler in this mapping either", ex);
			}
		}
		return null;
	}

	private static boolean isAnswered(HandlerExecutionChain chain, HttpServletRequest request,
			HttpServletResponse response) {
		request.setAttribute(REPLAY_ONLY, true);
		List<HandlerInterceptor> interceptors = chain.getInterceptorList();
		int entered = 0;
		try {
			for (HandlerInterceptor interceptor : interceptors) {
				if (!interceptor.preHandle(request, response, chain.getHandler())) {
					return true;
				}
				entered++;
			}
			return false;
		}
		catch (IdempotencyException ex) {
			return isRendered(ex, response);
		}
		catch (RuntimeException ex) {
			if (interceptors.get(entered) instanceof IdempotencyInterceptor && ReplayAuthorization.isRefusal(ex)) {
				throw ex;
			}
			return isRefused(ex);
		}
		catch (Exception ex) {
			return isRefused(ex);
		}
		finally {
			request.removeAttribute(REPLAY_ONLY);
			leave(interceptors.subList(0, entered), chain.getHandler(), request, response);
		}
	}

	private static boolean isRefused(Exception reason) {
		logger.debug("An interceptor refused a retry, which stays not acceptable", reason);
		return false;
	}

	private static boolean isRendered(IdempotencyException refusal, HttpServletResponse response) {
		try {
			ProblemAdvice.render(refusal, response);
		}
		catch (IOException ex) {
			logger.debug("The client is gone", ex);
		}
		return true;
	}

	private static void leave(List<HandlerInterceptor> entered, Object handler, HttpServletRequest request,
			HttpServletResponse response) {
		for (int i = entered.size() - 1; i >= 0; i--) {
			try {
				entered.get(i).afterCompletion(request, response, handler, null);
			}
			catch (Exception ex) {
				logger.debug("An interceptor failed after completion", ex);
			}
		}
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	/**
	 * The request as if it accepted everything, with attributes of its own, so that a
	 * search that finds nothing leaves no trace.
	 */
	private static final class LenientRequest extends HttpServletRequestWrapper {

		private final Map<String, Object> attributes = new HashMap<>();

		LenientRequest(HttpServletRequest request) {
			super(request);
			request.getAttributeNames()
				.asIterator()
				.forEachRemaining((name) -> this.attributes.put(name, request.getAttribute(name)));
		}

		@Override
		public @Nullable String getHeader(String name) {
			return name.equalsIgnoreCase(HttpHeaders.ACCEPT) ? MediaType.ALL_VALUE : super.getHeader(name);
		}

		@Override
		public Enumeration<String> getHeaders(String name) {
			return name.equalsIgnoreCase(HttpHeaders.ACCEPT) ? Collections.enumeration(List.of(MediaType.ALL_VALUE))
					: super.getHeaders(name);
		}

		@Override
		public @Nullable Object getAttribute(String name) {
			return this.attributes.get(name);
		}

		@Override
		public void setAttribute(String name, @Nullable Object value) {
			if (value != null) {
				this.attributes.put(name, value);
			}
			else {
				this.attributes.remove(name);
			}
		}

		@Override
		public void removeAttribute(String name) {
			this.attributes.remove(name);
		}

		/**
		 * Gives the request what was found out of it, path variables for example.
		 * @return what it had before
		 */
		Map<String, @Nullable Object> publish() {
			Map<String, @Nullable Object> before = new HashMap<>();
			this.attributes.forEach((name, value) -> {
				Object old = getRequest().getAttribute(name);
				if (old != value) {
					before.put(name, old);
					getRequest().setAttribute(name, value);
				}
			});
			return before;
		}

		@Override
		public Enumeration<String> getAttributeNames() {
			return Collections.enumeration(this.attributes.keySet());
		}

	}

}

package dev.idempotency.web;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.context.ApplicationContext;
import org.springframework.util.ClassUtils;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerAdapter;
import org.springframework.web.servlet.support.RequestContextUtils;

/**
 * Has the method security of a handler decide whether a client may have what is recorded.
 * A handler without any is found out once; for its replays nothing is resolved.
 */
final class ReplayAuthorization {

	private static final Logger logger = LoggerFactory.getLogger(ReplayAuthorization.class);

	private static final boolean METHOD_SECURITY = ClassUtils.isPresent(
			"org.springframework.security.authorization.method.AuthorizationAdvisor",
			ReplayAuthorization.class.getClassLoader());

	private final Map<Handler, Optional<AuthorizationGate>> gates = new ConcurrentHashMap<>();

	/**
	 * Returns whether an exception of {@link #check} says that the client may not have
	 * the response.
	 * @param exception the exception
	 * @return whether Spring Security is to answer it
	 */
	static boolean isRefusal(Exception exception) {
		return METHOD_SECURITY && MethodSecurity.isRefusal(exception);
	}

	/**
	 * Returns if the client may have the recorded response, and throws an exception of
	 * Spring Security if not, or if that cannot be decided.
	 * @param handler the handler whose response is recorded
	 * @param request the request for it
	 * @param response the response, to which nothing is written
	 */
	void check(HandlerMethod handler, HttpServletRequest request, HttpServletResponse response) {
		if (METHOD_SECURITY && handler.getBean() instanceof Advised proxy
				&& !mayBeCalled(handler, proxy, request, response)) {
			throw MethodSecurity.undecided();
		}
	}

	private boolean mayBeCalled(HandlerMethod handler, Advised proxy, HttpServletRequest request,
			HttpServletResponse response) {
		ApplicationContext context = RequestContextUtils.findWebApplicationContext(request);
		try {
			Handler key = new Handler(context, handler.getBean().getClass(), proxy.getTargetClass(),
					handler.getMethod());
			Optional<AuthorizationGate> gate = this.gates.get(key);
			if (gate == null) {
				gate = gate(handler);
				this.gates.put(key, gate);
			}
			return gate.isEmpty() || gate.get().isPassed(handler, adapter(context, handler), request, response);
		}
		catch (RuntimeException ex) {
			if (isRefusal(ex)) {
				throw ex;
			}
			return isUndecided(handler, ex);
		}
		catch (Exception ex) {
			return isUndecided(handler, ex);
		}
	}

	private static boolean isUndecided(HandlerMethod handler, Exception reason) {
		logger.debug("Nothing is replayed of {}, because its method security cannot be asked", handler, reason);
		return false;
	}

	private static Optional<AuthorizationGate> gate(HandlerMethod handler) throws Exception {
		try (Unwrapped unwrapped = Unwrapped.of(handler.getBean())) {
			List<Advisor> advisors = unwrapped.advisorsOf(handler.getMethod())
				.stream()
				.filter(MethodSecurity::isDecidedBy)
				.toList();
			return advisors.isEmpty() ? Optional.empty()
					: Optional.of(new AuthorizationGate(handler, unwrapped.target().getClass(), advisors));
		}
	}

	/** Returns the adapter that calls the handler for the dispatcher servlet. */
	private static HandlerAdapter adapter(@Nullable ApplicationContext context, HandlerMethod handler) {
		if (context == null) {
			throw new IllegalStateException("The request did not pass a dispatcher servlet");
		}
		return context.getBeanProvider(HandlerAdapter.class)
			.orderedStream()
			.filter((adapter) -> adapter.supports(handler))
			.findFirst()
			.orElseThrow();
	}

	/**
	 * What the advisors of a handler depend on.
	 *
	 * @param context where it is called
	 * @param proxyClass the class of the bean
	 * @param targetClass the class around which the bean is a proxy
	 * @param method the handler method
	 */
	private record Handler(@Nullable ApplicationContext context, Class<?> proxyClass, @Nullable Class<?> targetClass,
			Method method) {
	}

}

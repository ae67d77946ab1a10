package dev.idempotency.web;

import java.lang.reflect.Method;
import java.util.List;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.Advisor;
import org.springframework.aop.TargetSource;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.web.context.request.async.WebAsyncUtils;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerAdapter;

/**
 * Stands in place of the bean of a handler, with the advisors of its method security and
 * nothing behind them. Who gets through them may call the handler:
 *
 * <pre>
 *   handler method ───► enter ───► advisors ───► arrive
 *   other methods ────────┴──────► the bean
 * </pre>
 *
 * Other methods are the init binders and model attributes that arguments need.
 */
final class AuthorizationGate {

	private static final Logger logger = LoggerFactory.getLogger(AuthorizationGate.class);

	private static final ThreadLocal<@Nullable Visit> visits = new ThreadLocal<>();

	private final Class<?> targetClass;

	private final Method method;

	/** {@code null} where no proxy can be made: nobody gets through. */
	private final @Nullable HandlerMethod entrance;

	/**
	 * Creates the gate of a handler.
	 * @param handler the handler
	 * @param targetClass the class of its bean without proxies
	 * @param advisors those that decide who may call it
	 */
	AuthorizationGate(HandlerMethod handler, Class<?> targetClass, List<Advisor> advisors) {
		this.targetClass = targetClass;
		this.method = AopUtils.getMostSpecificMethod(handler.getMethod(), targetClass);
		this.entrance = entrance(handler, advisors);
	}

	private @Nullable HandlerMethod entrance(HandlerMethod handler, List<Advisor> advisors) {
		Class<?> type = handler.getBean().getClass();
		ProxyFactory factory = new ProxyFactory();
		factory.setTargetSource(new Visited());
		if (AopUtils.isJdkDynamicProxy(handler.getBean())) {
			factory.setInterfaces(type.getInterfaces());
		}
		else {
			factory.setProxyTargetClass(true);
		}
		factory.addAdvice((MethodInterceptor) this::enter);
		factory.addAdvisors(advisors);
		factory.addAdvice((MethodInterceptor) this::arrive);
		try {
			return new HandlerMethod(factory.getProxy(type.getClassLoader()), handler.getMethod());
		}
		catch (RuntimeException ex) {
			logger.warn("No response of {} is replayed, each retry gets 403: its method security can only be asked"
					+ " through a proxy, which cannot be made here. Check the right in the filter chain"
					+ " (authorizeHttpRequests) and not on the method", handler, ex);
			return null;
		}
	}

	/**
	 * Calls the handler up to where its method would begin.
	 * @param handler the handler
	 * @param adapter what calls it, for a request that is no retry
	 * @param request the request
	 * @param response the response, to which nothing is written
	 * @return whether method security lets the call pass
	 * @throws Exception if it does not, or an argument cannot be resolved
	 */
	boolean isPassed(HandlerMethod handler, HandlerAdapter adapter, HttpServletRequest request,
			HttpServletResponse response) throws Exception {
		if (this.entrance == null) {
			return false;
		}
		Object asyncManager = request.getAttribute(WebAsyncUtils.WEB_ASYNC_MANAGER_ATTRIBUTE);
		request.removeAttribute(WebAsyncUtils.WEB_ASYNC_MANAGER_ATTRIBUTE);
		try (Unwrapped unwrapped = Unwrapped.of(handler.getBean())) {
			Visit visit = new Visit(handler.getBean(), unwrapped.target());
			visits.set(visit);
			try {
				adapter.handle(new SynchronousRequest(request), DiscardedResponse.of(response), this.entrance);
			}
			catch (Exception ex) {
				if (!visit.arrived || MethodSecurity.isRefusal(ex)) {
					throw ex;
				}
			}
			return visit.arrived;
		}
		finally {
			visits.remove();
			request.setAttribute(WebAsyncUtils.WEB_ASYNC_MANAGER_ATTRIBUTE, asyncManager);
		}
	}

	private @Nullable Object enter(MethodInvocation invocation) throws Throwable {
		if (!AopUtils.getMostSpecificMethod(invocation.getMethod(), this.targetClass).equals(this.method)) {
			return AopUtils.invokeJoinpointUsingReflection(visit().bean, invocation.getMethod(),
					invocation.getArguments());
		}
		invocation.proceed();
		throw new CallEndedException("Something has answered in place of the handler");
	}

	private Object arrive(MethodInvocation invocation) {
		visit().arrived = true;
		throw new CallEndedException("The handler may be called");
	}

	private Visit visit() {
		Visit visit = visits.get();
		if (visit == null) {
			throw new IllegalStateException("The gate is only there while it is asked");
		}
		return visit;
	}

	/**
	 * One call.
	 */
	private static final class Visit {

		private final Object bean;

		private final Object target;

		private boolean arrived;

		Visit(Object bean, Object target) {
			this.bean = bean;
			this.target = target;
		}

	}

	/**
	 * What expressions call {@code this}: the bean of the handler without its proxies.
	 */
	private final class Visited implements TargetSource {

		@Override
		public Class<?> getTargetClass() {
			return AuthorizationGate.this.targetClass;
		}

		@Override
		public Object getTarget() {
			return visit().target;
		}

	}

	/**
	 * Ends a call before the handler runs, or anything is made of its result.
	 */
	private static final class CallEndedException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		CallEndedException(String message) {
			super(message, null, false, false);
		}

	}

	/**
	 * A request that is answered at once, so that no part of the call goes on elsewhere.
	 */
	private static final class SynchronousRequest extends HttpServletRequestWrapper {

		SynchronousRequest(HttpServletRequest request) {
			super(request);
		}

		@Override
		public boolean isAsyncSupported() {
			return false;
		}

	}

}

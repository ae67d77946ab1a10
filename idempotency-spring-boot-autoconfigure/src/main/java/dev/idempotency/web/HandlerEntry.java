package dev.idempotency.web;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Set;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.NativeDetector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.stereotype.Controller;
import org.springframework.util.ReflectionUtils.MethodFilter;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.method.ControllerAdviceBean;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;

/**
 * Tells the exchange when its handler method is entered, where advice stands around it: a
 * transaction that cannot commit, an aspect that translates exceptions or a result that
 * does not validate comes after that; authorization or validation of arguments before.
 * <p>
 * Without an order, and so behind the ordered post-processors, which make proxies: it
 * adds to their proxies one advisor in front, on the thread of the request, and one next
 * to the method, on whichever thread that is called. Without a proxy, the last argument
 * tells; a handler that has none, and a model made before, gets a proxy of its own.
 *
 * @since 0.1.0
 */
public final class HandlerEntry implements BeanPostProcessor, ApplicationContextAware {

	private static final DefaultPointcutAdvisor OUTERMOST = new DefaultPointcutAdvisor(new Outermost());

	private static final DefaultPointcutAdvisor INNERMOST = new DefaultPointcutAdvisor(new Innermost());

	private @Nullable ApplicationContext context;

	@Override
	public void setApplicationContext(ApplicationContext applicationContext) {
		this.context = applicationContext;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof RequestMappingHandlerAdapter adapter) {
			// Before it serves anybody: while it is told, it has nothing to resolve with
			HandlerObservers.install(adapter);
		}
		if (bean instanceof Advised advised) {
			if (!advised.isFrozen() && !isObserved(bean) && isHandler(AopUtils.getTargetClass(bean))) {
				observe(advised);
			}
			return bean;
		}
		return (isHandler(bean.getClass()) && isBlind(bean.getClass())) ? proxy(bean) : bean;
	}

	private static void observe(Advised advised) {
		advised.addAdvisor(0, OUTERMOST);
		advised.addAdvisor(INNERMOST);
	}

	private static Object proxy(Object bean) {
		ProxyFactory factory = new ProxyFactory(bean);
		factory.setProxyTargetClass(true);
		observe(factory);
		return factory.getProxy(bean.getClass().getClassLoader());
	}

	private static boolean isHandler(Class<?> type) {
		return AnnotatedElementUtils.hasAnnotation(type, Controller.class)
				|| AnnotatedElementUtils.hasAnnotation(type, RequestMapping.class);
	}

	/**
	 * Returns whether nobody else could tell when a method of a handler is entered: one
	 * without parameters, whose model is made by other methods before.
	 */
	private boolean isBlind(Class<?> type) {
		Set<Method> handlers = MethodIntrospector.selectMethods(type,
				(MethodFilter) (method) -> AnnotatedElementUtils.hasAnnotation(method, RequestMapping.class));
		return handlers.stream()
			.anyMatch((method) -> method.getParameterCount() == 0
					&& IdempotentOperations.annotation(type, method) != null)
				&& hasModel(type) && isExtensible(type, handlers);
	}

	private boolean hasModel(Class<?> type) {
		return makesModel(type) || (this.context != null && ControllerAdviceBean.findAnnotatedBeans(this.context)
			.stream()
			.anyMatch((advice) -> advice.getBeanType() != null && makesModel(advice.getBeanType())
					&& advice.isApplicableToBeanType(type)));
	}

	private static boolean makesModel(Class<?> type) {
		return !MethodIntrospector.selectMethods(type, RequestMappingHandlerAdapter.MODEL_ATTRIBUTE_METHODS).isEmpty();
	}

	private static boolean isExtensible(Class<?> type, Set<Method> handlers) {
		return !NativeDetector.inNativeImage() && !Modifier.isFinal(type.getModifiers()) && handlers.stream()
			.noneMatch(
					(method) -> Modifier.isFinal(method.getModifiers()) || Modifier.isPrivate(method.getModifiers()));
	}

	static boolean isObserved(Object bean) {
		return bean instanceof Advised advised && advised.indexOf(INNERMOST) != -1;
	}

	/**
	 * Notes whose call it is.
	 */
	private static final class Outermost implements MethodInterceptor {

		@Override
		public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
			Exchange exchange = current();
			if (exchange != null && isCallOf(exchange, invocation)
					&& invocation instanceof ProxyMethodInvocation call) {
				call.setUserAttribute(HandlerEntry.class.getName(), exchange);
			}
			return invocation.proceed();
		}

		private static @Nullable Exchange current() {
			RequestAttributes attributes = RequestContextHolder.getRequestAttributes();
			return (attributes instanceof ServletRequestAttributes servlet) ? Exchange.find(servlet.getRequest())
					: null;
		}

		private static boolean isCallOf(Exchange exchange, MethodInvocation invocation) {
			Object target = invocation.getThis();
			Class<?> type = (target != null) ? AopUtils.getTargetClass(target) : null;
			return specific(exchange.run().method(), type).equals(specific(invocation.getMethod(), type));
		}

		private static Method specific(Method method, @Nullable Class<?> type) {
			return BridgeMethodResolver.findBridgedMethod(AopUtils.getMostSpecificMethod(method, type));
		}

	}

	/**
	 * Tells the exchange.
	 */
	private static final class Innermost implements MethodInterceptor {

		@Override
		public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
			if (invocation instanceof ProxyMethodInvocation call
					&& call.getUserAttribute(HandlerEntry.class.getName()) instanceof Exchange exchange) {
				exchange.run().entered();
			}
			return invocation.proceed();
		}

	}

}

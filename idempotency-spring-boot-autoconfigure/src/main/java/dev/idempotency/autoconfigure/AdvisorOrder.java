package dev.idempotency.autoconfigure;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;

import org.aopalliance.intercept.MethodInterceptor;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.AopUtils;
import org.springframework.util.ClassUtils;

import dev.idempotency.method.IdempotentMethodAdvisor;

/**
 * Looks at the proxy of a bean: what is called asynchronously, tried again or authorized
 * is the call of an operation, and the transaction of a method is part of it.
 */
final class AdvisorOrder {

	private static final List<String> OUTSIDE = List.of("org.springframework.aop.interceptor.AsyncExecutionInterceptor",
			"org.springframework.retry.interceptor.RetryOperationsInterceptor",
			"org.springframework.retry.annotation.AnnotationAwareRetryOperationsInterceptor",
			"org.springframework.resilience.retry.AbstractRetryInterceptor",
			"org.springframework.security.authorization.method.AuthorizationAdvisor",
			"org.springframework.security.authorization.method.AuthorizationManagerBeforeMethodInterceptor");

	private static final List<String> INSIDE = List
		.of("org.springframework.transaction.interceptor.TransactionInterceptor");

	private AdvisorOrder() {
	}

	/**
	 * Checks the order of advice.
	 * @param bean the bean
	 * @param type its class
	 * @param method the annotated method
	 * @throws IdempotencyConfigurationException if it is not proxied, or in another order
	 */
	static void check(Object bean, Class<?> type, Method method) {
		Advisor[] advisors = (bean instanceof Advised advised) ? advised.getAdvisors() : new Advisor[0];
		int own = indexOfOwn(advisors);
		if (own == -1) {
			throw MethodsCheck.refusal(method, "its bean is not behind a proxy that could make it so",
					"Do not have the bean made before others can post-process it (see the log for 'not eligible for"
							+ " getting processed by all BeanPostProcessors'), or move the method to another bean.");
		}
		for (int i = 0; i < advisors.length; i++) {
			if (AopUtils.canApply(advisors[i], type) && appliesTo(advisors[i], method, type)) {
				Object advice = advisors[i].getAdvice();
				if (i > own && isOne(advice, OUTSIDE)) {
					throw misplaced(method, advice, "within",
							"has it run within the operation: each retry, and the work on"
									+ " another thread, would be part of one call");
				}
				if (i < own && isOne(advice, INSIDE)) {
					throw misplaced(method, advice, "around",
							"commits after the result has been recorded: what is rolled back then would never be done");
				}
			}
		}
	}

	private static int indexOfOwn(Advisor[] advisors) {
		for (int i = 0; i < advisors.length; i++) {
			if (advisors[i] instanceof IdempotentMethodAdvisor) {
				return i;
			}
		}
		return -1;
	}

	private static boolean appliesTo(Advisor advisor, Method method, Class<?> type) {
		return !(advisor instanceof org.springframework.aop.PointcutAdvisor pointcut)
				|| pointcut.getPointcut().getMethodMatcher().matches(method, type);
	}

	private static boolean isOne(Object advice, List<String> names) {
		return (advice instanceof MethodInterceptor
				&& Arrays.stream(ClassUtils.getAllInterfaces(advice)).map(Class::getName).anyMatch(names::contains))
				|| isSubclassOfOne(advice.getClass(), names);
	}

	private static boolean isSubclassOfOne(Class<?> type, List<String> names) {
		for (Class<?> current = type; current != null; current = current.getSuperclass()) {
			if (names.contains(current.getName())) {
				return true;
			}
		}
		return false;
	}

	private static IdempotencyConfigurationException misplaced(Method method, Object advice, String where,
			String reason) {
		return MethodsCheck.refusal(method,
				"the advice " + advice.getClass().getName() + " stands " + where + " it, which " + reason,
				"Give that advice another order than " + IdempotentMethodAdvisor.ORDER + " has, for example:\n\n"
						+ "    @EnableRetry(order = Ordered.LOWEST_PRECEDENCE - 200)\n"
						+ "    @EnableTransactionManagement(order = Ordered.LOWEST_PRECEDENCE)");
	}

}

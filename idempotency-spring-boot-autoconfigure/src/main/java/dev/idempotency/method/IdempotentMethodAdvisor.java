package dev.idempotency.method;

import java.lang.reflect.Method;
import java.util.function.Supplier;

import org.aopalliance.aop.Advice;
import org.aopalliance.intercept.MethodInterceptor;
import org.springframework.aop.support.StaticMethodMatcherPointcutAdvisor;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.function.SingletonSupplier;

import dev.idempotency.Idempotent;

/**
 * Has annotated methods of beans run once per key. Outside {@code @Transactional}, so
 * that a result is recorded with what it is the result of; inside everything else.
 *
 * @since 0.1.0
 */
public final class IdempotentMethodAdvisor extends StaticMethodMatcherPointcutAdvisor {

	/** There is room for others between this and the transaction. */
	public static final int ORDER = Ordered.LOWEST_PRECEDENCE - 100;

	private static final long serialVersionUID = 1L;

	/**
	 * Creates the advisor.
	 * @param calls the way of a call, asked for at the first one
	 */
	public IdempotentMethodAdvisor(Supplier<MethodOperations> calls) {
		SingletonSupplier<MethodInterceptor> interceptor = SingletonSupplier.of(() -> calls.get().interceptor());
		setAdvice(advice(interceptor));
		setOrder(ORDER);
		setClassFilter((type) -> AnnotationUtils.isCandidateClass(type, Idempotent.class));
	}

	private static Advice advice(SingletonSupplier<MethodInterceptor> interceptor) {
		return (MethodInterceptor) (invocation) -> interceptor.obtain().invoke(invocation);
	}

	@Override
	public boolean matches(Method method, Class<?> targetClass) {
		return IdempotentMethods.annotation(targetClass, method) != null;
	}

}

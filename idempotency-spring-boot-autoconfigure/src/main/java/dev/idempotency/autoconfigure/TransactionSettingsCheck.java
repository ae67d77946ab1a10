package dev.idempotency.autoconfigure;

import java.lang.reflect.Method;
import java.util.Locale;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Advisor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.core.Ordered;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.transaction.interceptor.TransactionAttributeSource;

/**
 * Refuses methods that would join the transaction of an operation and ask for another
 * isolation or a shorter time-out than that has: a transaction manager ignores what a
 * joining method asks for.
 */
final class TransactionSettingsCheck implements MethodInterceptor {

	private final @Nullable TransactionAttributeSource source;

	private TransactionSettingsCheck(@Nullable TransactionAttributeSource source) {
		this.source = source;
	}

	/**
	 * Returns the advisor for all transactional methods, to be asked before the one that
	 * begins their transactions.
	 * @param source knows what methods ask for, {@code null} if none can ask
	 * @return the advisor
	 */
	static Advisor advisor(@Nullable TransactionAttributeSource source) {
		TransactionSettingsCheck check = new TransactionSettingsCheck(source);
		DefaultPointcutAdvisor advisor = new DefaultPointcutAdvisor(new StaticMethodMatcherPointcut() {

			@Override
			public boolean matches(Method method, Class<?> targetClass) {
				return check.attribute(method, targetClass) != null;
			}

		}, check);
		advisor.setOrder(Ordered.LOWEST_PRECEDENCE - 1);
		return advisor;
	}

	private @Nullable TransactionAttribute attribute(Method method, @Nullable Class<?> targetClass) {
		return (this.source != null) ? this.source.getTransactionAttribute(method, targetClass) : null;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		OperationTransaction open = OperationTransaction.current();
		if (open != null) {
			Object target = invocation.getThis();
			TransactionAttribute wanted = attribute(invocation.getMethod(),
					(target != null) ? AopUtils.getTargetClass(target) : null);
			if (wanted != null && joins(wanted) && open.isOfManager(wanted.getQualifier())) {
				check(open, wanted, invocation.getMethod());
			}
		}
		return invocation.proceed();
	}

	private static boolean joins(TransactionDefinition wanted) {
		return switch (wanted.getPropagationBehavior()) {
			case TransactionDefinition.PROPAGATION_REQUIRES_NEW, TransactionDefinition.PROPAGATION_NOT_SUPPORTED,
					TransactionDefinition.PROPAGATION_NEVER ->
				false;
			default -> true;
		};
	}

	private static void check(OperationTransaction open, TransactionDefinition wanted, Method method) {
		if (wanted.getIsolationLevel() != TransactionDefinition.ISOLATION_DEFAULT
				&& wanted.getIsolationLevel() != open.settings().getIsolationLevel()) {
			throw refusal(open, method, "isolation = Isolation." + name(wanted.getIsolationLevel()),
					"isolation " + name(open.settings().getIsolationLevel()).toLowerCase(Locale.ROOT));
		}
		if (wanted.getTimeout() != TransactionDefinition.TIMEOUT_DEFAULT && !isWithin(open.settings(), wanted)) {
			throw refusal(open, method, "timeout = " + wanted.getTimeout(),
					(open.settings().getTimeout() == TransactionDefinition.TIMEOUT_DEFAULT) ? "no timeout of its own"
							: "a timeout of " + open.settings().getTimeout() + " s");
		}
	}

	private static boolean isWithin(TransactionDefinition settings, TransactionDefinition wanted) {
		return settings.getTimeout() != TransactionDefinition.TIMEOUT_DEFAULT
				&& settings.getTimeout() <= wanted.getTimeout();
	}

	private static String name(int isolation) {
		for (Isolation known : Isolation.values()) {
			if (known.value() == isolation) {
				return known.name();
			}
		}
		return String.valueOf(isolation);
	}

	private static IllegalStateException refusal(OperationTransaction open, Method method, String wanted,
			String given) {
		return new IllegalStateException("The method " + method.getDeclaringClass().getName() + "." + method.getName()
				+ " asks for @Transactional(" + wanted + "), but runs in the transaction of the operation "
				+ open.operation() + ", which has " + given + ". Write @Transactional(" + wanted
				+ ") on the handler method of the operation too, from which its transaction takes its settings, or"
				+ " give the method a transaction of its own (Propagation.REQUIRES_NEW)");
	}

}

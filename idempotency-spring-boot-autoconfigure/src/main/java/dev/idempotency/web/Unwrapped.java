package dev.idempotency.web;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.Advisor;
import org.springframework.aop.MethodMatcher;
import org.springframework.aop.Pointcut;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.TargetSource;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.AopUtils;

/**
 * A bean without the proxies around it, as long as it is needed.
 */
final class Unwrapped implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(Unwrapped.class);

	private final List<Advised> proxies = new ArrayList<>();

	private final Deque<Borrowed> borrowed = new ArrayDeque<>();

	private Object target;

	private Unwrapped(Object bean) {
		this.target = bean;
	}

	/**
	 * Takes the proxies of a bean off.
	 * @param bean the bean
	 * @return what is in its proxies
	 * @throws Exception if there is nothing to be had
	 */
	static Unwrapped of(Object bean) throws Exception {
		Unwrapped unwrapped = new Unwrapped(bean);
		try {
			while (unwrapped.target instanceof Advised proxy) {
				unwrapped.takeOff(proxy);
			}
			return unwrapped;
		}
		catch (Exception ex) {
			unwrapped.close();
			throw ex;
		}
	}

	private void takeOff(Advised proxy) throws Exception {
		TargetSource source = proxy.getTargetSource();
		Object inner = source.getTarget();
		if (inner == null) {
			throw new IllegalStateException("The proxy " + proxy.getClass().getName() + " has no target");
		}
		if (!source.isStatic()) {
			this.borrowed.push(new Borrowed(source, inner));
		}
		this.proxies.add(proxy);
		this.target = inner;
	}

	/**
	 * Returns what the proxies are around.
	 */
	Object target() {
		return this.target;
	}

	/**
	 * Returns the advisors of a method, from the outermost to the innermost.
	 * @param method a method of the target or of one of its interfaces
	 */
	List<Advisor> advisorsOf(Method method) {
		Class<?> type = this.target.getClass();
		Method specific = AopUtils.getMostSpecificMethod(method, type);
		return this.proxies.stream()
			.filter((proxy) -> isIntercepted(specific, proxy.getClass()))
			.flatMap((proxy) -> Stream.of(proxy.getAdvisors()))
			.filter((advisor) -> !(advisor instanceof PointcutAdvisor pointcutAdvisor)
					|| matches(pointcutAdvisor.getPointcut(), type, method, specific))
			.toList();
	}

	/**
	 * Returns whether a call of a method meets the advisors of a proxy at all: that of a
	 * class cannot override every method.
	 */
	private static boolean isIntercepted(Method method, Class<?> proxyClass) {
		int modifiers = method.getModifiers();
		if (Proxy.isProxyClass(proxyClass)) {
			return true;
		}
		if (Modifier.isPrivate(modifiers) || Modifier.isFinal(modifiers)) {
			return false;
		}
		return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers)
				|| isOfOnePackage(method.getDeclaringClass(), proxyClass);
	}

	private static boolean isOfOnePackage(Class<?> one, Class<?> other) {
		return one.getClassLoader() == other.getClassLoader() && one.getPackageName().equals(other.getPackageName());
	}

	private static boolean matches(Pointcut pointcut, Class<?> type, Method method, Method specific) {
		MethodMatcher methods = pointcut.getMethodMatcher();
		return pointcut.getClassFilter().matches(type)
				&& (methods.matches(specific, type) || methods.matches(method, type));
	}

	@Override
	public void close() {
		for (Borrowed each : this.borrowed) {
			try {
				each.source().releaseTarget(each.target());
			}
			catch (Exception ex) {
				logger.debug("A target could not be given back", ex);
			}
		}
	}

	/**
	 * A target that has to be given back.
	 *
	 * @param source whose it is
	 * @param target the target
	 */
	private record Borrowed(TargetSource source, Object target) {
	}

}

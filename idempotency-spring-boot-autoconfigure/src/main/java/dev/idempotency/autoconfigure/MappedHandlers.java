package dev.idempotency.autoconfigure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.util.ClassUtils;
import org.springframework.util.ObjectUtils;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.handler.AbstractHandlerMapping;
import org.springframework.web.servlet.handler.AbstractHandlerMethodMapping;
import org.springframework.web.servlet.handler.AbstractUrlHandlerMapping;
import org.springframework.web.servlet.handler.MappedInterceptor;

import dev.idempotency.web.IdempotencyInterceptor;

/**
 * The handlers that a dispatcher servlet may call: those of all handler mappings of its
 * context, and of the mappings that one of these consists of and that are no beans.
 */
final class MappedHandlers {

	private final List<Mapping> mappings = new ArrayList<>();

	private MappedHandlers(Map<String, HandlerMapping> beans) {
		beans.forEach((name, mapping) -> add(name, mapping, true));
	}

	/**
	 * Returns the handlers of a context and of those above it.
	 * @param beans the beans of the context
	 * @return the handlers
	 */
	static MappedHandlers of(ListableBeanFactory beans) {
		return new MappedHandlers(
				BeanFactoryUtils.beansOfTypeIncludingAncestors(beans, HandlerMapping.class, true, false));
	}

	/**
	 * Returns the handlers of a context alone.
	 * @param beans the beans of the context
	 * @return the handlers
	 */
	static MappedHandlers ofChild(ListableBeanFactory beans) {
		return new MappedHandlers(beans.getBeansOfType(HandlerMapping.class, true, false));
	}

	private void add(String bean, HandlerMapping mapping, boolean isBean) {
		Object target = AopProxyUtils.getSingletonTarget(mapping);
		HandlerMapping itself = (target instanceof HandlerMapping behindProxy) ? behindProxy : mapping;
		this.mappings.add(new Mapping(bean, itself, isBean));
		if (itself instanceof Iterable<?> parts) {
			for (Object part : parts) {
				if (part instanceof HandlerMapping inner) {
					add(bean, inner, false);
				}
			}
		}
	}

	/**
	 * Returns the mappings.
	 * @return the mappings, in no particular order
	 */
	List<Mapping> mappings() {
		return this.mappings;
	}

	/**
	 * Returns all handler methods, each as often as it is mapped.
	 * @return the handler methods
	 */
	Stream<MappedHandler> methods() {
		return this.mappings.stream().flatMap(Mapping::methods);
	}

	/**
	 * A handler mapping.
	 *
	 * @param bean the name of the bean that it is, or is a part of
	 * @param mapping the mapping
	 * @param isBean whether it is the bean itself
	 */
	record Mapping(String bean, HandlerMapping mapping, boolean isBean) {

		Stream<MappedHandler> methods() {
			return (this.mapping instanceof AbstractHandlerMethodMapping<?> methods) ? methods.getHandlerMethods()
				.entrySet()
				.stream()
				.map((entry) -> new MappedHandler(this, entry.getKey(), entry.getValue())) : Stream.empty();
		}

		/**
		 * Returns the handlers that are called as a whole.
		 * @return objects, or names of beans
		 */
		Stream<Object> wholeHandlers() {
			return (this.mapping instanceof AbstractUrlHandlerMapping urls) ? urls.getHandlerMap().values().stream()
					: Stream.empty();
		}

		/**
		 * Returns whether the interceptor sees all requests to the handlers.
		 * @return {@code false} if it sees none, or those to some paths only
		 */
		boolean isServed() {
			HandlerInterceptor[] interceptors = (this.mapping instanceof AbstractHandlerMapping adapted)
					? adapted.getAdaptedInterceptors() : null;
			return interceptors != null && Arrays.stream(interceptors).anyMatch(Mapping::isOurs);
		}

		private static boolean isOurs(HandlerInterceptor interceptor) {
			if (interceptor instanceof MappedInterceptor mapped) {
				return isEverywhere(mapped.getIncludePathPatterns(), mapped.getExcludePathPatterns())
						&& isOurs(mapped.getInterceptor());
			}
			return interceptor instanceof IdempotencyInterceptor;
		}

		private static boolean isEverywhere(String @Nullable [] included, String @Nullable [] excluded) {
			return (ObjectUtils.isEmpty(included) || ObjectUtils.containsElement(included, "/**"))
					&& ObjectUtils.isEmpty(excluded);
		}

		@Override
		public String toString() {
			return "'" + this.bean + "' (" + ClassUtils.getUserClass(this.mapping).getName() + ")";
		}

	}

}

package dev.idempotency.autoconfigure;

import java.util.Collections;
import java.util.Set;
import java.util.stream.Collectors;

import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;

import dev.idempotency.web.IdempotencyInterceptor;

/**
 * A handler method, as a handler mapping maps it.
 *
 * @param mapping the mapping
 * @param condition under which conditions
 * @param handler the handler method
 */
record MappedHandler(MappedHandlers.Mapping mapping, Object condition, HandlerMethod handler) {

	/**
	 * Returns the request methods to which the handler method is mapped.
	 * @return their names, none for all
	 */
	Set<String> requestMethods() {
		return (this.condition instanceof RequestMappingInfo info) ? info.getMethodsCondition()
			.getMethods()
			.stream()
			.map(RequestMethod::name)
			.collect(Collectors.toUnmodifiableSet()) : Set.of();
	}

	/**
	 * Returns the path patterns to which the handler method is mapped.
	 * @return the patterns, none if the mapping knows others than those of Spring MVC
	 */
	Set<String> paths() {
		return (this.condition instanceof RequestMappingInfo info) ? info.getPatternValues() : Collections.emptySet();
	}

	/**
	 * Returns whether there are requests that the interceptor has to protect.
	 * @return {@code false} if all request methods are safe
	 */
	boolean mayBeTouched() {
		return IdempotencyInterceptor.mayBeTouched(requestMethods());
	}

}

package dev.idempotency.sample.demo;

import java.net.URI;

import org.springframework.aop.AfterReturningAdvice;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.server.ResponseStatusException;

import dev.idempotency.IdempotentSteps;

/**
 * Ends a request after the step that its header {@value #HEADER} names, as if its process
 * died there: what the step did stays, the next one does not begin, and no response is
 * recorded.
 */
@Component
final class CrashBetweenSteps implements BeanPostProcessor {

	static final String HEADER = "Demo-Crash-After";

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (!(bean instanceof IdempotentSteps)) {
			return bean;
		}
		ProxyFactory steps = new ProxyFactory(bean);
		steps.addAdvice((AfterReturningAdvice) (result, method, arguments, target) -> {
			if (method.getDeclaringClass() == IdempotentSteps.class) {
				after((String) arguments[0]);
			}
		});
		return steps.getProxy();
	}

	static void after(String step) {
		if (RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes
				&& step.equals(attributes.getRequest().getHeader(HEADER))) {
			ResponseStatusException crash = new ResponseStatusException(HttpStatus.INTERNAL_SERVER_ERROR,
					"The request ended after the step '" + step + "', as its header asks.");
			crash.setType(URI.create("urn:payments:problem:crashed"));
			throw crash;
		}
	}

}

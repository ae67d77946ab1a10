package dev.idempotency.web;

import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodReturnValueHandler;
import org.springframework.web.method.support.HandlerMethodReturnValueHandlerComposite;
import org.springframework.web.method.support.ModelAndViewContainer;

/**
 * Shows the exchange what its handler method returned, before anything is made of it.
 */
final class ReturnValueObserver implements HandlerMethodReturnValueHandler {

	private final HandlerMethodReturnValueHandlerComposite handlers;

	/**
	 * Creates the observer.
	 * @param handlers the handlers that do the work
	 */
	ReturnValueObserver(HandlerMethodReturnValueHandlerComposite handlers) {
		this.handlers = handlers;
	}

	@Override
	public boolean supportsReturnType(MethodParameter returnType) {
		return this.handlers.supportsReturnType(returnType);
	}

	@Override
	public void handleReturnValue(@Nullable Object returnValue, MethodParameter returnType,
			ModelAndViewContainer container, NativeWebRequest request) throws Exception {
		IdempotencyRequestWrapper wrapper = request.getNativeRequest(IdempotencyRequestWrapper.class);
		Exchange exchange = (wrapper != null) ? wrapper.exchange() : null;
		if (exchange != null && exchange.run().isOf(returnType.getMethod())) {
			exchange.run().returned(returnValue, request);
		}
		this.handlers.handleReturnValue(returnValue, returnType, container, request);
	}

}

package dev.idempotency.web;

import java.io.IOException;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.WebUtils;

/**
 * Wraps requests and responses so that the interceptor can read the body of the one and
 * hold back the other. By itself it reads nothing and changes nothing: a request that is
 * not claimed passes through two empty wrappers.
 * <p>
 * To be registered for the dispatcher types REQUEST, ASYNC and ERROR, after the filters
 * of Spring Security.
 *
 * @since 0.1.0
 */
public final class IdempotencyFilter implements Filter {

	/**
	 * The order of the filter: after the filter chain of Spring Security, which Spring
	 * Boot registers with -100.
	 */
	public static final int ORDER = -90;

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		IdempotencyRequestWrapper wrappedRequest = WebUtils.getNativeRequest(request, IdempotencyRequestWrapper.class);
		IdempotencyResponseWrapper wrappedResponse = WebUtils.getNativeResponse(response,
				IdempotencyResponseWrapper.class);
		if (wrappedRequest == null) {
			wrappedRequest = new IdempotencyRequestWrapper((HttpServletRequest) request);
			request = wrappedRequest;
		}
		if (wrappedResponse == null) {
			wrappedResponse = new IdempotencyResponseWrapper((HttpServletResponse) response);
			response = wrappedResponse;
		}
		@Nullable Exchange open = Exchange.find(request);
		if (open != null) {
			wrappedRequest.resumed(open);
			if (!open.isDecided()) {
				open.enter(wrappedResponse);
			}
		}
		try {
			dispatch(request, response, wrappedRequest, wrappedResponse, chain);
		}
		finally {
			@Nullable Exchange exchange = wrappedRequest.exchange();
			if (exchange != null) {
				exchange.leave();
			}
		}
	}

	private static void dispatch(ServletRequest request, ServletResponse response,
			IdempotencyRequestWrapper wrappedRequest, IdempotencyResponseWrapper wrappedResponse, FilterChain chain)
			throws IOException, ServletException {
		try {
			chain.doFilter(request, response);
		}
		catch (IOException | ServletException | RuntimeException | Error ex) {
			@Nullable Exchange exchange = wrappedRequest.exchange();
			if (exchange != null) {
				exchange.escaped(request, wrappedResponse);
			}
			throw ex;
		}
		@Nullable Exchange exchange = wrappedRequest.exchange();
		if (exchange != null) {
			exchange.dispatched(request, wrappedResponse);
		}
	}

}

package dev.idempotency.web;

import java.io.IOException;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.WebUtils;

/**
 * Wraps requests and responses so that the interceptor can read the body of the one and
 * hold back the other, and has the exchange decide when a dispatch is back. By itself it
 * reads nothing and changes nothing: a request that is not claimed passes through two
 * wrappers.
 * <p>
 * To be registered for all dispatcher types, after the filters of Spring Security. What a
 * forward rendered is decided before it returns, because a container may close the
 * response then, unless another filter still holds the body; an include is a part of the
 * response around it.
 *
 * @since 0.1.0
 */
public final class IdempotencyFilter implements Filter {

	/**
	 * The order of the filter: after the filter chain of Spring Security, which Spring
	 * Boot registers with -100.
	 */
	public static final int ORDER = -90;

	private final int largestBody;

	/**
	 * Creates the filter.
	 * @param largestBody the largest request body of an operation, in bytes: as much is
	 * remembered of a body that another filter reads
	 */
	public IdempotencyFilter(int largestBody) {
		this.largestBody = largestBody;
	}

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		IdempotencyRequestWrapper wrappedRequest = WebUtils.getNativeRequest(request, IdempotencyRequestWrapper.class);
		IdempotencyResponseWrapper wrappedResponse = WebUtils.getNativeResponse(response,
				IdempotencyResponseWrapper.class);
		if (wrappedRequest == null) {
			wrappedRequest = new IdempotencyRequestWrapper((HttpServletRequest) request, this.largestBody);
			request = wrappedRequest;
		}
		boolean forward = request.getDispatcherType() == DispatcherType.FORWARD && wrappedResponse != null;
		if (wrappedResponse == null) {
			wrappedResponse = new IdempotencyResponseWrapper((HttpServletResponse) response);
			response = wrappedResponse;
		}
		Exchange resumed = Exchange.find(request);
		boolean errorPage = resumed != null && resumed.awaitsErrorPage() && isErrorPage(request);
		boolean owner = true;
		boolean included = wrappedResponse.enter(request);
		if (resumed != null) {
			wrappedRequest.resumed(resumed);
			owner = resumed.resume(wrappedResponse, errorPage);
		}
		try {
			if (forward && resumed != null) {
				refuseForward(resumed);
				wrappedResponse.forward();
			}
			chain.doFilter(request, response);
			Exchange exchange = wrappedRequest.exchange();
			if (exchange != null && (forward ? !exchange.isHeldByOthers(request) : owner || exchange != resumed)) {
				exchange.dispatched(request, wrappedResponse, errorPage);
			}
		}
		catch (IOException | ServletException | RuntimeException | Error ex) {
			Exchange exchange = wrappedRequest.exchange();
			if (exchange != null && (owner || exchange != resumed)) {
				exchange.escaped(wrappedResponse, errorPage);
			}
			throw ex;
		}
		finally {
			leave(resumed, wrappedRequest);
			wrappedResponse.leave(included);
		}
	}

	private static void refuseForward(Exchange exchange) {
		if (exchange.mustHold()) {
			throw new IllegalStateException("The transactional operation " + exchange.operationName()
					+ " cannot forward its request, because the response would leave before the transaction is"
					+ " committed; write the response in the handler, or remove 'transactional' from its"
					+ " @Idempotent");
		}
	}

	private static void leave(@Nullable Exchange resumed, IdempotencyRequestWrapper request) {
		Exchange exchange = request.exchange();
		if (resumed != null) {
			resumed.leave(request);
		}
		if (exchange != null && exchange != resumed) {
			exchange.leave(request);
		}
	}

	/**
	 * Returns whether a dispatch renders an error page: one of the container, or of the
	 * filter by which Spring Boot makes them in a servlet container of its own.
	 */
	static boolean isErrorPage(ServletRequest request) {
		DispatcherType type = request.getDispatcherType();
		return type == DispatcherType.ERROR || (type == DispatcherType.FORWARD
				&& request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) != null);
	}

}

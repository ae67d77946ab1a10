package dev.idempotency.web;

import java.io.IOException;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the outcome decided before an asynchronous request is completed without a dispatch,
 * since nothing can be sent after that. Everything else is left to the container.
 */
final class DecidingAsyncContext implements AsyncContext {

	private static final Logger logger = LoggerFactory.getLogger(DecidingAsyncContext.class);

	private final AsyncContext context;

	private final Exchange exchange;

	private final IdempotencyResponseWrapper response;

	DecidingAsyncContext(AsyncContext context, Exchange exchange, IdempotencyResponseWrapper response) {
		this.context = context;
		this.exchange = exchange;
		this.response = response;
	}

	@Override
	public void complete() {
		try {
			this.exchange.completedByHandler(this.response);
		}
		catch (IOException ex) {
			logger.debug("The client is gone", ex);
		}
		finally {
			this.context.complete();
		}
	}

	@Override
	public ServletRequest getRequest() {
		return this.context.getRequest();
	}

	@Override
	public ServletResponse getResponse() {
		return this.context.getResponse();
	}

	@Override
	public boolean hasOriginalRequestAndResponse() {
		return this.context.hasOriginalRequestAndResponse();
	}

	@Override
	public void dispatch() {
		this.context.dispatch();
	}

	@Override
	public void dispatch(String path) {
		this.context.dispatch(path);
	}

	@Override
	public void dispatch(ServletContext servletContext, String path) {
		this.context.dispatch(servletContext, path);
	}

	@Override
	public void start(Runnable run) {
		this.context.start(run);
	}

	@Override
	public void addListener(AsyncListener listener) {
		this.context.addListener(listener);
	}

	@Override
	public void addListener(AsyncListener listener, ServletRequest request, ServletResponse servletResponse) {
		this.context.addListener(listener, request, servletResponse);
	}

	@Override
	public <T extends AsyncListener> T createListener(Class<T> type) throws ServletException {
		return this.context.createListener(type);
	}

	@Override
	public void setTimeout(long timeout) {
		this.context.setTimeout(timeout);
	}

	@Override
	public long getTimeout() {
		return this.context.getTimeout();
	}

}

package dev.idempotency.web;

import java.io.BufferedReader;
import java.io.IOException;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.WebUtils;

/**
 * Knows the body of a request as a whole, and the exchange of one that runs under a
 * claim; has that exchange end with an asynchronous request that a handler starts itself.
 */
final class IdempotencyRequestWrapper extends HttpServletRequestWrapper {

	private final int bodyLimit;

	private @Nullable RequestBody body;

	private boolean bodyPasses;

	/** That of the request, whichever of its dispatches it is from. */
	private @Nullable Exchange exchange;

	/** What the exchange holds back, if it began in a dispatch of this wrapper. */
	private @Nullable IdempotencyResponseWrapper response;

	/**
	 * Wraps a request.
	 * @param request the request
	 * @param bodyLimit the most bytes to remember of a body that filters read
	 */
	IdempotencyRequestWrapper(HttpServletRequest request, int bodyLimit) {
		super(request);
		this.bodyLimit = bodyLimit;
	}

	RequestBody body() {
		if (this.body == null) {
			this.body = new RequestBody(this, this.bodyLimit);
			if (this.bodyPasses) {
				this.body.pass();
			}
		}
		return this.body;
	}

	/**
	 * The handler is not idempotent, unless it is a part of a claimed request.
	 * @param request the request as the handler will see it
	 */
	static void passBody(HttpServletRequest request) {
		IdempotencyRequestWrapper wrapper = WebUtils.getNativeRequest(request, IdempotencyRequestWrapper.class);
		if (wrapper != null && wrapper.exchange() == null) {
			wrapper.passBody();
		}
	}

	/**
	 * The handler is not idempotent: of the body, nothing is remembered.
	 */
	void passBody() {
		this.bodyPasses = true;
		if (this.body != null) {
			this.body.pass();
		}
	}

	/**
	 * The request runs under a claim from here on.
	 * @param owner its exchange
	 * @param held its response
	 */
	void claimed(Exchange owner, IdempotencyResponseWrapper held) {
		this.exchange = owner;
		this.response = held;
	}

	/**
	 * The request has run under a claim since one of its earlier dispatches.
	 * @param owner its exchange
	 */
	void resumed(Exchange owner) {
		this.exchange = owner;
	}

	/**
	 * The request does not run under a claim any more.
	 */
	void settled() {
		this.exchange = null;
		this.response = null;
	}

	/**
	 * Returns what {@link Exchange#find} finds, without a look at the attributes of the
	 * request, which the container searches in several places.
	 */
	@Nullable Exchange exchange() {
		return this.exchange;
	}

	/**
	 * Starts asynchronous processing with the held response: without arguments, the
	 * container would give out its own one, past us.
	 */
	@Override
	public AsyncContext startAsync() {
		if (this.response == null) {
			return super.startAsync();
		}
		AsyncContext context = startAsync(this, this.response);
		this.response.unwrap();
		return context;
	}

	@Override
	public AsyncContext startAsync(ServletRequest servletRequest, ServletResponse servletResponse) {
		if (this.exchange != null && this.response != null && this.exchange.isBoundToThread()) {
			throw new IllegalStateException("A transactional idempotent operation cannot be asynchronous,"
					+ " because its transaction is bound to its thread");
		}
		return deciding(super.startAsync(servletRequest, servletResponse));
	}

	/**
	 * None in a test with {@code MockMvc}, where a container would throw an exception.
	 */
	@Override
	public @Nullable AsyncContext getAsyncContext() {
		AsyncContext context = super.getAsyncContext();
		return (context != null) ? deciding(context) : null;
	}

	private AsyncContext deciding(AsyncContext context) {
		return (this.exchange != null && this.response != null)
				? new DecidingAsyncContext(context, this.exchange, this.response) : context;
	}

	@Override
	public ServletInputStream getInputStream() throws IOException {
		return body().stream();
	}

	@Override
	public BufferedReader getReader() throws IOException {
		return body().reader();
	}

}

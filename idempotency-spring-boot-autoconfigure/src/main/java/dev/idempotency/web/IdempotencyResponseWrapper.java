package dev.idempotency.web;

import java.io.IOException;
import java.io.PrintWriter;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;

/**
 * Changes the target to which is given what is done to the response.
 *
 * <pre>
 *            hold()                  release(), discard()
 *   passing ───────► held ─────────────────────────────────► passing
 *      │              │  ▲                                      ▲
 *      │  sendError() ▼  │ hold() for the error page            │ reopen()
 *      │ sendRedirect() closed ─────────────────────────────────┤
 *      └───────────────► closed by replay() ────────────────────┘
 * </pre>
 */
final class IdempotencyResponseWrapper extends TargetedResponse {

	private static final Logger logger = LoggerFactory.getLogger(IdempotencyResponseWrapper.class);

	private @Nullable HeldResponse held;

	private @Nullable ResponseBody body;

	private boolean included;

	private boolean flushedByIncludes;

	IdempotencyResponseWrapper(HttpServletResponse response) {
		super(response);
	}

	ResponseBody body() {
		if (this.body == null) {
			this.body = new ResponseBody(this);
		}
		return this.body;
	}

	/**
	 * Starts to hold the response back.
	 * @param response what holds it
	 */
	void hold(HeldResponse response) {
		this.held = response;
		target(this.included ? new IncludedTarget(response, this.flushedByIncludes) : response);
	}

	/**
	 * A dispatch of the request begins.
	 * @param request the request
	 * @return whether a dispatch was going on that includes its target
	 */
	boolean enter(ServletRequest request) {
		boolean before = this.included;
		if (request.getDispatcherType() == DispatcherType.INCLUDE) {
			this.included = true;
			this.flushedByIncludes = Container.isFlushedByIncludes(request);
		}
		if (this.included && target() == this.held) {
			hold(this.held);
		}
		return before;
	}

	/**
	 * A dispatch of the request is over: what follows is somebody else's, even after a
	 * replay.
	 * @param before what {@link #enter} returned
	 */
	void leave(boolean before) {
		this.included = before;
		if (this.held == null) {
			target(PassingTarget.INSTANCE);
		}
		else if (isIncluded()) {
			hold(this.held);
		}
	}

	/**
	 * A forward replaces what was written. Some containers look for that past wrappers.
	 */
	void forward() {
		if (this.held != null) {
			requireOpen("forward");
			body().dropCharacters();
			this.held.resetBuffer();
		}
	}

	private void pass() {
		this.held = null;
		target(PassingTarget.INSTANCE);
	}

	/**
	 * Goes past what filters before the library's made of the response, as the container
	 * does for an asynchronous request that is started without a response: they are
	 * through before it is answered.
	 */
	void unwrap() {
		ServletResponse original = getResponse();
		while (original instanceof ServletResponseWrapper wrapper) {
			original = wrapper.getResponse();
		}
		setResponse(original);
		body().rebind();
	}

	/**
	 * Makes sure that all that was written is held.
	 * @throws IOException if that is more than can be held, and the client is gone
	 */
	void flushWriter() throws IOException {
		if (this.body != null) {
			this.body.flushCharacters();
		}
	}

	private void drain() {
		try {
			flushWriter();
		}
		catch (IOException ex) {
			logger.debug("The client is gone", ex);
		}
	}

	/**
	 * Lets go what is held, and everything that follows.
	 * @throws IOException if the client cannot be written to
	 */
	void release() throws IOException {
		flushWriter();
		letGo();
	}

	/**
	 * Lets go what is held, and everything that follows, as {@link #release()} does, but
	 * for characters that are just being encoded.
	 * @throws IOException if the client cannot be written to
	 */
	void letGo() throws IOException {
		HeldResponse response = this.held;
		if (response != null) {
			pass();
			response.deliver(next(), body());
		}
	}

	/**
	 * Throws away what is held and lets everything that follows pass.
	 */
	void discard() {
		if (this.held != null) {
			this.held.clear();
			pass();
			body().dropCharacters();
			clearContentType();
			super.setStatus(HttpStatus.OK.value());
		}
	}

	/**
	 * The application failed: as without the library, the client keeps what it would have
	 * got by now, and the rest is thrown away.
	 */
	void abort() {
		if (this.held == null) {
			return;
		}
		if (!isCommitted()) {
			this.held.failed(next());
			pass();
			body().dropCharacters();
			clearContentType();
			return;
		}
		try {
			release();
		}
		catch (IOException ex) {
			logger.debug("The client is gone", ex);
		}
	}

	@Override
	void beforeError() {
		if (isPassing() || isIncluded()) {
			return;
		}
		requireOpen("sendError");
		body().dropCharacters();
		if (this.held != null) {
			this.held.errorSent(next());
		}
		clearContentType();
		target(ClosedTarget.NOTHING_FOLLOWS);
	}

	private void requireOpen(String call) {
		if (isPassing()) {
			return;
		}
		drain();
		if (target().isCommitted(next())) {
			throw new IllegalStateException("Cannot call " + call + "() after the response has been committed");
		}
	}

	@Override
	void redirect(Redirect redirect) throws IOException {
		if (isIncluded()) {
			return;
		}
		requireOpen("sendRedirect");
		flushWriter();
		if (redirect.clearBuffer()) {
			resetBuffer();
		}
		super.setStatus(redirect.status());
		if (this.held != null) {
			this.held.redirect(redirect);
		}
		target(ClosedTarget.NOTHING_FOLLOWS);
	}

	@Override
	public void setBufferSize(int size) {
		if (this.held != null && !isIncluded()) {
			drain();
			this.held.requireEmpty();
		}
		super.setBufferSize(size);
	}

	@Override
	public boolean isCommitted() {
		drain();
		return target().isCommitted(next());
	}

	@Override
	public void flushBuffer() throws IOException {
		flushWriter();
		target().flush(next());
	}

	@Override
	public void resetBuffer() {
		requireOpen("resetBuffer");
		if (!isPassing()) {
			body().dropCharacters();
		}
		if (this.held != null) {
			this.held.resetBuffer();
		}
		super.resetBuffer();
	}

	@Override
	public void reset() {
		if (isIncluded()) {
			return;
		}
		requireOpen("reset");
		if (this.held != null) {
			this.held.clear();
		}
		super.reset();
		if (this.body != null) {
			this.body.restart();
		}
	}

	@Override
	public ServletOutputStream getOutputStream() throws IOException {
		return body().stream();
	}

	@Override
	public PrintWriter getWriter() throws IOException {
		return body().writer();
	}

}

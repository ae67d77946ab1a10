package dev.idempotency.web;

import java.io.IOException;
import java.lang.reflect.Method;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.method.annotation.HandlerMethodValidationException;

import dev.idempotency.IdempotencyException;
import dev.idempotency.engine.Completion;
import dev.idempotency.engine.HeldClaim;
import dev.idempotency.engine.IdempotencyEngine;
import dev.idempotency.engine.IdempotencyObserver;
import dev.idempotency.engine.IdempotencyObserver.Observed;
import dev.idempotency.engine.IdempotencyObserver.Scope;
import dev.idempotency.engine.IdempotencyObserver.Step;
import dev.idempotency.engine.Outcome;
import dev.idempotency.engine.StoredResponse;
import dev.idempotency.repository.RecordId;

/**
 * One request that runs under a claim, from the claim to the decision, through all its
 * dispatches. A request attribute.
 *
 * <pre>
 * RUNNING ──► DECIDED      the handler answered, or failed
 *    │           ▲
 *    └─► ERROR ──┘         an error page is still to be rendered by an error dispatch
 * </pre>
 *
 * The decision is made once, before the first byte leaves: record the response or free
 * the key.
 */
final class Exchange {

	private static final Logger logger = LoggerFactory.getLogger(Exchange.class);

	private static final String ATTRIBUTE = Exchange.class.getName();

	private final IdempotencyEngine engine;

	private final IdempotencyObserver observer;

	private final IdempotencyReplayPolicy replayPolicy;

	private final HandlerOperation operation;

	private final Keyed keyed;

	private final HeldClaim claim;

	private final Method handlerMethod;

	private final Class<?> handlerType;

	private final ResponseCapture capture;

	private final ObservedHandler observed;

	private State state = State.RUNNING;

	/** Whether the handler method was entered: all of its arguments were there. */
	private boolean handlerEntered;

	/** Whether the handler method returned with its response complete. */
	private boolean handlerReturned;

	/** Whether the handler method was left: only its result is still to be written. */
	private boolean handlerLeft;

	private boolean exceptionRaised;

	private boolean exceptionEscaped;

	private @Nullable Object result;

	Exchange(IdempotencyEngine engine, IdempotencyObserver observer, IdempotencyReplayPolicy replayPolicy, Keyed keyed,
			HeldClaim claim, HandlerMethod handler) {
		this.engine = engine;
		this.observer = observer;
		this.replayPolicy = replayPolicy;
		this.operation = keyed.operation();
		this.keyed = keyed;
		this.claim = claim;
		this.handlerMethod = handler.getMethod();
		this.handlerType = handler.getBean().getClass();
		this.handlerEntered = this.handlerMethod.getParameterCount() == 0;
		this.capture = new ResponseCapture(this.operation.maxResponseSize());
		this.observed = new ObservedHandler(observer.begin(Step.HANDLER, this.operation.operation().name(), keyed.id()),
				keyed.id());
	}

	/**
	 * Returns the exchange of a request.
	 * @param request the request
	 * @return the exchange, {@code null} if the request does not run under a claim
	 */
	static @Nullable Exchange find(ServletRequest request) {
		return (Exchange) request.getAttribute(ATTRIBUTE);
	}

	/**
	 * Begins: from here on the response is held back.
	 */
	void begin(IdempotencyRequestWrapper request, IdempotencyResponseWrapper response) {
		request.setAttribute(ATTRIBUTE, this);
		request.claimed(this, response);
		enter(response);
	}

	/**
	 * A dispatch of the request begins: its response is held back.
	 */
	void enter(IdempotencyResponseWrapper response) {
		response.hold(this);
		this.observed.enter();
	}

	/**
	 * A dispatch of the request is over.
	 */
	void leave() {
		this.observed.leave();
	}

	RecordId id() {
		return this.keyed.id();
	}

	ResponseCapture capture() {
		return this.capture;
	}

	boolean isDecided() {
		return this.state == State.DECIDED;
	}

	boolean isHandledBy(@Nullable Method method) {
		return this.handlerMethod.equals(method);
	}

	/**
	 * All arguments of the handler method are resolved.
	 */
	void argumentsResolved() {
		this.handlerEntered = true;
	}

	/**
	 * The handler returned a body object, which is now written.
	 */
	void result(@Nullable Object body) {
		this.result = body;
		this.handlerLeft = true;
	}

	/**
	 * Returns whether the response must be held whatever its size: nothing may leave, and
	 * the transaction not end, while the handler is still at work.
	 */
	boolean mustHold() {
		return this.claim.isInTransaction() && !this.handlerLeft;
	}

	/**
	 * Returns whether the handler must answer on the thread on which it was called.
	 */
	boolean isBoundToThread() {
		return this.operation.operation().transactional();
	}

	/**
	 * An exception is about to be resolved: by the handler, or on the way to it. Whoever
	 * turns it into a response shapes the response from here on. What the handler did in
	 * its transaction is undone before.
	 */
	void exceptionRaised(Exception exception) {
		if (!this.exceptionRaised
				&& (exception instanceof HandlerMethodValidationException || isRaisedByProxy(exception))) {
			this.handlerEntered = false;
		}
		this.exceptionRaised = true;
		this.capture.untouch();
		this.engine.rollBack(this.claim);
	}

	/**
	 * Returns whether an exception comes out of a proxy around the handler, such as the
	 * one that validates the arguments of a {@code @Validated} class, and the handler
	 * itself was never entered. A trace that does not prove it says no.
	 */
	private boolean isRaisedByProxy(Exception exception) {
		boolean throughProxy = false;
		for (StackTraceElement frame : exception.getStackTrace()) {
			if (frame.getMethodName().equals(this.handlerMethod.getName())) {
				if (!frame.getClassName().equals(this.handlerType.getName())
						|| this.handlerType.equals(this.handlerMethod.getDeclaringClass())) {
					return false;
				}
				throughProxy = true;
			}
		}
		return throughProxy;
	}

	/**
	 * The handler returned, and what it answered is in the capture or still to be
	 * rendered, unless it has started an asynchronous request that goes on.
	 * @param request the request
	 * @param response the response as the handler saw it
	 * @param rendered whether nothing more is to be rendered
	 */
	void handlerReturned(ServletRequest request, Object response, boolean rendered) {
		this.handlerEntered = true;
		boolean complete = rendered && !request.isAsyncStarted() && !this.capture.isErrorSent();
		if (!complete) {
			this.engine.rollBack(this.claim);
			refuseView(rendered);
			return;
		}
		this.handlerReturned = true;
		if (response instanceof IdempotencyResponseWrapper wrapper) {
			decide(wrapper);
		}
	}

	private void refuseView(boolean rendered) {
		if (!rendered && isBoundToThread()) {
			fail();
			throw new IllegalStateException("The transactional operation " + this.operation.operation().name()
					+ " was rolled back, because its handler returned a view: return the response itself,"
					+ " or remove 'transactional' from its @Idempotent");
		}
	}

	/**
	 * The handler is done for, and so are its interceptors.
	 */
	void handlerCompleted() {
		if (!this.handlerReturned) {
			this.engine.rollBack(this.claim);
		}
	}

	/**
	 * A dispatch of the request is back in the filter.
	 * @param request the request
	 * @param response the response that the filter wrapped
	 * @throws IOException if the client cannot be written to
	 */
	void dispatched(ServletRequest request, IdempotencyResponseWrapper response) throws IOException {
		// Tomcat calls a request asynchronous still while it renders its error page
		if (request.isAsyncStarted() && !isErrorDispatch(request)) {
			request.getAsyncContext().addListener(new AbandonOnCompletion(this));
			return;
		}
		finish(response, isErrorDispatch(request));
	}

	/**
	 * The handler completes an asynchronous request that it has started itself: no
	 * dispatch comes after it.
	 * @param response the response that the filter wrapped
	 * @throws IOException if the client cannot be written to
	 */
	void completed(IdempotencyResponseWrapper response) throws IOException {
		this.handlerEntered = true;
		finish(response, false);
	}

	private void finish(IdempotencyResponseWrapper response, boolean errorDispatch) throws IOException {
		if (this.state != State.DECIDED && this.capture.isErrorSent() && !errorDispatch) {
			awaitErrorPage();
			if (!this.handlerEntered) {
				fail();
				response.release();
			}
			return;
		}
		if (!this.handlerReturned && this.claim.isInTransaction()) {
			fail();
		}
		try {
			decide(response);
		}
		catch (IdempotencyException ex) {
			ProblemAdvice.render(ex, response);
		}
		response.release();
	}

	/**
	 * A dispatch of the request ended with an exception that nobody resolved.
	 * @param request the request
	 * @param response the response that the filter wrapped
	 */
	void escaped(ServletRequest request, IdempotencyResponseWrapper response) {
		this.engine.rollBack(this.claim);
		response.discard();
		if (this.state == State.DECIDED) {
			return;
		}
		this.exceptionEscaped = true;
		awaitErrorPage();
		if (isErrorDispatch(request) || !mayRecordEscapedException()) {
			fail();
		}
	}

	private static boolean isErrorDispatch(ServletRequest request) {
		return request.getDispatcherType() == DispatcherType.ERROR;
	}

	private boolean mayRecordEscapedException() {
		return this.handlerEntered
				&& this.replayPolicy.isRecordable(this.operation, HttpStatus.INTERNAL_SERVER_ERROR.value(), null);
	}

	/**
	 * Leaves the claim to its lease, so that a container that never comes back does not
	 * keep the key claimed.
	 */
	private void awaitErrorPage() {
		this.state = State.ERROR;
		this.engine.rollBack(this.claim);
		this.engine.stopRenewing(this.claim);
	}

	/**
	 * The response exceeds what can be held: the decision is made on what is known, and
	 * the bytes go.
	 * @param response the response that exceeds the limit
	 * @return {@code false} if another response has been sent in its place
	 */
	boolean overflow(IdempotencyResponseWrapper response) {
		if (this.state == State.DECIDED) {
			return true;
		}
		return decide(response, null);
	}

	/**
	 * An asynchronous request has timed out or failed: whoever handles that comes back
	 * with a dispatch, or else the container renders an error page.
	 */
	void interrupted() {
		if (this.state == State.RUNNING) {
			awaitErrorPage();
		}
	}

	/**
	 * The container has ended an asynchronous request. If it never came back with what
	 * the handler answered, the claim is left to its lease. An error page may come after
	 * this.
	 */
	void abandon() {
		if (this.state == State.RUNNING) {
			this.state = State.DECIDED;
			this.engine.stopRenewing(this.claim);
			ended(Outcome.FAILURE);
		}
	}

	private void decide(IdempotencyResponseWrapper response) {
		if (this.state != State.DECIDED) {
			response.flushWriter();
		}
		if (this.state != State.DECIDED) {
			decide(response, this.capture.isOverfull() ? null : this.capture.toStoredResponse(response.getStatus(),
					response.getContentType(), this.operation.storableHeaders()));
		}
	}

	private boolean decide(IdempotencyResponseWrapper response, @Nullable StoredResponse stored) {
		int status = response.getStatus();
		if (!isRecordable(status)) {
			fail();
			return true;
		}
		this.state = State.DECIDED;
		try {
			Completion completion = complete(status, stored);
			if (completion instanceof Completion.Superseded superseded) {
				response.discard();
				ended(Outcome.HIT);
				Replay.write(superseded.winner(), this.operation, response);
				return false;
			}
			ended(outcome(completion));
			return true;
		}
		catch (IdempotencyException ex) {
			response.discard();
			ended(Outcome.of(ex));
			throw ex;
		}
		catch (IOException ex) {
			logger.debug("The client is gone", ex);
			return false;
		}
		catch (RuntimeException | Error ex) {
			// Nothing of what the handler answered came true
			response.discard();
			ended(Outcome.FAILURE);
			throw ex;
		}
	}

	@SuppressWarnings("try")
	private Completion complete(int status, @Nullable StoredResponse stored) {
		Observed step = this.observer.begin(Step.COMPLETE, this.operation.operation().name(), this.keyed.id());
		Outcome outcome = Outcome.ERROR;
		try (Scope scope = step.open()) {
			Completion completion = this.engine.complete(this.claim, status, stored);
			outcome = outcome(completion);
			return completion;
		}
		finally {
			step.end(outcome.tag());
		}
	}

	private static Outcome outcome(Completion completion) {
		if (completion instanceof Completion.Recorded) {
			return Outcome.MISS;
		}
		if (completion instanceof Completion.Superseded) {
			return Outcome.HIT;
		}
		return (completion instanceof Completion.Overtaken) ? Outcome.FAILURE : Outcome.ERROR;
	}

	private boolean isRecordable(int status) {
		if (!this.handlerEntered) {
			return false;
		}
		if (this.exceptionEscaped && status < HttpStatus.INTERNAL_SERVER_ERROR.value()) {
			return false;
		}
		if (!this.exceptionEscaped && this.exceptionRaised && !this.capture.isTouched()) {
			return false;
		}
		return this.replayPolicy.isRecordable(this.operation, status, this.result);
	}

	private void fail() {
		this.state = State.DECIDED;
		this.engine.release(this.claim);
		ended(Outcome.FAILURE);
	}

	private void ended(Outcome outcome) {
		this.engine.ended(this.operation.operation(), outcome, this.keyed.id(), this.keyed.start());
		this.observed.ended(outcome);
	}

	/**
	 * Where an exchange stands.
	 */
	private enum State {

		/** The handler runs, perhaps asynchronously. */
		RUNNING,

		/** The container is to render an error page. */
		ERROR,

		/** The response is recorded or the key freed. */
		DECIDED

	}

	/**
	 * Tells the exchange when an asynchronous request is over.
	 *
	 * @param exchange the exchange
	 */
	private record AbandonOnCompletion(Exchange exchange) implements AsyncListener {

		@Override
		public void onComplete(AsyncEvent event) {
			this.exchange.abandon();
		}

		@Override
		public void onTimeout(AsyncEvent event) {
			this.exchange.interrupted();
		}

		@Override
		public void onError(AsyncEvent event) {
			this.exchange.interrupted();
		}

		@Override
		public void onStartAsync(AsyncEvent event) {
		}

	}

}

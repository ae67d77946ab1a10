package dev.idempotency.web;

import java.io.IOException;
import java.lang.reflect.Method;
import java.util.concurrent.atomic.AtomicReference;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.method.annotation.HandlerMethodValidationException;

import dev.idempotency.engine.StoredResponse;
import dev.idempotency.repository.RecordId;

/**
 * One request that runs under a claim, from the claim to the decision, through all its
 * dispatches. A request attribute.
 *
 * <pre>
 * OPEN ──────────────────► DECIDED     the judge has spoken; whoever gets here first
 *   │                         ▲
 *   └──► AWAITS_ERROR_PAGE ───┘        the container renders one by a dispatch
 * </pre>
 *
 * Observers tell it how far the handler has come; the filter, or the interceptor of a
 * transactional operation, has it decide before the first byte leaves.
 */
final class Exchange {

	private static final Logger logger = LoggerFactory.getLogger(Exchange.class);

	private static final String ATTRIBUTE = Exchange.class.getName();

	private final HandlerOperation operation;

	private final RecordId id;

	private final IdempotencyReplayPolicy policy;

	private final Recorder recorder;

	private final HandlerMethod handler;

	private final boolean entryObserved;

	private final HeldResponse held;

	private final Work work = new Work();

	private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);

	private volatile Progress progress = new Progress.Preparing();

	private volatile boolean clientGone;

	/**
	 * Creates an exchange.
	 * @param keyed the request
	 * @param handler its handler
	 * @param policy decides which responses are recorded
	 * @param recorder records them
	 */
	Exchange(Keyed keyed, HandlerMethod handler, IdempotencyReplayPolicy policy, Recorder recorder) {
		this.operation = keyed.operation();
		this.id = keyed.id();
		this.handler = handler;
		this.policy = policy;
		this.recorder = recorder;
		this.held = new HeldResponse(this, this.operation.maxResponseSize());
		this.entryObserved = HandlerEntry.isObserved(handler.getBean());
		if (!this.entryObserved && handler.getMethod().getParameterCount() == 0) {
			this.progress = new Progress.Entered();
		}
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
		response.hold(this.held);
		this.recorder.observed().enter();
	}

	/**
	 * A dispatch of the request begins: its response is held back.
	 * @param response the response that the filter wrapped
	 * @param errorPage whether the dispatch renders an error page
	 * @return whether the dispatch is this exchange's to end, and not a part of another
	 * one
	 */
	boolean resume(IdempotencyResponseWrapper response, boolean errorPage) {
		if (!isDecided() && (errorPage || response.isPassing())) {
			if (errorPage) {
				this.held.errorPage();
			}
			response.hold(this.held);
		}
		return this.recorder.observed().enter() || errorPage;
	}

	/**
	 * A dispatch of the request is over.
	 * @param request the request that the filter wrapped
	 */
	void leave(IdempotencyRequestWrapper request) {
		if (this.recorder.observed().leave() && isDecided()) {
			request.settled();
			request.removeAttribute(ATTRIBUTE);
		}
	}

	RecordId id() {
		return this.id;
	}

	boolean isDecided() {
		return this.state.get() == State.DECIDED;
	}

	/**
	 * Returns whether the container has been asked for an error page.
	 */
	boolean awaitsErrorPage() {
		return this.state.get() == State.AWAITS_ERROR_PAGE || this.held.isErrorSent();
	}

	Method handlerMethod() {
		return this.handler.getMethod();
	}

	boolean isHandledBy(@Nullable Method method) {
		return this.handler.getMethod().equals(method);
	}

	/**
	 * Returns whether the response must be held whatever its size: nothing may leave, and
	 * the transaction not end, while the handler is still at work.
	 */
	boolean mustHold() {
		return this.recorder.isInTransaction() && !(this.progress instanceof Progress.Answered);
	}

	/**
	 * Returns whether the handler must answer on the thread on which it was called, and
	 * by itself.
	 */
	boolean isBoundToThread() {
		return this.operation.operation().transactional();
	}

	String operationName() {
		return this.operation.operation().name();
	}

	/**
	 * All arguments of the handler method are resolved: without advice around it, the
	 * next to be called is the method itself, or the validation of its arguments.
	 */
	void argumentsResolved() {
		if (!this.entryObserved) {
			entered();
		}
	}

	/**
	 * The handler method is entered.
	 */
	void entered() {
		if (this.progress instanceof Progress.Preparing) {
			this.progress = new Progress.Entered();
		}
	}

	/**
	 * The handler method has returned a value, which is handled next.
	 */
	void returned(@Nullable Object value, NativeWebRequest request) {
		entered();
		this.work.watch(value, request);
	}

	/**
	 * The handler has answered with a body object, which is written next.
	 */
	void answered(@Nullable Object result) {
		this.progress = new Progress.Answered(result);
	}

	/**
	 * An exception is about to be resolved: by the handler, or on the way to it. What the
	 * handler did in its transaction is undone before.
	 */
	void raised(Exception exception) {
		if (exception instanceof AsyncRequestNotUsableException) {
			this.clientGone = true;
		}
		if (isRefusal(exception)) {
			this.progress = new Progress.Preparing();
		}
		else if (!(this.progress instanceof Progress.Preparing)) {
			this.progress = this.clientGone ? new Progress.Orphaned() : new Progress.Raised(this.held.revision());
		}
		this.recorder.rollBack();
	}

	/**
	 * Returns whether Spring MVC has refused the arguments of the handler method.
	 */
	private boolean isRefusal(Exception exception) {
		return exception instanceof HandlerMethodValidationException invalid && !invalid.isForReturnValue()
				&& invalid.getMethod().equals(this.handler.getMethod());
	}

	/**
	 * The adapter is back from the handler, and what it answered is held or still to be
	 * rendered, unless an asynchronous request goes on. That of a transaction is decided
	 * here, where its session is still open.
	 * @param request the request
	 * @param response the response as the handler saw it
	 * @param rendered whether nothing more is to be rendered
	 */
	void handled(ServletRequest request, Object response, boolean rendered) throws IOException {
		entered();
		if (request.isAsyncStarted()) {
			return;
		}
		if (this.progress instanceof Progress.Entered) {
			this.progress = new Progress.Answered(null);
		}
		if (!isBoundToThread()) {
			return;
		}
		if (!rendered || this.held.isErrorSent()) {
			this.recorder.rollBack();
			refuseView(rendered);
		}
		else if (response instanceof IdempotencyResponseWrapper wrapper) {
			decideInTransaction(wrapper);
		}
	}

	private void refuseView(boolean rendered) {
		if (!rendered) {
			throw new IllegalStateException("The transactional operation " + operationName()
					+ " was rolled back, because its handler returned a view: return the response itself,"
					+ " or remove 'transactional' from its @Idempotent");
		}
	}

	private void decideInTransaction(IdempotencyResponseWrapper response) throws IOException {
		Delivery delivery;
		try {
			delivery = decide(response);
		}
		catch (RuntimeException ex) {
			// Nothing of what the handler answered came true
			response.discard();
			throw ex;
		}
		if (delivery instanceof Delivery.Refusal refusal) {
			response.discard();
			throw refusal.exception();
		}
		deliver(delivery, response, false);
	}

	/**
	 * The interceptors of the handler are done for.
	 */
	void completed() {
		if (!(this.progress instanceof Progress.Answered)) {
			this.recorder.rollBack();
		}
	}

	/**
	 * A dispatch of the request is back in the filter.
	 * @param request the request
	 * @param response the response that the filter wrapped
	 * @param errorPage whether the dispatch has rendered an error page
	 * @throws IOException if the client cannot be written to
	 */
	void dispatched(ServletRequest request, IdempotencyResponseWrapper response, boolean errorPage) throws IOException {
		// Tomcat calls a request asynchronous still while it renders its error page
		if (request.isAsyncStarted() && !errorPage) {
			request.getAsyncContext().addListener(new AsyncObserver(this));
			return;
		}
		finish(response, errorPage, request.getDispatcherType() == DispatcherType.INCLUDE);
	}

	/**
	 * The handler completes an asynchronous request that it has started itself: no
	 * dispatch comes after it.
	 * @param response the response that the filter wrapped
	 * @throws IOException if the client cannot be written to
	 */
	void completedByHandler(IdempotencyResponseWrapper response) throws IOException {
		entered();
		if (this.progress instanceof Progress.Entered) {
			this.progress = new Progress.Answered(null);
		}
		finish(response, false, false);
	}

	private void finish(IdempotencyResponseWrapper response, boolean errorPage, boolean included) throws IOException {
		if (!isDecided() && this.held.isErrorSent() && !errorPage) {
			awaitErrorPage();
			if (this.progress instanceof Progress.Preparing) {
				free();
				response.release();
			}
			return;
		}
		Delivery delivery;
		try {
			delivery = decide(response);
		}
		catch (RuntimeException ex) {
			response.discard();
			throw ex;
		}
		catch (Error ex) {
			response.discard();
			// As a cause, so that the container answers
			throw new IllegalStateException("The response of operation " + operationName() + " could not be recorded",
					ex);
		}
		deliver(delivery, response, included);
		response.release();
	}

	private void deliver(Delivery delivery, IdempotencyResponseWrapper response, boolean included) throws IOException {
		if (delivery instanceof Delivery.Winner winner) {
			response.discard();
			response.replay(winner.response(), this.operation, included);
		}
		else if (delivery instanceof Delivery.Refusal refusal) {
			response.discard();
			response.refuse(refusal.exception());
		}
	}

	/**
	 * A dispatch of the request ended with an exception that nobody resolved.
	 * @param response the response that the filter wrapped
	 * @param errorPage whether the dispatch was to render an error page
	 */
	void escaped(IdempotencyResponseWrapper response, boolean errorPage) {
		this.recorder.rollBack();
		response.abort();
		if (isDecided()) {
			return;
		}
		if (!(this.progress instanceof Progress.Preparing)) {
			this.progress = this.clientGone ? new Progress.Orphaned() : new Progress.Escaped();
		}
		awaitErrorPage();
		if (errorPage || !mayRecordEscaped()) {
			settle(HttpStatus.OK.value(), null);
		}
	}

	private boolean mayRecordEscaped() {
		return this.progress instanceof Progress.Escaped && isRecordable(HttpStatus.INTERNAL_SERVER_ERROR.value());
	}

	/**
	 * Leaves the claim to its lease, so that a container that never comes back does not
	 * keep the key claimed; unless somebody is known to be at work.
	 */
	private void awaitErrorPage() {
		if (this.state.compareAndSet(State.OPEN, State.AWAITS_ERROR_PAGE)) {
			this.recorder.rollBack();
			this.work.onEnd((ended) -> this.recorder.stopRenewing());
		}
	}

	/**
	 * The response exceeds what can be held: the decision is made on what is known, and
	 * the bytes go.
	 * @param response the response that exceeds the limit
	 * @throws IOException if the client cannot be written to
	 */
	void overflow(IdempotencyResponseWrapper response) throws IOException {
		Delivery delivery = settle(response.getStatus(), null);
		deliver(delivery, response, false);
		response.letGo();
	}

	/**
	 * An asynchronous request has timed out: whoever handles that comes back with a
	 * dispatch, or else the container renders an error page.
	 */
	void timedOut() {
		awaitErrorPage();
	}

	/**
	 * An asynchronous request has failed: the client is gone.
	 */
	void clientGone() {
		this.clientGone = true;
		awaitErrorPage();
	}

	/**
	 * The container has ended an asynchronous request. If it never came back with what
	 * the handler answered, nobody can render that any more. An error page may come after
	 * this.
	 */
	void ended() {
		if (this.state.get() == State.OPEN || (this.clientGone && !isDecided())) {
			this.progress = new Progress.Orphaned();
			settle(HttpStatus.OK.value(), null);
		}
	}

	private Delivery decide(IdempotencyResponseWrapper response) throws IOException {
		if (isDecided()) {
			return new Delivery.Own();
		}
		response.flushWriter();
		return settle(response.getStatus(), response);
	}

	/**
	 * Decides, unless that has been done, and applies the verdict.
	 * @param status the status of the response
	 * @param response the response to record, {@code null} if there is none
	 * @return what the client is to get
	 */
	private Delivery settle(int status, @Nullable IdempotencyResponseWrapper response) {
		if (this.state.getAndSet(State.DECIDED) == State.DECIDED) {
			return new Delivery.Own();
		}
		boolean settled = false;
		try {
			if (mustHold()) {
				this.recorder.rollBack();
			}
			if (this.clientGone && this.progress instanceof Progress.Entered) {
				this.progress = new Progress.Orphaned();
			}
			Verdict verdict = Judge.judge(this.progress, this.work.state(), status, this.held.revision(),
					this::isRecordable);
			Delivery delivery = apply(verdict, status, response);
			settled = true;
			return delivery;
		}
		finally {
			if (!settled) {
				this.recorder.leave();
			}
		}
	}

	private Delivery apply(Verdict verdict, int status, @Nullable IdempotencyResponseWrapper response) {
		switch (verdict) {
			case RECORD -> {
				StoredResponse stored = (response != null) ? this.held.toStoredResponse(status,
						response.getContentType(), this.operation.storableHeaders()) : null;
				return this.recorder.record(status, stored);
			}
			case RECORD_WITHOUT_RESPONSE -> this.recorder.record(status, null);
			case FREE -> this.recorder.free();
			case LEAVE -> this.recorder.leave();
			case WATCH -> this.work.onEnd(this::workEnded);
		}
		return new Delivery.Own();
	}

	/**
	 * Nobody can render what the work came to: it is only known whether it ended well.
	 */
	private void workEnded(Work.State ended) {
		try {
			apply(Judge.judge(new Progress.Orphaned(), ended, HttpStatus.OK.value(), 0, (status) -> true),
					HttpStatus.OK.value(), null);
		}
		catch (RuntimeException ex) {
			logger.warn("Could not record that operation {} ran under claim {}", operationName(), this.id, ex);
		}
	}

	private boolean isRecordable(int status) {
		Object result = (this.progress instanceof Progress.Answered answered) ? answered.result() : null;
		try {
			return this.policy.isRecordable(this.operation, status, result);
		}
		catch (RuntimeException ex) {
			logger.warn("The replay policy failed for operation {}; the response is recorded by its status",
					operationName(), ex);
			return this.operation.replayStatuses().contains(status);
		}
	}

	private void free() {
		if (this.state.getAndSet(State.DECIDED) != State.DECIDED) {
			this.recorder.free();
		}
	}

	/**
	 * Where an exchange stands.
	 */
	private enum State {

		OPEN, AWAITS_ERROR_PAGE, DECIDED

	}

}

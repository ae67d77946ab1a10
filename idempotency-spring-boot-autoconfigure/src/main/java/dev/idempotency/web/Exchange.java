package dev.idempotency.web;

import java.io.IOException;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.method.HandlerMethod;

/**
 * One request that runs under a claim, from the claim to the decision, through all its
 * dispatches. A request attribute.
 * <p>
 * Observers tell its {@link HandlerRun} how far the handler has come. The filter, or the
 * interceptor of a transactional operation, has the {@link Settlement} decide before the
 * first byte leaves.
 */
final class Exchange {

	private static final String ATTRIBUTE = Exchange.class.getName();

	private final Keyed keyed;

	private final Recorder recorder;

	private final HandlerRun run;

	private final HeldResponse held;

	private final Settlement settlement;

	private boolean wrapped;

	Exchange(Keyed keyed, HandlerMethod handler, IdempotencyReplayPolicy policy, Recorder recorder) {
		this.keyed = keyed;
		this.recorder = recorder;
		this.run = new HandlerRun(handler);
		this.held = new HeldResponse(this, keyed.operation().maxResponseSize());
		this.settlement = new Settlement(keyed, policy, recorder, this.run, this.held);
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
	 * @param request the request that the filter wrapped
	 * @param response the response that the filter wrapped
	 * @param wrapped whether others have wrapped the response for the handler
	 */
	void begin(IdempotencyRequestWrapper request, IdempotencyResponseWrapper response, boolean wrapped) {
		this.wrapped = wrapped;
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
				this.held.errorPage(response.next());
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

	HandlerRun run() {
		return this.run;
	}

	Keyed keyed() {
		return this.keyed;
	}

	boolean isDecided() {
		return this.settlement.isDecided();
	}

	/**
	 * Returns whether the container has been asked for an error page.
	 */
	boolean awaitsErrorPage() {
		return this.settlement.awaitsErrorPage() || this.held.isErrorSent();
	}

	/**
	 * Returns whether the response must be held whatever its size: nothing may leave, and
	 * the transaction not end, while the handler is still at work.
	 */
	boolean mustHold() {
		return this.recorder.isInTransaction() && !this.run.hasAnswered();
	}

	/**
	 * Returns whether the handler must answer on the thread on which it was called, and
	 * by itself.
	 */
	boolean isBoundToThread() {
		return this.keyed.operation().operation().transactional();
	}

	/**
	 * Returns whether the body of a forward may have gone to somebody who has wrapped the
	 * response and passes it on later. Since Servlet 6.1 a container closes the response
	 * for all of them when a forward returns.
	 */
	boolean isHeldByOthers(ServletRequest request) {
		return this.wrapped && (!Servlet61.isSupported(request) || this.held.isWithoutBody());
	}

	String operationName() {
		return this.keyed.operation().operation().name();
	}

	/**
	 * An exception is about to be resolved: by the handler, or on the way to it. What the
	 * handler did in its transaction is undone before.
	 */
	void raised(Exception exception) {
		this.run.raised(exception, this.held.revision());
		this.recorder.rollBack();
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
		this.run.entered();
		if (request.isAsyncStarted()) {
			return;
		}
		this.run.handled();
		if (!isBoundToThread()) {
			return;
		}
		if (!rendered || this.held.isErrorSent()) {
			this.recorder.rollBack();
			if (!rendered) {
				throw new IllegalStateException("The transactional operation " + operationName()
						+ " was rolled back, because its handler returned a view: return the response itself,"
						+ " or remove 'transactional' from its @Idempotent");
			}
		}
		else if (response instanceof IdempotencyResponseWrapper wrapper) {
			decideInTransaction(wrapper);
		}
	}

	private void decideInTransaction(IdempotencyResponseWrapper response) throws IOException {
		Delivery delivery = decide(response);
		if (delivery instanceof Delivery.Refusal refusal) {
			response.discard();
			throw refusal.exception();
		}
		RecordedDelivery.deliver(delivery, this.keyed.operation(), response, false);
	}

	/**
	 * The interceptors of the handler are done for.
	 */
	void completed() {
		if (!this.run.hasAnswered()) {
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
			request.getAsyncContext().addListener(new AsyncObserver(this.run, this.settlement));
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
		this.run.handled();
		finish(response, false, false);
	}

	private void finish(IdempotencyResponseWrapper response, boolean errorPage, boolean included) throws IOException {
		if (!isDecided() && this.held.isErrorSent() && !errorPage) {
			this.settlement.awaitErrorPage();
			if (!this.run.isEntered()) {
				this.settlement.free();
				response.release();
			}
			return;
		}
		Delivery delivery;
		try {
			delivery = decide(response);
		}
		catch (Error ex) {
			// As a cause, so that the container answers
			throw new IllegalStateException("The response of operation " + operationName() + " could not be recorded",
					ex);
		}
		RecordedDelivery.deliver(delivery, this.keyed.operation(), response, included);
		response.release();
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
		this.run.escaped();
		this.settlement.awaitErrorPage();
		if (errorPage || !this.run.hasEscaped()
				|| !this.settlement.isRecordable(HttpStatus.INTERNAL_SERVER_ERROR.value())) {
			this.settlement.settle(HttpStatus.OK.value(), null);
		}
	}

	/**
	 * The response exceeds what can be held: the decision is made on what is known, and
	 * the bytes go.
	 * @param response the response that exceeds the limit
	 * @throws IOException if the client cannot be written to
	 */
	void overflow(IdempotencyResponseWrapper response) throws IOException {
		Delivery delivery = this.settlement.settle(response.getStatus(), null);
		RecordedDelivery.deliver(delivery, this.keyed.operation(), response, false);
		response.letGo();
	}

	private Delivery decide(IdempotencyResponseWrapper response) throws IOException {
		if (isDecided()) {
			return new Delivery.Own();
		}
		boolean settled = false;
		try {
			response.flushWriter();
			Delivery delivery = this.settlement.settle(response.getStatus(), response);
			settled = true;
			return delivery;
		}
		finally {
			if (!settled) {
				// Nothing of what the handler answered came true
				response.discard();
			}
		}
	}

}

package dev.idempotency.web;

import java.lang.reflect.Method;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

import org.jspecify.annotations.Nullable;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.method.annotation.HandlerMethodValidationException;

import dev.idempotency.IdempotencyException;

/**
 * What is known of the handler of a claimed request: how far it has come, what work it
 * has given to another thread, and whether its client is still there. Observers tell it.
 */
final class HandlerRun {

	private final HandlerMethod handler;

	private final boolean entryObserved;

	private final Work work = new Work();

	private volatile Progress progress = new Progress.Preparing();

	private volatile boolean clientGone;

	HandlerRun(HandlerMethod handler) {
		this.handler = handler;
		this.entryObserved = HandlerEntry.isObserved(handler.getBean());
		if (!this.entryObserved && handler.getMethod().getParameterCount() == 0) {
			this.progress = new Progress.Entered();
		}
	}

	Method method() {
		return this.handler.getMethod();
	}

	boolean isOf(@Nullable Method method) {
		return this.handler.getMethod().equals(method);
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
	 * The handler has answered, if not with a body object then by itself.
	 */
	void handled() {
		entered();
		if (this.progress instanceof Progress.Entered) {
			answered(null);
		}
	}

	/**
	 * An exception is about to be resolved: by the handler, or on the way to it.
	 * @param exception the exception
	 * @param revision the revision of the response, before anybody resolves it
	 */
	void raised(Exception exception, int revision) {
		if (exception instanceof AsyncRequestNotUsableException) {
			clientGone();
		}
		if (isRefusal(exception) || isOfAnotherOperation(exception)) {
			this.progress = new Progress.Preparing();
		}
		else if (isEntered()) {
			this.progress = this.clientGone ? new Progress.Orphaned() : new Progress.Raised(revision);
		}
	}

	/**
	 * Returns whether Spring MVC has refused the arguments of the handler method.
	 */
	private boolean isRefusal(Exception exception) {
		return exception instanceof HandlerMethodValidationException invalid && !invalid.isForReturnValue()
				&& isOf(invalid.getMethod());
	}

	/**
	 * Returns whether a step of the handler, or an operation that it called, was refused:
	 * the next run may get further.
	 */
	private static boolean isOfAnotherOperation(Exception exception) {
		for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
			if (cause instanceof IdempotencyException) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Nobody has resolved an exception.
	 */
	void escaped() {
		if (isEntered()) {
			this.progress = this.clientGone ? new Progress.Orphaned() : new Progress.Escaped();
		}
	}

	void clientGone() {
		this.clientGone = true;
	}

	/**
	 * Nobody can render any more what the handler answers.
	 */
	void orphaned() {
		this.progress = new Progress.Orphaned();
	}

	boolean isClientGone() {
		return this.clientGone;
	}

	boolean isEntered() {
		return !(this.progress instanceof Progress.Preparing);
	}

	boolean hasAnswered() {
		return this.progress instanceof Progress.Answered;
	}

	boolean hasEscaped() {
		return this.progress instanceof Progress.Escaped;
	}

	/**
	 * Returns the body object with which the handler has answered.
	 */
	@Nullable Object result() {
		return (this.progress instanceof Progress.Answered answered) ? answered.result() : null;
	}

	/**
	 * Has somebody told when the work on another thread has ended, at once if it has.
	 */
	void onWorkEnd(Consumer<Work.State> told) {
		this.work.onEnd(told);
	}

	/**
	 * Has it judged what happens to the claim.
	 * @param status the status of the response
	 * @param revision the revision of the response
	 * @param recordable whether a status is to be recorded
	 * @return the verdict
	 */
	Verdict judge(int status, int revision, IntPredicate recordable) {
		if (this.clientGone && this.progress instanceof Progress.Entered) {
			orphaned();
		}
		return Judge.judge(this.progress, this.work.state(), status, revision, recordable);
	}

}

package dev.idempotency.web;

import java.util.concurrent.Callable;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.CallableProcessingInterceptor;
import org.springframework.web.context.request.async.WebAsyncUtils;

import dev.idempotency.engine.RunningOperation;
import dev.idempotency.engine.RunningOperation.Entered;

/**
 * Tells the threads on which a handler works which operation it is of, so that its steps
 * find it: the one that calls it, and the one on which Spring MVC runs the
 * {@code Callable} that it may return.
 */
final class OperationThreads implements CallableProcessingInterceptor {

	private static final String ENTERED = OperationThreads.class.getName() + ".ENTERED";

	private final RunningOperation operation;

	private OperationThreads(RunningOperation operation) {
		this.operation = operation;
	}

	/**
	 * The handler is called next, on this thread.
	 */
	static void enter(HttpServletRequest request, RunningOperation operation) {
		WebAsyncUtils.getAsyncManager(request)
			.registerCallableInterceptor(OperationThreads.class, new OperationThreads(operation));
		request.setAttribute(ENTERED, operation.enter());
	}

	/**
	 * The handler is back, on the thread that called it.
	 */
	static void leave(HttpServletRequest request) {
		if (request.getAttribute(ENTERED) instanceof Entered entered) {
			request.removeAttribute(ENTERED);
			entered.close();
		}
	}

	@Override
	public <T> void preProcess(NativeWebRequest request, Callable<T> task) {
		RunningOperation.setCurrent(this.operation);
	}

	@Override
	public <T> void postProcess(NativeWebRequest request, Callable<T> task, Object concurrentResult) {
		RunningOperation.setCurrent(null);
	}

}

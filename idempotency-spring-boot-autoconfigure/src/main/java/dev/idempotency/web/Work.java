package dev.idempotency.web;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.CallableProcessingInterceptor;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.context.request.async.WebAsyncUtils;

/**
 * The work that a handler has given to another thread, as far as it can be watched: a
 * {@code Callable}, a {@code WebAsyncTask} or a {@code CompletionStage}. Of a
 * {@code DeferredResult}, or an asynchronous request of the handler's own, nobody sees
 * the end.
 */
final class Work implements CallableProcessingInterceptor {

	private State state = State.UNKNOWN;

	private @Nullable Consumer<State> listener;

	/**
	 * Watches what a handler method returned.
	 * @param returned the value
	 * @param request the request, on which nothing has been started yet
	 */
	void watch(@Nullable Object returned, NativeWebRequest request) {
		if (returned instanceof Callable<?> || returned instanceof WebAsyncTask<?>) {
			// Until it begins: one that waits for a thread is cancelled with its request
			set(State.FAILED);
			WebAsyncUtils.getAsyncManager(request).registerCallableInterceptor(Work.class, this);
		}
		else if (returned instanceof CompletionStage<?> stage) {
			set(State.RUNNING);
			stage.whenComplete((value, failure) -> end(failure == null));
		}
	}

	private synchronized void set(State newState) {
		this.state = newState;
	}

	@Override
	public <T> void preProcess(NativeWebRequest request, Callable<T> task) {
		set(State.RUNNING);
	}

	@Override
	public <T> void postProcess(NativeWebRequest request, Callable<T> task, @Nullable Object concurrentResult) {
		end(!(concurrentResult instanceof Throwable));
	}

	private void end(boolean well) {
		Consumer<State> told;
		State ended = well ? State.ENDED_WELL : State.FAILED;
		synchronized (this) {
			this.state = ended;
			told = this.listener;
			this.listener = null;
		}
		if (told != null) {
			told.accept(ended);
		}
	}

	synchronized State state() {
		return this.state;
	}

	/**
	 * Has somebody told when the work has ended, at once if it has.
	 */
	void onEnd(Consumer<State> told) {
		State now;
		synchronized (this) {
			now = this.state;
			if (now == State.RUNNING) {
				this.listener = told;
				return;
			}
		}
		told.accept(now);
	}

	/**
	 * How the work stands.
	 */
	enum State {

		/** There is none, or none whose end can be seen. */
		UNKNOWN,

		/** Somebody is at work. */
		RUNNING,

		/** It has come to a result. */
		ENDED_WELL,

		/** It ended with an exception, or never began. */
		FAILED

	}

}

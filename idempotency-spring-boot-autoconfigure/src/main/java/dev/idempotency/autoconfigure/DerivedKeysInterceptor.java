package dev.idempotency.autoconfigure;

import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.CallableProcessingInterceptor;
import org.springframework.web.context.request.async.WebAsyncUtils;
import org.springframework.web.servlet.AsyncHandlerInterceptor;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.client.IdempotencyScope;
import dev.idempotency.client.IdempotencyScope.Opened;
import dev.idempotency.web.IdempotencyInterceptor;
import dev.idempotency.web.OperationIdentity;

/**
 * Lets the requests that the handler of an idempotent operation sends carry keys derived
 * from the identity of its record (application, caller and key) and the fingerprint of
 * its request. When the handler runs again for the same request, they are the same. Goes
 * along with a {@code Callable}, and says where it cannot.
 */
final class DerivedKeysInterceptor implements AsyncHandlerInterceptor {

	private static final Logger logger = LoggerFactory.getLogger(DerivedKeysInterceptor.class);

	private static final String RUN = DerivedKeysInterceptor.class.getName() + ".RUN";

	private final Set<String> warned = ConcurrentHashMap.newKeySet();

	@Override
	public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
		if (request.getAttribute(RUN) instanceof Run known) {
			known.open();
			return true;
		}
		OperationIdentity operation = IdempotencyInterceptor.operationOf(request);
		if (operation != null) {
			Run run = new Run(operation);
			request.setAttribute(RUN, run);
			WebAsyncUtils.getAsyncManager(request).registerCallableInterceptor(RUN, run);
			run.open();
		}
		return true;
	}

	@Override
	public void afterConcurrentHandlingStarted(HttpServletRequest request, HttpServletResponse response,
			Object handler) {
		left(request, true);
	}

	@Override
	public void afterCompletion(HttpServletRequest request, HttpServletResponse response, Object handler,
			@Nullable Exception exception) {
		left(request, request.isAsyncStarted());
	}

	private void left(HttpServletRequest request, boolean goesOn) {
		if (request.getAttribute(RUN) instanceof Run run && run.close() && goesOn && run.isLost()
				&& this.warned.add(run.operation())) {
			logger.warn("The handler of the idempotent operation '{}' goes on elsewhere without its scope, so that"
					+ " requests which it sends there have new keys each time it runs. Call IdempotencyScope.current()"
					+ " in the handler, and send them within scope.call(…), or return a Callable.", run.operation());
		}
	}

	/**
	 * The scope of one request, and where it is open.
	 */
	private static final class Run implements CallableProcessingInterceptor {

		private final String operation;

		private final IdempotencyScope scope;

		/** On the thread of the container, which has the request to itself. */
		private @Nullable Opened handler;

		/** On the thread of a callable. */
		private @Nullable Opened task;

		private boolean carried;

		Run(OperationIdentity operation) {
			this.operation = operation.name();
			HexFormat hex = HexFormat.of();
			this.scope = IdempotencyScope.derivedFrom(new IdempotencyKey(
					hex.formatHex(operation.id().toBytes()) + hex.formatHex(operation.fingerprint().toBytes())));
		}

		String operation() {
			return this.operation;
		}

		void open() {
			close();
			this.handler = this.scope.open();
		}

		boolean close() {
			Opened opened = this.handler;
			if (opened == null) {
				return false;
			}
			this.handler = null;
			opened.close();
			return true;
		}

		/** Whether nothing took the scope along. */
		boolean isLost() {
			return !this.carried && !this.scope.isUsed();
		}

		@Override
		public <T> void beforeConcurrentHandling(NativeWebRequest request, Callable<T> callable) {
			this.carried = true;
		}

		@Override
		public <T> void preProcess(NativeWebRequest request, Callable<T> callable) {
			this.task = this.scope.open();
		}

		@Override
		public <T> void postProcess(NativeWebRequest request, Callable<T> callable, @Nullable Object concurrentResult) {
			Opened opened = this.task;
			if (opened != null) {
				opened.close();
			}
		}

	}

}

package dev.idempotency.autoconfigure;

import java.util.HexFormat;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.AsyncHandlerInterceptor;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.client.IdempotencyScope;
import dev.idempotency.client.IdempotencyScope.Opened;
import dev.idempotency.repository.RecordId;
import dev.idempotency.web.IdempotencyInterceptor;

/**
 * Lets the requests that the handler of an idempotent operation sends carry keys derived
 * from the identity of its record: application, caller and key. When the handler runs
 * again, they are the same.
 */
final class DerivedKeysInterceptor implements AsyncHandlerInterceptor {

	private static final String SCOPE = DerivedKeysInterceptor.class.getName() + ".SCOPE";

	private static final String OPENED = DerivedKeysInterceptor.class.getName() + ".OPENED";

	@Override
	public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
		RecordId operation = IdempotencyInterceptor.operationOf(request);
		if (operation != null) {
			request.setAttribute(OPENED, scope(request, operation).open());
		}
		return true;
	}

	private static IdempotencyScope scope(HttpServletRequest request, RecordId operation) {
		if (request.getAttribute(SCOPE) instanceof IdempotencyScope known) {
			return known;
		}
		IdempotencyScope scope = IdempotencyScope
			.derivedFrom(new IdempotencyKey(HexFormat.of().formatHex(operation.toBytes())));
		request.setAttribute(SCOPE, scope);
		return scope;
	}

	@Override
	public void afterConcurrentHandlingStarted(HttpServletRequest request, HttpServletResponse response,
			Object handler) {
		close(request);
	}

	@Override
	public void afterCompletion(HttpServletRequest request, HttpServletResponse response, Object handler,
			@Nullable Exception exception) {
		close(request);
	}

	private static void close(HttpServletRequest request) {
		if (request.getAttribute(OPENED) instanceof Opened opened) {
			request.removeAttribute(OPENED);
			opened.close();
		}
	}

}

package dev.idempotency.web;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.util.WebUtils;

import dev.idempotency.IdempotencyException;
import dev.idempotency.IdempotencyKey;
import dev.idempotency.IdempotencyKeyMissingException;
import dev.idempotency.engine.Decision;
import dev.idempotency.engine.IdempotencyEngine;
import dev.idempotency.engine.Outcome;
import dev.idempotency.engine.StoredResponse;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.PartsDigest;
import dev.idempotency.repository.RecordId;

/**
 * The protocol: claims the key of a request before its handler runs, answers retries, and
 * has the outcome decided when the handler has returned. Runs as the last interceptor, so
 * that the others can still refuse.
 *
 * @since 0.1.0
 */
public final class IdempotencyInterceptor implements HandlerInterceptor {

	private static final Set<String> UNTOUCHED_METHODS = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

	/** Request attribute: when a request began that runs unprotected. */
	private static final String UNPROTECTED_SINCE = IdempotencyInterceptor.class.getName() + ".UNPROTECTED_SINCE";

	private final IdempotentOperations operations;

	private final IdempotencyEngine engine;

	private final IdempotencyStrategies strategies;

	private final String namespace;

	/**
	 * Creates the interceptor.
	 * @param operations the operations of the application
	 * @param engine decides about requests
	 * @param strategies what the application decides in its own way
	 * @param namespace separates applications on one repository
	 */
	public IdempotencyInterceptor(IdempotentOperations operations, IdempotencyEngine engine,
			IdempotencyStrategies strategies, String namespace) {
		this.operations = operations;
		this.engine = engine;
		this.strategies = strategies;
		this.namespace = namespace;
	}

	@Override
	public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
			throws IOException, ServletException {
		if (!(handler instanceof HandlerMethod method) || isUntouched(request)
				|| request.getDispatcherType() == DispatcherType.ERROR) {
			return true;
		}
		HandlerOperation operation = this.operations.find(method);
		if (operation == null || Exchange.find(request) != null || request.getAttribute(UNPROTECTED_SINCE) != null) {
			return true;
		}
		long start = System.nanoTime();
		try {
			return handle(request, response, method, operation, start);
		}
		catch (IdempotencyException ex) {
			ended(operation, Outcome.of(ex), start);
			throw ex;
		}
	}

	static boolean isUntouched(HttpServletRequest request) {
		return UNTOUCHED_METHODS.contains(request.getMethod());
	}

	private boolean handle(HttpServletRequest request, HttpServletResponse response, HandlerMethod method,
			HandlerOperation operation, long start) throws IOException, ServletException {
		IdempotencyRequestWrapper requestWrapper = required(
				WebUtils.getNativeRequest(request, IdempotencyRequestWrapper.class));
		IdempotencyResponseWrapper responseWrapper = required(
				WebUtils.getNativeResponse(response, IdempotencyResponseWrapper.class));
		IdempotencyKey key = key(request, requestWrapper, operation);
		if (key == null) {
			if (operation.required()) {
				throw new IdempotencyKeyMissingException(operation.operation().problemTypePrefix(),
						operation.keyParser().headerName());
			}
			request.setAttribute(UNPROTECTED_SINCE, start);
			return true;
		}
		Fingerprint fingerprint = fingerprint(request, requestWrapper, operation);
		RecordId id = RecordId.of(this.namespace, this.strategies.scope().resolve(request), key);
		if (request.getAttribute(NotAcceptableRetryResolver.REPLAY_ONLY) != null) {
			Optional<StoredResponse> recorded = this.engine.find(operation.operation(), id, fingerprint);
			if (recorded.isPresent()) {
				replay(recorded.get(), operation, response, start);
			}
			return recorded.isEmpty();
		}
		Decision decision = this.engine.begin(operation.operation(), id, fingerprint);
		if (decision instanceof Decision.Run run) {
			new Exchange(this.engine, this.strategies.replay(), operation, run.claim(), method, start)
				.begin(requestWrapper, responseWrapper);
			return true;
		}
		if (decision instanceof Decision.Replay replay) {
			replay(replay.response(), operation, response, start);
			return false;
		}
		request.setAttribute(UNPROTECTED_SINCE, start);
		return true;
	}

	private void replay(StoredResponse recorded, HandlerOperation operation, HttpServletResponse response, long start)
			throws IOException {
		Replay.write(recorded, operation, response);
		ended(operation, Outcome.HIT, start);
	}

	/**
	 * Returns the key, with the body read if there is one. The header is looked at before
	 * the body, which without a key, or with a malformed one, is not ours to read.
	 */
	private @Nullable IdempotencyKey key(HttpServletRequest request, IdempotencyRequestWrapper wrapper,
			HandlerOperation operation) throws IOException, ServletException {
		IdempotencyKeyResolver resolver = this.strategies.key();
		if (resolver == null) {
			IdempotencyKey key = operation.keyParser().parse(request);
			if (key != null) {
				RequestBodies.prepare(request, wrapper, operation);
			}
			return key;
		}
		RequestBodies.prepare(request, wrapper, operation);
		String key;
		try {
			key = resolver.resolve(request, operation);
		}
		catch (IOException ex) {
			throw RequestBodies.unreadable(request, ex);
		}
		wrapper.rewind();
		return (key != null) ? operation.keyParser().check(key) : null;
	}

	private Fingerprint fingerprint(HttpServletRequest request, IdempotencyRequestWrapper wrapper,
			HandlerOperation operation) throws IOException, ServletException {
		PartsDigest digest = new PartsDigest();
		try {
			this.strategies.fingerprint().resolve(request, operation, digest);
		}
		catch (IOException ex) {
			throw RequestBodies.unreadable(request, ex);
		}
		wrapper.rewind();
		return Fingerprint.of(digest.toBytes());
	}

	private static <T> T required(@Nullable T wrapper) {
		if (wrapper == null) {
			throw new IllegalStateException("The request did not pass " + IdempotencyFilter.class.getName()
					+ ", which every idempotent operation needs; register the filter for its dispatcher servlet");
		}
		return wrapper;
	}

	private void ended(HandlerOperation operation, Outcome outcome, long start) {
		this.engine.ended(operation.operation(), outcome, start);
	}

	@Override
	public void postHandle(HttpServletRequest request, HttpServletResponse response, Object handler,
			@Nullable ModelAndView modelAndView) {
		Exchange exchange = Exchange.find(request);
		if (exchange != null && handler instanceof HandlerMethod method && exchange.isHandledBy(method.getMethod())) {
			exchange.handlerReturned(request, response, modelAndView == null);
		}
	}

	@Override
	public void afterCompletion(HttpServletRequest request, HttpServletResponse response, Object handler,
			@Nullable Exception exception) {
		Exchange exchange = Exchange.find(request);
		if (exchange != null && handler instanceof HandlerMethod method && exchange.isHandledBy(method.getMethod())) {
			exchange.handlerCompleted();
		}
		if (request.getAttribute(UNPROTECTED_SINCE) instanceof Long start && handler instanceof HandlerMethod method) {
			HandlerOperation operation = this.operations.find(method);
			if (operation != null) {
				request.removeAttribute(UNPROTECTED_SINCE);
				ended(operation, Outcome.BYPASS, start);
			}
		}
	}

}

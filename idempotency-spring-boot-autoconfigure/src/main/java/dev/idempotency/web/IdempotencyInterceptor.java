package dev.idempotency.web;

import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.AsyncHandlerInterceptor;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.util.WebUtils;

import dev.idempotency.IdempotencyException;
import dev.idempotency.IdempotencyKey;
import dev.idempotency.IdempotencyKeyMissingException;
import dev.idempotency.engine.Decision;
import dev.idempotency.engine.HeldClaim;
import dev.idempotency.engine.IdempotencyEngine;
import dev.idempotency.engine.IdempotencyObserver;
import dev.idempotency.engine.IdempotencyObserver.Observed;
import dev.idempotency.engine.IdempotencyObserver.Scope;
import dev.idempotency.engine.IdempotencyObserver.Step;
import dev.idempotency.engine.Operation;
import dev.idempotency.engine.Outcome;
import dev.idempotency.engine.RunningOperation;
import dev.idempotency.engine.StoredResponse;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.RecordId;

/**
 * The protocol: claims the key of a request before its handler runs, answers retries, and
 * has the outcome decided when the handler has returned. Runs as the last interceptor, so
 * that the others can still refuse.
 *
 * @since 0.1.0
 */
public final class IdempotencyInterceptor implements AsyncHandlerInterceptor {

	private static final Set<String> UNTOUCHED_METHODS = Set.of("GET", "HEAD", "OPTIONS", "TRACE", "QUERY", "PROPFIND",
			"REPORT", "SEARCH");

	private final IdempotentOperations operations;

	private final IdempotencyEngine engine;

	private final IdempotencyObserver observer;

	private final IdempotencyStrategies strategies;

	private final HandlerObservers observers = new HandlerObservers();

	private final RequestIdentity identity;

	private final ReplayAuthorization authorization = new ReplayAuthorization();

	/**
	 * Creates the interceptor.
	 * @param operations the operations of the application
	 * @param engine decides about requests
	 * @param observer follows requests
	 * @param strategies what the application decides in its own way
	 * @param namespace separates applications on one repository
	 */
	public IdempotencyInterceptor(IdempotentOperations operations, IdempotencyEngine engine,
			IdempotencyObserver observer, IdempotencyStrategies strategies, String namespace) {
		this.operations = operations;
		this.engine = engine;
		this.observer = observer;
		this.strategies = strategies;
		this.identity = new RequestIdentity(strategies, namespace, this.observers);
	}

	@Override
	public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
			throws IOException, ServletException {
		HandlerOperation operation = operation(request, handler);
		if (operation == null) {
			IdempotencyRequestWrapper.passBody(request);
			return true;
		}
		if (Exchange.find(request) != null || UnprotectedRequest.find(request) != null) {
			return true;
		}
		long start = System.nanoTime();
		RecordId id = null;
		try {
			IdempotencyRequestWrapper requestWrapper = required(
					WebUtils.getNativeRequest(request, IdempotencyRequestWrapper.class));
			IdempotencyResponseWrapper responseWrapper = required(
					WebUtils.getNativeResponse(response, IdempotencyResponseWrapper.class));
			HandlerMethod method = (HandlerMethod) handler;
			IdempotencyKey key = this.identity.key(request, requestWrapper, method, operation);
			if (key == null) {
				requestWrapper.passBody();
				return withoutKey(request, operation, start);
			}
			Fingerprint fingerprint = this.identity.fingerprint(request, operation);
			id = this.identity.id(request, key);
			Keyed keyed = new Keyed(operation, id, fingerprint, start);
			if (request.getAttribute(NotAcceptableRetryResolver.REPLAY_ONLY) != null) {
				return mayGoOnUnrecorded(keyed, method, request, responseWrapper);
			}
			Decision decision = claim(keyed);
			if (decision instanceof Decision.Run run) {
				begin(keyed, run.claim(), method, requestWrapper, response);
				return true;
			}
			if (decision instanceof Decision.Replay replay) {
				replay(replay.response(), keyed, method, request, responseWrapper);
				return false;
			}
			new UnprotectedRequest(operation, keyed, start).begin(request);
			return true;
		}
		catch (IdempotencyException ex) {
			this.engine.ended(operation.operation(), Outcome.of(ex), id, start);
			throw ex;
		}
	}

	private @Nullable HandlerOperation operation(HttpServletRequest request, Object handler) {
		boolean untouched = !(handler instanceof HandlerMethod) || isUntouched(request)
				|| IdempotencyFilter.isErrorPage(request);
		return untouched ? null : this.operations.find((HandlerMethod) handler);
	}

	/**
	 * Holds the response from here on. Whatever goes wrong, the handler has not run.
	 */
	private void begin(Keyed keyed, HeldClaim claim, HandlerMethod method, IdempotencyRequestWrapper request,
			HttpServletResponse response) {
		boolean begun = false;
		try {
			this.observers.install(request);
			IdempotencyResponseWrapper wrapper = required(
					WebUtils.getNativeResponse(response, IdempotencyResponseWrapper.class));
			Recorder recorder = new Recorder(this.engine, this.observer, keyed, claim);
			new Exchange(keyed, method, this.strategies.replay(), recorder).begin(request, wrapper,
					Container.isWrapped(response, wrapper));
			OperationThreads.enter(request, new RunningOperation(keyed.operation().operation(), claim));
			begun = true;
		}
		finally {
			if (!begun) {
				this.engine.release(claim);
			}
		}
	}

	/**
	 * Returns what identifies the operation that a request runs, the same whenever the
	 * same request runs it again under its key.
	 * @param request the request
	 * @return its name, the identity of its record and the fingerprint of the request,
	 * {@code null} if it has no key or no idempotent handler
	 */
	public static @Nullable OperationIdentity operationOf(HttpServletRequest request) {
		Exchange exchange = Exchange.find(request);
		UnprotectedRequest unprotected = UnprotectedRequest.find(request);
		Keyed keyed = (exchange != null) ? exchange.keyed() : null;
		if (unprotected != null) {
			keyed = unprotected.keyed();
		}
		return (keyed != null)
				? new OperationIdentity(keyed.operation().operation().name(), keyed.id(), keyed.fingerprint()) : null;
	}

	static boolean isUntouched(HttpServletRequest request) {
		return isUntouched(request.getMethod());
	}

	/**
	 * Returns whether requests with a method are left alone, be their handler annotated
	 * or not.
	 * @param method the method, in upper case
	 * @return {@code true} for the methods that are safe
	 */
	public static boolean isUntouched(String method) {
		return UNTOUCHED_METHODS.contains(method);
	}

	/**
	 * Returns whether there are requests to a handler that are not left alone.
	 * @param methods the methods that the handler is mapped to, in upper case, none for
	 * all
	 * @return {@code true} if not all of them are safe
	 */
	public static boolean mayBeTouched(Collection<String> methods) {
		return methods.isEmpty() || !UNTOUCHED_METHODS.containsAll(methods);
	}

	private static boolean withoutKey(HttpServletRequest request, HandlerOperation operation, long start) {
		if (operation.required()) {
			throw new IdempotencyKeyMissingException(operation.operation().problemTypePrefix(),
					operation.keyParser().headerName());
		}
		new UnprotectedRequest(operation, null, start).begin(request);
		return true;
	}

	@SuppressWarnings("try")
	private Decision claim(Keyed keyed) {
		Operation operation = keyed.operation().operation();
		Observed step = this.observer.begin(Step.CLAIM, operation.name(), keyed.id());
		String outcome = Outcome.ERROR.tag();
		try (Scope scope = step.open()) {
			Decision decision = this.engine.begin(operation, keyed.id(), keyed.fingerprint());
			outcome = describe(decision);
			return decision;
		}
		catch (IdempotencyException ex) {
			outcome = Outcome.of(ex).tag();
			throw ex;
		}
		finally {
			step.end(outcome);
		}
	}

	private static String describe(Decision decision) {
		if (decision instanceof Decision.Run) {
			return "acquired";
		}
		return (decision instanceof Decision.Replay) ? Outcome.HIT.tag() : Outcome.BYPASS.tag();
	}

	private boolean mayGoOnUnrecorded(Keyed keyed, HandlerMethod method, HttpServletRequest request,
			IdempotencyResponseWrapper response) throws IOException {
		Optional<StoredResponse> recorded = this.engine.find(keyed.operation().operation(), keyed.id(),
				keyed.fingerprint());
		if (recorded.isPresent()) {
			replay(recorded.get(), keyed, method, request, response);
		}
		return recorded.isEmpty();
	}

	private void replay(StoredResponse recorded, Keyed keyed, HandlerMethod method, HttpServletRequest request,
			IdempotencyResponseWrapper response) throws IOException {
		this.authorization.check(method, request, response);
		RecordedDelivery.replay(recorded, keyed.operation(), response,
				request.getDispatcherType() == DispatcherType.INCLUDE);
		this.engine.ended(keyed.operation().operation(), Outcome.HIT, keyed.id(), keyed.start());
	}

	private static <T> T required(@Nullable T wrapper) {
		if (wrapper == null) {
			throw new IllegalStateException("The request did not pass " + IdempotencyFilter.class.getName()
					+ ", which every idempotent operation needs; register the filter for its dispatcher servlet");
		}
		return wrapper;
	}

	@Override
	public void postHandle(HttpServletRequest request, HttpServletResponse response, Object handler,
			@Nullable ModelAndView modelAndView) throws IOException {
		Exchange exchange = exchange(request, handler);
		if (exchange != null) {
			exchange.handled(request, response, modelAndView == null);
		}
	}

	@Override
	public void afterConcurrentHandlingStarted(HttpServletRequest request, HttpServletResponse response,
			Object handler) {
		OperationThreads.leave(request);
	}

	@Override
	public void afterCompletion(HttpServletRequest request, HttpServletResponse response, Object handler,
			@Nullable Exception exception) {
		Exchange exchange = exchange(request, handler);
		if (exchange != null) {
			exchange.completed();
		}
		if (exchange != null || Exchange.find(request) == null) {
			OperationThreads.leave(request);
		}
		UnprotectedRequest unprotected = UnprotectedRequest.find(request);
		if (unprotected != null) {
			unprotected.end(request, this.engine);
		}
	}

	private static @Nullable Exchange exchange(HttpServletRequest request, Object handler) {
		Exchange exchange = (handler instanceof HandlerMethod) ? Exchange.find(request) : null;
		return (exchange != null && exchange.run().isOf(((HandlerMethod) handler).getMethod())) ? exchange : null;
	}

}

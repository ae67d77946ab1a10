package dev.idempotency.autoconfigure;

import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.KotlinDetector;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.method.HandlerMethod;

import dev.idempotency.web.IdempotentOperations;

/**
 * Refuses handler methods of transactional operations that could not keep the promise:
 * those whose answer is not complete when they return, and all of them where the
 * repository cannot take part in their transaction.
 */
final class TransactionalHandlers {

	private static final List<Class<?>> ASYNCHRONOUS = List.of(Callable.class, Future.class, CompletionStage.class,
			DeferredResult.class, WebAsyncTask.class);

	private static final List<Class<?>> ENTITIES = List.of(HttpEntity.class, HttpHeaders.class, ProblemDetail.class,
			ErrorResponse.class);

	private static final String WITHOUT = " remove 'transactional' from the annotation: effect and record then no longer"
			+ " commit together.";

	private final ObjectProvider<RepositoryTransactions> transactions;

	TransactionalHandlers(ObjectProvider<RepositoryTransactions> transactions) {
		this.transactions = transactions;
	}

	/**
	 * Checks a handler method of a transactional operation, whose transaction will have
	 * the settings that the method asks for.
	 * @param operation the name of the operation
	 * @param handler the handler method
	 * @throws IdempotencyConfigurationException if it cannot be transactional here
	 */
	void check(String operation, HandlerMethod handler) {
		Class<?> asynchronous = findAsynchronous(ResolvableType.forMethodReturnType(handler.getMethod()));
		if (asynchronous != null || KotlinDetector.isSuspendingFunction(handler.getMethod())) {
			throw refusal(handler.getMethod(),
					"answers asynchronously" + ((asynchronous != null) ? " (" + asynchronous.getName() + ")" : "")
							+ ": a transaction is bound to its thread",
					"Return the response itself, or");
		}
		if (rendersView(handler)) {
			throw refusal(handler.getMethod(), "answers by a view, which is rendered after the commit",
					"Annotate the method with @ResponseBody, return a ResponseEntity (for a redirect, one with status"
							+ " 303 and a Location), or");
		}
		RepositoryTransactions available = this.transactions.getIfAvailable();
		if (available == null) {
			throw refusal(handler.getMethod(), "there are no transactions (spring-tx is not on the class path)",
					"Use the jdbc repository, or");
		}
		try {
			available.verify();
			IdempotentOperations.Source source = IdempotentOperations.Source.of(handler);
			available.define(operation, source.method(), source.type());
		}
		catch (RepositoryTransactions.UnusableException ex) {
			throw refusal(handler.getMethod(), String.valueOf(ex.getMessage()), ex.remedy());
		}
	}

	private static IdempotencyConfigurationException refusal(Method method, String reason, String remedy) {
		return new IdempotencyConfigurationException(
				"The method " + method.getDeclaringClass().getName() + "." + method.getName()
						+ " is annotated with @Idempotent(transactional = true), but " + reason + ".",
				remedy + WITHOUT);
	}

	private static @Nullable Class<?> findAsynchronous(ResolvableType type) {
		Class<?> rawClass = type.resolve();
		if (rawClass == null) {
			return null;
		}
		if (isAsynchronous(rawClass)) {
			return rawClass;
		}
		return HttpEntity.class.isAssignableFrom(rawClass) ? findAsynchronous(type.as(HttpEntity.class).getGeneric(0))
				: null;
	}

	private static boolean isAsynchronous(Class<?> type) {
		return ASYNCHRONOUS.stream().anyMatch((asynchronous) -> asynchronous.isAssignableFrom(type))
				|| (type != Object.class && ReactiveAdapterRegistry.getSharedInstance().getAdapter(type) != null);
	}

	private static boolean rendersView(HandlerMethod handler) {
		Class<?> returned = handler.getMethod().getReturnType();
		return returned != void.class && ENTITIES.stream().noneMatch((entity) -> entity.isAssignableFrom(returned))
				&& !AnnotatedElementUtils.hasAnnotation(handler.getBeanType(), ResponseBody.class)
				&& !handler.hasMethodAnnotation(ResponseBody.class);
	}

}

package dev.idempotency.method;

import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;

import org.jspecify.annotations.Nullable;
import org.springframework.context.expression.MethodBasedEvaluationContext;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.GenericTypeResolver;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.expression.EvaluationException;
import org.springframework.expression.Expression;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.IdempotencyKeyMissingException;

/**
 * An annotated method, resolved once.
 *
 * @param method the method of the bean's class
 * @param settings what applies to its operation
 * @param required whether a call without a key is refused
 * @param key gives the key of a call
 * @param resultType the type of its result, or of what its stage completes with
 * @param later whether it returns a {@code CompletionStage}
 * @since 0.1.0
 */
public record IdempotentMethod(Method method, CallSettings settings, boolean required, Expression key, Type resultType,
		boolean later) {

	private static final ParameterNameDiscoverer PARAMETER_NAMES = new DefaultParameterNameDiscoverer();

	/**
	 * Returns an annotated method.
	 * @param method the method of the bean's class
	 * @param type the class of the bean
	 * @param settings what applies to its operation
	 * @param required whether a call without a key is refused
	 * @param key gives the key of a call
	 * @return the method
	 */
	public static IdempotentMethod of(Method method, Class<?> type, CallSettings settings, boolean required,
			Expression key) {
		Type returned = GenericTypeResolver.resolveType(method.getGenericReturnType(), type);
		boolean later = ResultTypes.isStage(method.getReturnType());
		return new IdempotentMethod(method, settings, required, key, later ? ofStage(returned) : returned, later);
	}

	/** Of a {@code CompletionStage} or {@code CompletableFuture}. */
	private static Type ofStage(Type returned) {
		return (returned instanceof ParameterizedType generic) ? generic.getActualTypeArguments()[0] : Object.class;
	}

	/**
	 * Returns the names by which an expression may ask for the arguments of a method.
	 * @param method the method
	 * @return the names, {@code null} if the class has none
	 */
	public static String @Nullable [] parameterNames(Method method) {
		return PARAMETER_NAMES.getParameterNames(method);
	}

	/**
	 * Returns the key of a call.
	 * @param target the bean
	 * @param arguments the arguments
	 * @return the key, {@code null} if there is none and none is required
	 */
	@Nullable IdempotencyKey key(@Nullable Object target, @Nullable Object[] arguments) {
		Object value = value(target, arguments);
		return (!this.required && CallKeys.isMissing(value)) ? null : CallKeys.of(this.settings, value);
	}

	private @Nullable Object value(@Nullable Object target, @Nullable Object[] arguments) {
		try {
			return this.key.getValue(
					new MethodBasedEvaluationContext(String.valueOf(target), this.method, arguments, PARAMETER_NAMES));
		}
		catch (EvaluationException ex) {
			throw IdempotencyKeyMissingException.ofCall(this.settings.operation().problemTypePrefix(),
					this.settings.operation().name(), ex);
		}
	}

}

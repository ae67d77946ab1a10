package dev.idempotency.autoconfigure;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.KotlinDetector;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

import dev.idempotency.Idempotent;
import dev.idempotency.engine.Operation;
import dev.idempotency.method.IdempotentMethod;
import dev.idempotency.method.IdempotentMethods;
import dev.idempotency.method.ResultTypes;

/**
 * Resolves the operations of methods at the start, and refuses what would not run once.
 */
final class MethodsCheck implements CheckedOperations {

	private static final String TRANSACTIONAL = "@Idempotent(transactional = true)";

	private static final String NOT_TRANSACTIONAL = " remove 'transactional' from the annotation: effect and record then"
			+ " no longer commit together.";

	private static final String REMOVE = "Or remove @Idempotent.";

	private final IdempotentMethods methods;

	private final boolean hasConverter;

	private final ObjectProvider<RepositoryTransactions> transactions;

	private final BiPredicate<Class<?>, Method> servesRequests;

	private final ConfigurableListableBeanFactory beans;

	/**
	 * Creates the check.
	 * @param methods the annotated methods
	 * @param hasConverter whether results can be written
	 * @param transactions begins transactions
	 * @param servesRequests whether requests are mapped to a method of a class
	 * @param context the application
	 */
	MethodsCheck(IdempotentMethods methods, boolean hasConverter, ObjectProvider<RepositoryTransactions> transactions,
			BiPredicate<Class<?>, Method> servesRequests, ConfigurableApplicationContext context) {
		this.methods = methods;
		this.hasConverter = hasConverter;
		this.transactions = transactions;
		this.servesRequests = servesRequests;
		this.beans = context.getBeanFactory();
	}

	@Override
	public Set<String> check() {
		Set<String> names = new TreeSet<>();
		BeanClasses.forEach(this.beans, (name, type) -> check(name, type, names));
		return names;
	}

	private void check(String bean, Class<?> type, Set<String> names) {
		boolean controller = isController(type);
		if (!controller && AnnotatedElementUtils.hasAnnotation(type, Idempotent.class)) {
			throw new IdempotencyConfigurationException(
					"The class " + type.getName() + " is annotated with @Idempotent, but is no controller: each of its"
							+ " methods needs a key of its own.",
					"Annotate the methods instead:\n\n    @Idempotent(key = \"#event.id()\")\n\n" + REMOVE);
		}
		Map<Method, Idempotent> annotated = MethodIntrospector.selectMethods(type,
				(MethodIntrospector.MetadataLookup<@Nullable Idempotent>) (method) -> AnnotatedElementUtils
					.findMergedAnnotation(method, Idempotent.class));
		annotated.forEach((method, annotation) -> {
			boolean mapped = controller && AnnotatedElementUtils.hasAnnotation(method, RequestMapping.class);
			if (mapped && !annotation.key().isEmpty()) {
				throw refusal(method, "has a 'key', but serves requests, whose key is in a header",
						"Remove 'key', or move it to a method of a service that the handler calls.");
			}
			if (!mapped && !(annotation.key().isEmpty() && mayHaveNoKey(controller, type, method))) {
				names.add(check(bean, type, method, annotation));
			}
		});
	}

	/**
	 * Returns whether a method is no operation of its own: it is one of a controller, or
	 * requests are mapped to it in another way, or its class only implements an annotated
	 * interface, as the client of a controller may.
	 */
	private boolean mayHaveNoKey(boolean controller, Class<?> type, Method method) {
		return controller || !AnnotatedElementUtils.isAnnotated(method, Idempotent.class)
				|| this.servesRequests.test(type, method);
	}

	private static boolean isController(Class<?> type) {
		return AnnotatedElementUtils.hasAnnotation(type, Controller.class)
				|| AnnotatedElementUtils.hasAnnotation(type, RequestMapping.class);
	}

	private String check(String bean, Class<?> type, Method method, Idempotent annotation) {
		if (annotation.key().isEmpty()) {
			throw refusal(method, "has no 'key', and serves no requests, which would bring one",
					"Say which key a call has, for example:\n\n    @Idempotent(key = \"#event.id()\")");
		}
		if (!annotation.unless().isEmpty()) {
			throw refusal(method, "has 'unless', which is about responses", "Throw an exception to free the key.");
		}
		int modifiers = method.getModifiers();
		if (Modifier.isFinal(modifiers) || Modifier.isPrivate(modifiers) || Modifier.isStatic(modifiers)
				|| Modifier.isFinal(type.getModifiers())) {
			throw refusal(method,
					"is final, private or static, or its class is final: no proxy can stand in front of it",
					"Make it a method that a subclass could override.");
		}
		checkResult(method);
		IdempotentMethod resolved = this.methods.get(type, method);
		Operation operation = resolved.settings().operation();
		if (!this.hasConverter && method.getReturnType() != void.class) {
			throw refusal(method, "has a result, but there is nothing that could write it",
					"Add Jackson (org.springframework.boot:spring-boot-starter-json), or a bean of type"
							+ " dev.idempotency.IdempotentResultConverter.");
		}
		if (operation.transactional()) {
			checkTransaction(operation, type, method, resolved.later());
		}
		if (this.beans.containsSingleton(bean)) {
			AdvisorOrder.check(this.beans.getBean(bean), type, method);
		}
		return operation.name();
	}

	private static void checkResult(Method method) {
		Class<?> returned = method.getReturnType();
		boolean recordable = ResultTypes.isStage(returned) ? returned.isAssignableFrom(CompletableFuture.class)
				: !ResultTypes.comesLater(returned);
		if (!recordable || KotlinDetector.isSuspendingFunction(method)) {
			throw refusal(method, "returns " + returned.getName() + ", of which nobody knows when it is done",
					"Return the result itself, or a CompletionStage or CompletableFuture.");
		}
	}

	private void checkTransaction(Operation operation, Class<?> type, Method method, boolean later) {
		if (later) {
			throw refusal(TRANSACTIONAL, method,
					"returns a CompletionStage, while a transaction is bound to its thread",
					"Return the result itself, or" + NOT_TRANSACTIONAL);
		}
		RepositoryTransactions available = this.transactions.getIfAvailable();
		if (available == null) {
			throw refusal(TRANSACTIONAL, method, "there are no transactions (spring-tx is not on the class path)",
					"Use the jdbc repository, or" + NOT_TRANSACTIONAL);
		}
		try {
			available.verify();
			available.define(operation.name(), method, type);
		}
		catch (RepositoryTransactions.UnusableException ex) {
			throw refusal(TRANSACTIONAL, method, String.valueOf(ex.getMessage()), ex.remedy() + NOT_TRANSACTIONAL);
		}
	}

	static IdempotencyConfigurationException refusal(Method method, String reason, String action) {
		return refusal("@Idempotent", method, reason, action);
	}

	private static IdempotencyConfigurationException refusal(String annotation, Method method, String reason,
			String action) {
		return new IdempotencyConfigurationException("The method " + method.getDeclaringClass().getName() + "."
				+ method.getName() + " is annotated with " + annotation + ", but " + reason + ".", action);
	}

}

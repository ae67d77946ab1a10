package dev.idempotency.autoconfigure;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

import org.springframework.core.NativeDetector;
import org.springframework.expression.Expression;
import org.springframework.expression.spel.SpelCompilerMode;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.SpelParserConfiguration;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.util.Assert;

import dev.idempotency.Idempotent;
import dev.idempotency.engine.Operation;
import dev.idempotency.method.CallSettings;
import dev.idempotency.method.IdempotentMethod;
import dev.idempotency.method.IdempotentMethods;
import dev.idempotency.web.OperationNames;

/**
 * The settings of operations that are called by method, by template or as steps.
 */
final class MethodSettings implements IdempotentMethods.Resolver, CallSettings.Resolver {

	private static final String EXAMPLE = "#event.id()";

	private final OperationSettings settings;

	private final SpelExpressionParser parser = new SpelExpressionParser(new SpelParserConfiguration(
			NativeDetector.inNativeImage() ? SpelCompilerMode.OFF : SpelCompilerMode.MIXED, null));

	MethodSettings(OperationSettings settings) {
		this.settings = settings;
	}

	@Override
	public CallSettings resolve(String operation) {
		Assert.isTrue(OperationSettings.isName(operation),
				() -> "The name of an operation " + OperationSettings.NAME_RULE + ", such as 'create-payment'");
		return toCallSettings(
				this.settings.operation(operation, this.settings.of(operation).ttl(), false, Operation.Kind.CALL));
	}

	private CallSettings toCallSettings(Operation operation) {
		IdempotencyProperties properties = this.settings.of(operation.name());
		return new CallSettings(operation, properties.key().maxLength(), (int) properties.maxResponseSize().toBytes());
	}

	@Override
	public IdempotentMethod resolve(Class<?> type, Method method) {
		Idempotent annotation = IdempotentMethods.annotation(type, method);
		Assert.state(annotation != null, () -> "There is no @Idempotent(key = ...) on " + method);
		String name = annotation.operation().isEmpty() ? OperationNames.of(type, method) : annotation.operation();
		Operation operation = this.settings.operation(name, annotation, method, Operation.Kind.CALL);
		return IdempotentMethod.of(method, type, toCallSettings(operation), annotation.required(),
				key(annotation, method));
	}

	private Expression key(Idempotent annotation, Method method) {
		Expression expression = OperationSettings.expression(this.parser, method, "key", annotation.key(), EXAMPLE);
		Set<String> known = variables(method);
		if (expression instanceof SpelExpression spel) {
			check(spel.getAST(), known, annotation, method);
		}
		return expression;
	}

	private static Set<String> variables(Method method) {
		Set<String> variables = new HashSet<>(Set.of("#root", "#this"));
		for (int i = 0; i < method.getParameterCount(); i++) {
			variables.add("#a" + i);
			variables.add("#p" + i);
		}
		String[] names = IdempotentMethod.parameterNames(method);
		if (names != null) {
			Arrays.stream(names).forEach((name) -> variables.add("#" + name));
		}
		return variables;
	}

	private static void check(SpelNode node, Set<String> known, Idempotent annotation, Method method) {
		if (node instanceof VariableReference && !known.contains(node.toStringAST())) {
			throw OperationSettings.invalidAttribute(method, "key", annotation.key(), "the method has no parameter '"
					+ node.toStringAST().substring(1) + "' (compile with -parameters, or count: #a0 is the first one)",
					"#a0");
		}
		for (int i = 0; i < node.getChildCount(); i++) {
			check(node.getChild(i), known, annotation, method);
		}
	}

}

package dev.idempotency.web;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.expression.Expression;
import org.springframework.expression.spel.support.StandardEvaluationContext;

/**
 * Records what has one of the statuses to record, unless the expression of the annotation
 * excludes it. An expression that fails, or whose value is no boolean, excludes nothing.
 *
 * @since 0.1.0
 */
public final class StandardReplayPolicy implements IdempotencyReplayPolicy {

	private static final Logger logger = LoggerFactory.getLogger(StandardReplayPolicy.class);

	@Override
	public boolean isRecordable(HandlerOperation operation, int status, @Nullable Object result) {
		return operation.replayStatuses().contains(status) && !isExcluded(operation, status, result);
	}

	private static boolean isExcluded(HandlerOperation operation, int status, @Nullable Object result) {
		Expression unless = operation.unless();
		if (unless == null) {
			return false;
		}
		StandardEvaluationContext context = new StandardEvaluationContext();
		context.setVariable("result", result);
		context.setVariable("status", status);
		try {
			return Boolean.TRUE.equals(unless.getValue(context, Boolean.class));
		}
		catch (Throwable ex) {
			// Of the expression or of what it calls: the handler has run, and to run
			// again is worse
			logger.warn("The expression 'unless' of operation {} failed; the response is recorded",
					operation.operation().name(), ex);
			return false;
		}
	}

}

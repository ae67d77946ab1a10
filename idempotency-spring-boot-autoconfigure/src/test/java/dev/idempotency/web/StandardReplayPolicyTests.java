package dev.idempotency.web;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.expression.Expression;
import org.springframework.expression.spel.standard.SpelExpressionParser;

import dev.idempotency.engine.AbandonedPolicy;
import dev.idempotency.engine.Operation;
import dev.idempotency.engine.RepositoryFailurePolicy;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link StandardReplayPolicy}.
 */
class StandardReplayPolicyTests {

	private static final String PREFIX = "urn:idempotency:problem:";

	private final StandardReplayPolicy policy = new StandardReplayPolicy();

	@ParameterizedTest
	@ValueSource(strings = { "#result.text == 'a'", "#result.text() == 'a'", "#status < 300", "#result != null",
			"#unknown == null" })
	void isNotRecordedUnderATrueExpression(String unless) {
		assertThat(this.policy.isRecordable(operation(unless), 201, new Result("a"))).isFalse();
	}

	@Test
	void isRecordedWithoutAnExpression() {
		assertThat(this.policy.isRecordable(operation(null), 201, new Result("a"))).isTrue();
		assertThat(this.policy.isRecordable(operation(null), 503, new Result("a"))).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "#result.unchecked", "#result.unchecked()", "#result.checked", "#result.checked()",
			"#result.error()", "#result.error", "#result.unknown", "#result.text", "#result.text.unknown()",
			"#unknown.text == 'a'", "#result", "null", "1 / 0 == 1", "@bean.test()", "T(no.such.Type).test()",
			"new no.such.Type()" })
	void isRecordedWhateverTheExpressionThrows(String unless) {
		assertThat(this.policy.isRecordable(operation(unless), 201, new Result("a"))).isTrue();
	}

	private static HandlerOperation operation(@Nullable String unless) {
		Operation operation = new Operation("test", Duration.ofHours(1), Duration.ofMinutes(1), Duration.ZERO,
				AbandonedPolicy.RETRY, RepositoryFailurePolicy.REJECT, PREFIX, false);
		Expression expression = (unless != null) ? new SpelExpressionParser().parseExpression(unless) : null;
		return new HandlerOperation(operation, true,
				new KeyParser("Idempotency-Key", KeyFormat.LENIENT, 255, null, PREFIX),
				ReplayStatuses.of(List.of("2xx")), new StorableHeaders(List.of()), "Idempotent-Replayed", 1, 1, false,
				expression);
	}

	/**
	 * A result with accessors that fail.
	 *
	 * @param text a text
	 */
	record Result(String text) implements Delicate {
	}

	/**
	 * What fails, as a method and as a property.
	 */
	interface Delicate {

		/** Fails. */
		default boolean unchecked() {
			return fail(new IllegalStateException());
		}

		/** Fails. */
		default boolean isUnchecked() {
			return fail(new IllegalStateException());
		}

		/** Fails. */
		default boolean checked() throws IOException {
			return fail(new IOException());
		}

		/** Fails. */
		default boolean isChecked() throws IOException {
			return fail(new IOException());
		}

		/** Fails. */
		default boolean error() {
			return fail(new StackOverflowError());
		}

		/** Fails. */
		default boolean isError() {
			return fail(new NoClassDefFoundError());
		}

		private <E extends Throwable> boolean fail(E failure) throws E {
			if (!toString().isEmpty()) {
				throw failure;
			}
			return true;
		}

	}

}

package dev.idempotency.web;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The verdicts, as a table.
 */
class JudgeTests {

	private static final int SHAPED = 7;

	@ParameterizedTest
	@CsvSource(delimiterString = "|", value = {
			// progress | work | status | verdict
			"preparing | UNKNOWN    | 200 | FREE", "preparing | UNKNOWN    | 400 | FREE",
			"preparing | UNKNOWN    | 500 | FREE", "entered   | UNKNOWN    | 200 | RECORD",
			"entered   | UNKNOWN    | 500 | FREE", "answered  | UNKNOWN    | 201 | RECORD",
			"answered  | ENDED_WELL | 201 | RECORD", "answered  | UNKNOWN    | 409 | RECORD",
			"answered  | UNKNOWN    | 503 | FREE", "answered  | RUNNING    | 202 | RECORD",
			"answered  | RUNNING    | 503 | WATCH", "raised    | UNKNOWN    | 409 | RECORD",
			"raised    | FAILED     | 409 | RECORD", "raised    | UNKNOWN    | 500 | FREE",
			"raised    | RUNNING    | 503 | WATCH", "untouched | UNKNOWN    | 200 | FREE",
			"untouched | RUNNING    | 200 | WATCH", "escaped   | UNKNOWN    | 500 | FREE",
			"escaped   | UNKNOWN    | 200 | FREE", "orphaned  | UNKNOWN    | 200 | LEAVE",
			"orphaned  | RUNNING    | 200 | WATCH", "orphaned  | ENDED_WELL | 500 | RECORD_WITHOUT_RESPONSE",
			"orphaned  | FAILED     | 200 | FREE" })
	@DisplayName("2.9 what becomes of a claim, by progress, work and status")
	void verdicts(String progress, Work.State work, int status, Verdict verdict) {
		assertThat(Judge.judge(progress(progress), work, status, SHAPED, JudgeTests::isRecordable)).isEqualTo(verdict);
	}

	@ParameterizedTest
	@CsvSource({ "200, FREE", "400, FREE", "500, RECORD" })
	@DisplayName("2.9 the page of an exception that nobody resolved is recorded as the failure that it is, or not at all")
	void errorPages(int status, Verdict verdict) {
		assertThat(Judge.judge(new Progress.Escaped(), Work.State.UNKNOWN, status, SHAPED, (any) -> true))
			.isEqualTo(verdict);
	}

	private static boolean isRecordable(int status) {
		return status < 500;
	}

	private static Progress progress(@Nullable String name) {
		return switch (String.valueOf(name)) {
			case "entered" -> new Progress.Entered();
			case "answered" -> new Progress.Answered("body");
			case "raised" -> new Progress.Raised(SHAPED - 1);
			case "untouched" -> new Progress.Raised(SHAPED);
			case "escaped" -> new Progress.Escaped();
			case "orphaned" -> new Progress.Orphaned();
			default -> new Progress.Preparing();
		};
	}

}

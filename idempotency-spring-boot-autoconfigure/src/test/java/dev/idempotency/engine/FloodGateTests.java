package dev.idempotency.engine;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link FloodGate}.
 */
class FloodGateTests {

	private static final long MINUTE = Duration.ofMinutes(1).toNanos();

	private final FloodGate<String> gate = new FloodGate<>();

	@Test
	void letsTheFirstOfEachKindThroughAtOnce() {
		assertThat(this.gate.pass("mismatch", 0)).isZero();
		assertThat(this.gate.pass("error", 1)).isZero();
	}

	@Test
	void holdsTheOthersBackForAMinuteAndTellsHowMany() {
		this.gate.pass("mismatch", 0);
		assertThat(this.gate.pass("mismatch", 1)).isEqualTo(-1);
		assertThat(this.gate.pass("mismatch", MINUTE - 1)).isEqualTo(-1);
		assertThat(this.gate.pass("mismatch", MINUTE)).isEqualTo(2);
		assertThat(this.gate.pass("mismatch", MINUTE + 1)).isEqualTo(-1);
		assertThat(this.gate.pass("mismatch", 2 * MINUTE)).isEqualTo(1);
	}

}

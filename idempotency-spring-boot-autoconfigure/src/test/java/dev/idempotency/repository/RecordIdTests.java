package dev.idempotency.repository;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.idempotency.IdempotencyKey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Identities of records.
 */
class RecordIdTests {

	private final RecordId id = RecordId.of("orders", "alice", new IdempotencyKey("one"));

	@Test
	void isItsBytes() {
		assertThat(RecordId.of(this.id.toBytes())).isEqualTo(this.id).hasSameHashCodeAs(this.id);
		assertThat(RecordId.of(new byte[RecordId.LENGTH])).isNotEqualTo(this.id);
		assertThat((Object) this.id).isNotEqualTo(this.id.toString());
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, RecordId.LENGTH - 1, RecordId.LENGTH + 1 })
	void hasOneLength(int length) {
		assertThatIllegalArgumentException().isThrownBy(() -> RecordId.of(new byte[length]));
	}

}

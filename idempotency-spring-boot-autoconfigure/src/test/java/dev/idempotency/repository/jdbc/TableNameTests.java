package dev.idempotency.repository.jdbc;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class TableNameTests {

	@ParameterizedTest
	@ValueSource(strings = { "idempotency_record", "_x", "T1", "payments.idempotency_record", "shop.dbo.records",
			"with$dollar" })
	void acceptsIdentifiers(String name) {
		assertThat(new TableName(name).value()).isEqualTo(name);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "1table", "a b", "a;drop table b", "a--", "a'", "\"a\"", "a.", ".a", "a..b",
			"a.b.c.d", "schéma.t", "a(b)", "a23456789_123456789_123456789_123456789_123456789_1" })
	void refusesAnythingElse(String name) {
		assertThatIllegalArgumentException().isThrownBy(() -> new TableName(name))
			.withMessageContaining("'" + name + "' cannot be used as table name");
	}

	@Test
	void isWithoutSchemaInTheNameOfTheIndex() {
		assertThat(new TableName("shop.dbo.records").unqualified()).isEqualTo("records");
		assertThat(new TableName("records").unqualified()).isEqualTo("records");
	}

}

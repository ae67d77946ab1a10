package dev.idempotency.repository.jdbc;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;

import dev.idempotency.repository.jdbc.Lender.Loan;
import dev.idempotency.repository.jdbc.Lender.Purpose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class LenderTests {

	private static final Duration BRIEFLY = Duration.ofMillis(20);

	private final DataSource own = new SimpleDriverDataSource();

	private final DataSource application = new SimpleDriverDataSource();

	private static void assertRefused(Lender lender, Purpose purpose) {
		assertThatExceptionOfType(SQLTransientConnectionException.class).isThrownBy(() -> lender.lend(purpose, BRIEFLY))
			.withMessage("Other calls used all connections of the repository for 20 ms");
	}

	@ParameterizedTest
	@ValueSource(ints = { 2, 3, 8 })
	@DisplayName("4.9 requests leave one connection to renewals, and get those that are given back")
	void requestsLeaveOneToRenewals(int most) throws SQLException {
		Lender lender = new Lender(new JdbcConnections(this.own, this.application, most));
		List<Loan> loans = new ArrayList<>();
		for (int i = 0; i < most - 1; i++) {
			loans.add(lender.lend(Purpose.REQUEST, BRIEFLY));
		}
		assertThat(loans).extracting(Loan::source).containsOnly(this.own);
		assertRefused(lender, Purpose.REQUEST);
		assertThat(lender.lend(Purpose.RENEWAL, BRIEFLY).source()).isSameAs(this.own);
		loans.get(0).close();
		assertThat(lender.lend(Purpose.REQUEST, BRIEFLY).source()).isSameAs(this.own);
	}

	@Test
	@DisplayName("6.3 the purge never takes the last connection")
	void thePurgeNeverTakesTheLast() throws SQLException {
		Lender lender = new Lender(new JdbcConnections(this.own, this.application, 3));
		try (Loan request = lender.lend(Purpose.REQUEST, BRIEFLY)) {
			assertThat(request.source()).isSameAs(this.own);
			assertRefused(lender, Purpose.PURGE);
		}
		try (Loan purge = lender.lend(Purpose.PURGE, BRIEFLY); Loan request = lender.lend(Purpose.REQUEST, BRIEFLY)) {
			assertThat(purge.source()).isSameAs(request.source());
		}
	}

	@Test
	@DisplayName("6.3 where there is none but the last, the purge borrows from the application")
	void thePurgeBorrows() throws SQLException {
		Lender lender = new Lender(new JdbcConnections(this.own, this.application, 2));
		assertThat(lender.lend(Purpose.PURGE, BRIEFLY).source()).isSameAs(this.application);
		assertThat(lender.lend(Purpose.REQUEST, BRIEFLY).source()).isSameAs(this.own);
	}

	@ParameterizedTest
	@EnumSource
	void borrowedOnesAreTheBusinessOfTheirPool(Purpose purpose) throws SQLException {
		Lender lender = new Lender(JdbcConnections.borrowed(this.application));
		for (int i = 0; i < 100; i++) {
			assertThat(lender.lend(purpose, BRIEFLY).source()).isSameAs(this.application);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { -1, 1 })
	void oneIsNotEnough(int most) {
		assertThatIllegalArgumentException().isThrownBy(() -> new JdbcConnections(this.own, this.application, most));
	}

}

package dev.idempotency.repository.jdbc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.Lease;
import dev.idempotency.repository.RecordId;
import dev.idempotency.test.MariaDbServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The drivers for MariaDB, with the options that change what they send and count.
 */
class MariaDbDriverTests {

	static Stream<String> urls() {
		return Stream.of(MariaDbServer.jdbcUrl("drivers"), MariaDbServer.jdbcUrl("drivers") + "&useBulkStmts=true",
				MariaDbServer.jdbcUrl("drivers") + "&useServerPrepStmts=true&useAffectedRows=true",
				MariaDbServer.mySqlDriverUrl("drivers"),
				MariaDbServer.mySqlDriverUrl("drivers") + "&rewriteBatchedStatements=true",
				MariaDbServer.mySqlDriverUrl("drivers") + "&useServerPrepStmts=true&useAffectedRows=true");
	}

	@ParameterizedTest
	@MethodSource("urls")
	void claimAndComplete(String url) {
		try (TestDatabase database = new TestDatabase(url)) {
			IdempotencyRepository repository = database.emptyRepository();
			Claim claim = TestClaims.claim();
			assertThat(repository.claim(claim)).isInstanceOf(ClaimResult.Acquired.class);
			assertThat(repository.complete(claim.id(), claim.token(), TestClaims.RESPONSE)).isTrue();
			assertThat(repository.complete(claim.id(), claim.token(), TestClaims.RESPONSE)).isTrue();
			assertThat(repository.claim(TestClaims.claimOf(claim.id()))).isInstanceOfSatisfying(
					ClaimResult.Existing.class,
					(existing) -> assertThat(existing.record().response()).isEqualTo(TestClaims.RESPONSE));
		}
	}

	@ParameterizedTest
	@MethodSource("urls")
	void tellWhichRenewalsAreLost(String url) {
		try (TestDatabase database = new TestDatabase(url)) {
			IdempotencyRepository repository = database.emptyRepository();
			List<Lease> leases = new ArrayList<>();
			Set<RecordId> lost = new HashSet<>();
			for (int i = 0; i < 20; i++) {
				Claim claim = TestClaims.claim();
				repository.claim(claim);
				boolean own = i % 3 != 0;
				leases.add(new Lease(claim.id(), claim.token() + (own ? 0 : 1), Duration.ofHours(2)));
				if (!own) {
					lost.add(claim.id());
				}
			}
			assertThat(repository.renew(leases)).isEqualTo(lost);
		}
	}

}

package dev.idempotency.repository;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static dev.idempotency.repository.Records.LONG;
import static dev.idempotency.repository.Records.SHORT;
import static dev.idempotency.repository.Records.claim;
import static dev.idempotency.repository.Records.newId;
import static dev.idempotency.repository.Records.response;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds a {@link PurgeableIdempotencyRepository} to its Javadoc, beyond what
 * {@link IdempotencyRepositoryContractTests} covers. Extend it and create a repository on
 * an empty store.
 *
 * @since 0.1.0
 */
public abstract class PurgeableIdempotencyRepositoryContractTests {

	private PurgeableIdempotencyRepository repository;

	/**
	 * Creates the repository to test, once per test, without any records.
	 * @return the repository
	 * @throws Exception if it cannot be created
	 */
	protected abstract PurgeableIdempotencyRepository createRepository() throws Exception;

	@BeforeEach
	void prepareRepository() throws Exception {
		this.repository = createRepository();
	}

	@Test
	void purgesNothingWhenThereIsNothing() {
		assertThat(this.repository.purge(100)).isZero();
	}

	@Test
	void keepsWhatIsLiveOrLeased() throws Exception {
		Claim inFlight = claimed(claim(newId()));
		Claim abandoned = claimed(claim(newId(), SHORT, LONG));
		Claim completed = claimed(claim(newId()));
		this.repository.complete(completed.id(), completed.token(), response());
		Claim leased = claimed(claim(newId(), LONG, SHORT));
		expired(1);
		assertThat(this.repository.purge(100)).isOne();
		assertThat(this.repository.purge(100)).isZero();
		for (Claim kept : List.of(inFlight, abandoned, completed, leased)) {
			assertThat(this.repository.find(kept.id())).isPresent();
		}
	}

	@Test
	void purgesTenThousandInBoundedBatches() throws Exception {
		List<Claim> live = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			live.add(claimed(claim(newId())));
		}
		expired(10_000);
		List<Integer> batches = new ArrayList<>();
		int purged = this.repository.purge(1_000);
		while (purged > 0) {
			batches.add(purged);
			purged = this.repository.purge(1_000);
		}
		assertThat(batches).hasSize(10).allMatch((batch) -> batch == 1_000);
		for (Claim claim : live) {
			assertThat(this.repository.find(claim.id())).isPresent();
		}
	}

	@Test
	void countsEachRecordOnceHoweverManyPurge() throws Exception {
		expired(3_000);
		try (Crowd crowd = new Crowd(4)) {
			List<Integer> purged = crowd.all((i) -> () -> {
				int sum = 0;
				for (int batch = 0; batch < 60; batch++) {
					sum += this.repository.purge(100);
				}
				return sum;
			});
			assertThat(purged.stream().mapToInt(Integer::intValue).sum()).isEqualTo(3_000);
		}
		assertThat(this.repository.purge(100)).isZero();
	}

	@Test
	void neverTakesARecordFromItsNextOwner() throws Exception {
		for (int round = 0; round < 20; round++) {
			List<RecordId> ids = expired(100);
			AtomicBoolean claiming = new AtomicBoolean(true);
			try (Crowd crowd = new Crowd(4)) {
				crowd.all((i) -> () -> {
					if (i == 0) {
						while (claiming.get()) {
							this.repository.purge(7);
						}
						return true;
					}
					try {
						for (int n = i - 1; n < ids.size(); n += 3) {
							Claim claim = claimed(claim(ids.get(n)));
							assertThat(this.repository.complete(claim.id(), claim.token(), response())).isTrue();
							assertThat(this.repository.find(claim.id())).isPresent();
						}
						return true;
					}
					finally {
						claiming.set(false);
					}
				});
			}
			assertThat(ids).allMatch((id) -> this.repository.find(id).isPresent());
		}
	}

	private Claim claimed(Claim claim) {
		assertThat(this.repository.claim(claim)).isInstanceOf(ClaimResult.Acquired.class);
		return claim;
	}

	private List<RecordId> expired(int count) throws Exception {
		List<RecordId> ids = Stream.generate(Records::newId).limit(count).toList();
		try (Crowd crowd = new Crowd(8)) {
			crowd.all((i) -> () -> {
				for (int n = i; n < count; n += 8) {
					claimed(claim(ids.get(n), SHORT, SHORT));
				}
				return true;
			});
		}
		Awaitility.await()
			.pollInterval(Duration.ofMillis(1))
			.until(() -> ids.stream().allMatch((id) -> this.repository.find(id).isEmpty()));
		return ids;
	}

}

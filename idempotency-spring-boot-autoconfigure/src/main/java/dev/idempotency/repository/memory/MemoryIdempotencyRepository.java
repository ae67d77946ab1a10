package dev.idempotency.repository.memory;

import java.time.Clock;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.Lease;
import dev.idempotency.repository.PurgeableIdempotencyRepository;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.RecordedResponse;

/**
 * An {@link IdempotencyRepository} for applications of a single process, and for tests:
 * its records are gone after a restart and unknown to other instances.
 * <p>
 * It holds a bounded number of records, which take a bounded number of bytes, and never
 * gives up a live one, because its request would then run again: when full of live
 * records it refuses further claims. A response that has no room any more when its
 * operation ends is recorded without its content, like one that is too large.
 *
 * @since 0.1.0
 */
public final class MemoryIdempotencyRepository implements PurgeableIdempotencyRepository {

	private static final int DEFAULT_SHARE_OF_HEAP = 4;

	private final int maxRecords;

	private final long maxBytes;

	private final Clock clock;

	private final ConcurrentMap<RecordId, Entry> entries = new ConcurrentHashMap<>();

	/** Reserved before an entry is added, so that the bound holds under concurrency. */
	private final AtomicLong size = new AtomicLong();

	/** Reserved like the size. */
	private final AtomicLong bytes = new AtomicLong();

	/**
	 * Creates an empty repository whose records take at most a quarter of the heap.
	 * @param maxRecords the most records to hold, expired ones not counted
	 * @param clock the clock by which leases and records end
	 */
	public MemoryIdempotencyRepository(int maxRecords, Clock clock) {
		this(maxRecords, Runtime.getRuntime().maxMemory() / DEFAULT_SHARE_OF_HEAP, clock);
	}

	/**
	 * Creates an empty repository.
	 * @param maxRecords the most records to hold, expired ones not counted
	 * @param maxBytes the most bytes that they may take, reckoned as the contents of
	 * their responses and half a kilobyte each
	 * @param clock the clock by which leases and records end
	 */
	public MemoryIdempotencyRepository(int maxRecords, long maxBytes, Clock clock) {
		Assert.isTrue(maxRecords > 0, "A memory repository must hold at least one record");
		Assert.isTrue(maxBytes >= Entry.SIZE_WITHOUT_CONTENT, "A memory repository must have room for one record");
		this.maxRecords = maxRecords;
		this.maxBytes = maxBytes;
		this.clock = clock;
	}

	@Override
	public ClaimResult claim(Claim claim) {
		while (true) {
			long now = this.clock.millis();
			Entry entry = this.entries.get(claim.id());
			if (entry == null) {
				if (add(claim.id(), Entry.of(claim, now))) {
					return new ClaimResult.Acquired();
				}
			}
			else if (entry.isGone(now)) {
				if (this.entries.replace(claim.id(), entry, Entry.of(claim, now))) {
					this.bytes.addAndGet(Entry.SIZE_WITHOUT_CONTENT - entry.size());
					return new ClaimResult.Acquired();
				}
			}
			else if (entry.isAbandonedBy(claim.abandonedToken(), now)) {
				if (this.entries.replace(claim.id(), entry, entry.takenOver(claim, now))) {
					return new ClaimResult.Acquired();
				}
			}
			else {
				return new ClaimResult.Existing(entry.toRecord(now));
			}
		}
	}

	private boolean add(RecordId id, Entry entry) {
		if (!reserve(1, Entry.SIZE_WITHOUT_CONTENT)) {
			throw new IdempotencyRepositoryException("The memory repository is full: none of its " + this.size
					+ " records, which take " + this.bytes + " bytes, has expired. Use a shorter ttl, more records, a"
					+ " larger heap, or a JDBC or Redis repository", null);
		}
		if (this.entries.putIfAbsent(id, entry) == null) {
			return true;
		}
		giveBack(1, Entry.SIZE_WITHOUT_CONTENT);
		return false;
	}

	private boolean reserve(int records, long length) {
		do {
			if (take(this.size, records, this.maxRecords)) {
				if (take(this.bytes, length, this.maxBytes)) {
					return true;
				}
				giveBack(records, 0);
			}
		}
		while (purge(this.maxRecords) > 0);
		return false;
	}

	private static boolean take(AtomicLong taken, long amount, long limit) {
		long before = taken.getAndUpdate((value) -> (value + amount <= limit) ? value + amount : value);
		return before + amount <= limit;
	}

	private void giveBack(int records, long length) {
		this.size.addAndGet(-records);
		this.bytes.addAndGet(-length);
	}

	private boolean remove(RecordId id, Entry entry) {
		boolean removed = this.entries.remove(id, entry);
		if (removed) {
			giveBack(1, entry.size());
		}
		return removed;
	}

	@Override
	public boolean complete(RecordId id, long token, RecordedResponse response) {
		RecordedResponse kept = withRoom(response);
		Entry entry = owned(id, token);
		while (entry != null && !entry.isCompleted()) {
			if (this.entries.replace(id, entry, entry.completed(kept, this.clock.millis()))) {
				return true;
			}
			entry = owned(id, token);
		}
		giveBack(0, length(kept));
		return entry != null;
	}

	private RecordedResponse withRoom(RecordedResponse response) {
		return reserve(0, length(response)) ? response : new RecordedResponse(response.status(), null);
	}

	private static long length(RecordedResponse response) {
		byte @Nullable [] content = response.content();
		return (content != null) ? content.length : 0;
	}

	@Override
	public boolean release(RecordId id, long token) {
		Entry entry = running(id, token);
		while (entry != null && !remove(id, entry)) {
			entry = running(id, token);
		}
		return entry != null;
	}

	@Override
	public Set<RecordId> renew(Collection<Lease> leases) {
		return leases.stream().filter((lease) -> !renew(lease)).map(Lease::id).collect(Collectors.toUnmodifiableSet());
	}

	private boolean renew(Lease lease) {
		Entry entry = running(lease.id(), lease.token());
		while (entry != null && !this.entries.replace(lease.id(), entry,
				entry.renewed(this.clock.millis() + lease.duration().toMillis()))) {
			entry = running(lease.id(), lease.token());
		}
		return entry != null;
	}

	private @Nullable Entry owned(RecordId id, long token) {
		Entry entry = this.entries.get(id);
		return (entry != null && entry.token == token && !entry.isGone(this.clock.millis())) ? entry : null;
	}

	private @Nullable Entry running(RecordId id, long token) {
		Entry entry = owned(id, token);
		return (entry != null && !entry.isCompleted()) ? entry : null;
	}

	@Override
	public Optional<IdempotencyRecord> find(RecordId id) {
		long now = this.clock.millis();
		return Optional.ofNullable(this.entries.get(id))
			.filter((entry) -> !entry.isGone(now))
			.map((entry) -> entry.toRecord(now));
	}

	@Override
	public boolean delete(RecordId id) {
		Entry entry = this.entries.get(id);
		while (entry != null && !remove(id, entry)) {
			entry = this.entries.get(id);
		}
		return entry != null && !entry.isGone(this.clock.millis());
	}

	@Override
	public int purge(int limit) {
		long now = this.clock.millis();
		int purged = 0;
		for (var candidate : this.entries.entrySet()) {
			if (purged == limit) {
				break;
			}
			if (candidate.getValue().isGone(now) && remove(candidate.getKey(), candidate.getValue())) {
				purged++;
			}
		}
		return purged;
	}

}

package dev.idempotency.repository.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.ReturnType;

import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.Lease;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.RecordedResponse;
import dev.idempotency.repository.UnreadableRecordException;

/**
 * Keeps records in Redis (6 or newer, or Valkey), for applications that want the cheapest
 * claim and need no exactly-once with a database. Works with Lettuce and Jedis, on a
 * standalone server, with Sentinel and in a cluster.
 * <p>
 * Each record is one string under the key prefix and the record's identity in URL-safe
 * Base64; each call is one script on this key and one round trip. With Lettuce on Redis 7
 * or newer, or Valkey, a claim is one plain command instead, and two round trips where it
 * meets a record that is not completed. Records disappear by themselves: when their ttl
 * has passed and no lease runs on them. The server's {@code maxmemory-policy} has to be
 * {@code noeviction}, for an evicted record is an operation that runs twice. So may be a
 * record that had not reached the replica which took over from a failed server, unless
 * claims and completions wait for replicas ({@code WAIT}), which needs Lettuce. They do
 * so on up to 32 connections of their own. A replay waits for nobody, nor do other calls.
 * <p>
 * With Lettuce, a call fails after the given timeout (and that of the replicas, if it
 * waits for them), whatever the command timeout of the driver is; of connections from a
 * pool, or made for every call, which is not how Spring Boot configures it, the pool's
 * wait and the driver's connect timeout bound the time to obtain one. With other drivers,
 * the first connection is bounded by the timeout and afterwards the driver's own timeouts
 * apply (Jedis: 2 s each to connect and to read, unless configured).
 *
 * @since 0.1.0
 */
public final class RedisIdempotencyRepository implements IdempotencyRepository, AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(RedisIdempotencyRepository.class);

	private static final Long YES = 1L;

	private static final Long NO = 0L;

	private static final byte[] NOTHING = {};

	private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

	private final RedisScript claim = RedisScript.load("claim", ReturnType.VALUE);

	private final RedisScript complete = RedisScript.load("complete", ReturnType.INTEGER);

	private final RedisScript release = RedisScript.load("release", ReturnType.INTEGER);

	private final RedisScript renew = RedisScript.load("renew", ReturnType.INTEGER);

	private final RedisScript find = RedisScript.load("find", ReturnType.VALUE);

	private final RedisScript delete = RedisScript.load("delete", ReturnType.INTEGER);

	private final ScriptExecutor scripts;

	private final byte[] keyPrefix;

	/**
	 * Creates a repository. It does not connect before the first call.
	 * @param connectionFactory the connections
	 * @param keyPrefix what the keys of all records start with
	 * @param timeout how long a call may wait for Redis
	 */
	public RedisIdempotencyRepository(RedisConnectionFactory connectionFactory, String keyPrefix, Duration timeout) {
		this(connectionFactory, keyPrefix, timeout, ReplicaRequirement.NONE);
	}

	/**
	 * Creates a repository whose claims and completions fail unless replicas acknowledge
	 * them. It does not connect before the first call.
	 * @param connectionFactory the connections, a {@code LettuceConnectionFactory} unless
	 * {@code minReplicas} is 0
	 * @param keyPrefix what the keys of all records start with
	 * @param timeout how long a call may wait for Redis, without the time for replicas
	 * @param minReplicas how many replicas have to acknowledge, 0 for none
	 * @param replicaTimeout how long they may take, at least a millisecond
	 * @throws IllegalArgumentException if an argument is out of its range, or replicas
	 * have to acknowledge and the connections are not those of Lettuce
	 */
	public RedisIdempotencyRepository(RedisConnectionFactory connectionFactory, String keyPrefix, Duration timeout,
			int minReplicas, Duration replicaTimeout) {
		this(connectionFactory, keyPrefix, timeout, new ReplicaRequirement(minReplicas, replicaTimeout));
	}

	private RedisIdempotencyRepository(RedisConnectionFactory connectionFactory, String keyPrefix, Duration timeout,
			ReplicaRequirement replicas) {
		DriverTimeout.check(connectionFactory, timeout);
		this.scripts = new ScriptExecutor(connectionFactory, timeout, replicas);
		this.keyPrefix = keyPrefix.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * Begins to connect, without waiting for it, so that the first call need not. Whether
	 * it succeeds only the first call tells.
	 */
	public void warmUp() {
		this.scripts.warmUp();
	}

	@Override
	public ClaimResult claim(Claim claim) {
		Deadline deadline = this.scripts.deadline();
		byte[] key = key(claim.id());
		Optional<ClaimResult> result = (claim.abandonedToken() == null)
				? this.scripts.claim(new PlainClaim(claim, key), deadline) : Optional.empty();
		return result.orElseGet(() -> claim(claim, key, deadline));
	}

	private ClaimResult claim(Claim claim, byte[] key, Deadline deadline) {
		Long abandonedToken = claim.abandonedToken();
		ScriptCall call = new ScriptCall(this.claim, key, RecordFormat.head(claim), RecordFormat.rest(claim),
				millis(PlainClaim.timeToLive(claim)),
				(abandonedToken != null) ? RecordFormat.token(abandonedToken) : NOTHING);
		byte[] answer;
		try {
			answer = (byte[]) this.scripts.executeReplicated(call, RedisIdempotencyRepository::isNothing, deadline);
		}
		catch (NotAcknowledgedException ex) {
			releaseRefused(claim, deadline);
			throw ex;
		}
		if (isNothing(answer)) {
			return new ClaimResult.Acquired();
		}
		return new ClaimResult.Existing(RecordFormat.readClaimed(answer));
	}

	private static boolean isNothing(Object answer) {
		return ((byte[]) answer).length == 0;
	}

	/**
	 * Frees the key of a claim that counts as failed, so that the client's retry need not
	 * wait for the end of its lease.
	 */
	private void releaseRefused(Claim claim, Deadline deadline) {
		try {
			this.scripts.execute(releaseCall(claim.id(), claim.token()), deadline);
		}
		catch (IdempotencyRepositoryException ex) {
			logger.debug("Could not free a claim that replicas did not acknowledge; it is free when its lease ends",
					ex);
		}
	}

	@Override
	public boolean complete(RecordId id, long token, RecordedResponse response) {
		byte[] content = response.content();
		ScriptCall call = new ScriptCall(this.complete, key(id), RecordFormat.token(token),
				RecordFormat.outcome(response), (content != null) ? content : NOTHING);
		return isYes(this.scripts.executeReplicated(call, YES::equals, this.scripts.deadline()));
	}

	@Override
	public boolean release(RecordId id, long token) {
		return isYes(this.scripts.execute(releaseCall(id, token)));
	}

	private ScriptCall releaseCall(RecordId id, long token) {
		return new ScriptCall(this.release, key(id), RecordFormat.token(token));
	}

	@Override
	public Set<RecordId> renew(Collection<Lease> leases) {
		if (leases.isEmpty()) {
			return Set.of();
		}
		List<ScriptCall> calls = new ArrayList<>(leases.size());
		for (Lease lease : leases) {
			calls.add(new ScriptCall(this.renew, key(lease.id()), RecordFormat.token(lease.token()),
					millis(lease.duration())));
		}
		List<Object> answers = this.scripts.executeAll(this.renew, calls);
		Set<RecordId> lost = new HashSet<>();
		int index = 0;
		for (Lease lease : leases) {
			if (!YES.equals(answers.get(index++))) {
				lost.add(lease.id());
			}
		}
		return lost;
	}

	@Override
	public Optional<IdempotencyRecord> find(RecordId id) {
		byte[] answer = (byte[]) this.scripts.execute(new ScriptCall(this.find, key(id)));
		if (answer.length == 0) {
			return Optional.empty();
		}
		RecordFormat.TimedRecord found = RecordFormat.readFound(answer);
		return found.countsAsAbsent() ? Optional.empty() : Optional.of(found.record());
	}

	@Override
	public boolean delete(RecordId id) {
		return isYes(this.scripts.execute(new ScriptCall(this.delete, key(id))));
	}

	/**
	 * Closes the connections of its own that it may have; those of the factory stay.
	 */
	@Override
	public void close() {
		this.scripts.close();
	}

	private byte[] key(RecordId id) {
		byte[] encoded = BASE64.encode(id.toBytes());
		byte[] key = new byte[this.keyPrefix.length + encoded.length];
		System.arraycopy(this.keyPrefix, 0, key, 0, this.keyPrefix.length);
		System.arraycopy(encoded, 0, key, this.keyPrefix.length, encoded.length);
		return key;
	}

	private static byte[] millis(Duration duration) {
		return ScriptCall.decimal(duration.toMillis());
	}

	private static boolean isYes(Object answer) {
		if (YES.equals(answer)) {
			return true;
		}
		if (NO.equals(answer)) {
			return false;
		}
		throw new UnreadableRecordException("The record is corrupted or its format version is unknown", null);
	}

}

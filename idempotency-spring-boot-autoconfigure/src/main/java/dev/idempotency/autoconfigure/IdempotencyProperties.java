package dev.idempotency.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.util.unit.DataSize;

import dev.idempotency.engine.AbandonedPolicy;
import dev.idempotency.engine.RepositoryFailurePolicy;
import dev.idempotency.web.KeyFormat;

/**
 * Configuration properties for idempotent operations.
 *
 * @param enabled Whether to enable the server side. Without it, there is no filter,
 * interceptor or repository, and annotated methods run like others. The client side
 * stays.
 * @param repository Repository to use. By default the one of jdbc and redis that the
 * application can use, if it is only one. Memory is never chosen automatically.
 * @param namespace Name that separates applications on one repository. By default the
 * value of spring.application.name.
 * @param headerName Name of the request header that holds the key.
 * @param key How a key must look.
 * @param fingerprint What tells a retry from another request under the same key.
 * @param ttl How long a recorded response is replayed, counted from the first claim by
 * the repository's clock.
 * @param lease How long a claim survives a dead owner. It is renewed while the handler
 * runs.
 * @param waitTime How long a duplicate of a running request waits for its response before
 * it is refused with status 409.
 * @param abandoned What happens to a claim whose lease ran out: the next request takes it
 * over, or requests are refused until an operator resolves it.
 * @param replay What is recorded and how a replay is marked.
 * @param maxRequestSize Maximum size of the body of a request with a key. A larger one is
 * refused with status 413.
 * @param maxResponseSize Maximum size of the body of a recorded response. A larger one is
 * delivered but cannot be replayed.
 * @param onRepositoryFailure What happens to a request when the repository is
 * unavailable: it is refused with status 503, or runs unprotected.
 * @param repositoryTimeout Maximum time to wait for one call to the repository, which
 * then counts as unavailable.
 * @param problem How refusals are rendered.
 * @param jdbc Settings of the jdbc repository.
 * @param redis Settings of the redis repository.
 * @param memory Settings of the memory repository.
 * @param encryption Encryption of the records.
 * @param observations What observations (traces) carry.
 * @param operations Settings of single operations, by the name of the operation. They win
 * over the general settings and over the annotation.
 */
@ConfigurationProperties("idempotency")
record IdempotencyProperties(@DefaultValue("true") boolean enabled, @Nullable RepositoryType repository,
		@Nullable String namespace, @DefaultValue("Idempotency-Key") String headerName, @DefaultValue Key key,
		@DefaultValue Fingerprint fingerprint, @DefaultValue("24h") Duration ttl, @DefaultValue("30s") Duration lease,
		@Name("wait") @DefaultValue("0s") Duration waitTime, @DefaultValue("retry") AbandonedPolicy abandoned,
		@DefaultValue Replay replay, @DefaultValue("1MB") DataSize maxRequestSize,
		@DefaultValue("1MB") DataSize maxResponseSize,
		@DefaultValue("reject") RepositoryFailurePolicy onRepositoryFailure,
		@DefaultValue("5s") Duration repositoryTimeout, @DefaultValue Problem problem, @DefaultValue Jdbc jdbc,
		@DefaultValue Redis redis, @DefaultValue Memory memory, @DefaultValue Encryption encryption,
		@DefaultValue Observations observations, @DefaultValue Map<String, OperationOverride> operations) {

	/**
	 * Returns these settings as they are for one operation.
	 * @param name the name of the operation
	 * @return the settings, with what is set for the operation in place of the general
	 * settings
	 */
	IdempotencyProperties forOperation(String name) {
		OperationOverride override = this.operations.get(name);
		if (override == null) {
			return this;
		}
		return new IdempotencyProperties(this.enabled, this.repository, this.namespace,
				either(override.headerName(), this.headerName), this.key.with(override.key()),
				this.fingerprint.with(override.fingerprint()), either(override.ttl(), this.ttl),
				either(override.lease(), this.lease), either(override.waitTime(), this.waitTime),
				either(override.abandoned(), this.abandoned), this.replay.with(override.replay()),
				either(override.maxRequestSize(), this.maxRequestSize),
				either(override.maxResponseSize(), this.maxResponseSize),
				either(override.onRepositoryFailure(), this.onRepositoryFailure), this.repositoryTimeout,
				this.problem.with(override.problem()), this.jdbc, this.redis, this.memory, this.encryption,
				this.observations, this.operations);
	}

	private static <T> T either(@Nullable T override, T general) {
		return (override != null) ? override : general;
	}

	/**
	 * How a key must look.
	 *
	 * @param format Form of the key in its header: a quoted string of RFC 9651 or the
	 * bare value, or the quoted string only.
	 * @param maxLength Maximum number of characters of a key, after unquoting.
	 * @param pattern Regular expression that the whole key must match.
	 */
	record Key(@DefaultValue("lenient") KeyFormat format, @DefaultValue("255") int maxLength,
			@Nullable Pattern pattern) {

		private Key with(OperationOverride.@Nullable Key override) {
			return (override != null)
					? new Key(either(override.format(), this.format), either(override.maxLength(), this.maxLength),
							(override.pattern() != null) ? override.pattern() : this.pattern)
					: this;
		}

	}

	/**
	 * What tells a retry from another request under the same key.
	 *
	 * @param canonicalJson Whether JSON bodies that differ only in white space or in the
	 * order of members are the same. By default every byte counts.
	 */
	record Fingerprint(@DefaultValue("false") boolean canonicalJson) {

		private Fingerprint with(OperationOverride.@Nullable Fingerprint override) {
			return (override != null) ? new Fingerprint(either(override.canonicalJson(), this.canonicalJson)) : this;
		}

	}

	/**
	 * What is recorded and how a replay is marked.
	 *
	 * @param statuses Response statuses to record. A class such as 4xx does not include
	 * 401, 403, 408, 425 and 429; a status named in full is included.
	 * @param headerName Name of the response header that marks replays.
	 * @param excludedHeaders Names of response headers that are never stored, in addition
	 * to the built-in ones.
	 */
	// @formatter:off
	record Replay(@DefaultValue({ "2xx", "3xx", "4xx" }) List<String> statuses,
			@DefaultValue("Idempotent-Replayed") String headerName, @DefaultValue List<String> excludedHeaders) {

		private Replay with(OperationOverride.@Nullable Replay override) {
			return (override != null)
					? new Replay(either(override.statuses(), this.statuses),
							either(override.headerName(), this.headerName),
							either(override.excludedHeaders(), this.excludedHeaders))
					: this;
		}

	}
	// @formatter:on

	/**
	 * How refusals are rendered.
	 *
	 * @param typePrefix Prefix of the type of every problem.
	 */
	record Problem(@DefaultValue("urn:idempotency:problem:") String typePrefix) {

		private Problem with(OperationOverride.@Nullable Problem override) {
			return (override != null) ? new Problem(either(override.typePrefix(), this.typePrefix)) : this;
		}

	}

	/**
	 * Settings of the jdbc repository.
	 *
	 * @param tableName Name of the table, which may be qualified by a schema.
	 * @param initializeSchema When to create the table: in embedded databases, always or
	 * never.
	 * @param connections Maximum number of connections in the repository's own pool,
	 * which is derived from the application's DataSource. At least 2, or 0 to borrow the
	 * application's.
	 * @param purge Deletion of expired records.
	 */
	record Jdbc(@DefaultValue("idempotency_record") String tableName,
			@DefaultValue("embedded") SchemaInitialization initializeSchema, @DefaultValue("3") int connections,
			@DefaultValue Purge purge) {

		/**
		 * Deletion of expired records.
		 *
		 * @param enabled Whether this process deletes expired records.
		 * @param interval Time between two purges.
		 * @param batchSize Maximum number of records to delete with one statement.
		 */
		record Purge(@DefaultValue("true") boolean enabled, @DefaultValue("1m") Duration interval,
				@DefaultValue("1000") int batchSize) {
		}

	}

	/**
	 * Settings of the redis repository.
	 *
	 * @param keyPrefix Prefix of every Redis key.
	 * @param minReplicas Number of replicas that have to acknowledge claims and
	 * completions (WAIT); with fewer, the call counts as failed. More than 0 needs
	 * Lettuce.
	 * @param replicaTimeout Time that the replicas may take, in addition to the
	 * repository timeout.
	 */
	record Redis(@DefaultValue("idempotency:") String keyPrefix, @DefaultValue("0") int minReplicas,
			@DefaultValue("1s") Duration replicaTimeout) {
	}

	/**
	 * Settings of the memory repository.
	 *
	 * @param maxRecords Maximum number of records. When all of them are live, requests
	 * are refused with status 503.
	 */
	record Memory(@DefaultValue("100000") int maxRecords) {
	}

	/**
	 * Encryption of the records.
	 *
	 * @param keys Keys for the stored headers and bodies and the fingerprints of
	 * requests. The first encrypts, all decrypt; without a key, nothing is encrypted.
	 * @param acceptPlain Whether records that are not encrypted can be read. Switch it
	 * off once all are encrypted, so that nobody who can write to the store can place one
	 * that is replayed.
	 */
	record Encryption(@DefaultValue List<EncryptionKey> keys, @DefaultValue("true") boolean acceptPlain) {
	}

	/**
	 * A key for the records.
	 *
	 * @param id Name of the key, stored with each record: at most 64 ASCII characters.
	 * @param secret AES key of 128 or 256 bits, in Base64.
	 */
	record EncryptionKey(@Nullable String id, @Nullable String secret) {

		/** Not the secret. */
		@Override
		public String toString() {
			return String.valueOf(this.id);
		}

	}

	/**
	 * What observations (traces) carry.
	 *
	 * @param includeKey Whether observations carry a short digest of the key, as a value
	 * of high cardinality.
	 */
	record Observations(@DefaultValue("false") boolean includeKey) {
	}

	/**
	 * When to create the table.
	 */
	enum SchemaInitialization {

		/**
		 * In embedded databases.
		 */
		EMBEDDED,

		/**
		 * In every database.
		 */
		ALWAYS,

		/**
		 * Never.
		 */
		NEVER

	}

}

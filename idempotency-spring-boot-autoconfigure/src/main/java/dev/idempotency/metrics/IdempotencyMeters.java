package dev.idempotency.metrics;

import java.util.Locale;

import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.docs.MeterDocumentation;
import org.jspecify.annotations.Nullable;

/**
 * The meters of the library. Neither a key nor a principal is ever a tag.
 *
 * @since 0.1.0
 */
public enum IdempotencyMeters implements MeterDocumentation {

	/** Requests to idempotent operations, by operation and outcome. */
	REQUESTS("idempotency.requests", Meter.Type.TIMER, "Requests to idempotent operations"),

	/** Calls of the repository, by call and result. */
	REPOSITORY("idempotency.repository", Meter.Type.TIMER, "Calls of the idempotency repository"),

	/** Claims that this process holds. */
	IN_FLIGHT("idempotency.in.flight", Meter.Type.GAUGE, "Claims held by this process"),

	/** Owners that finished after their claim had been taken over or deleted. */
	LEASES_LOST("idempotency.leases.lost", Meter.Type.COUNTER, "Owners that finished after they lost their claim"),

	/** Claims of dead owners that were taken over. */
	LEASES_ABANDONED("idempotency.leases.abandoned", Meter.Type.COUNTER, "Claims of dead owners that were taken over"),

	/** Expired records that this process deleted. */
	RECORDS_PURGED("idempotency.records.purged", Meter.Type.COUNTER, "Expired records deleted by this process"),

	/** Calls with idempotency key that this process sent, by server and outcome. */
	CLIENT_CALLS("idempotency.client.calls", Meter.Type.TIMER, "Calls with idempotency key, all attempts included");

	private final String name;

	private final Meter.Type type;

	private final String description;

	IdempotencyMeters(String name, Meter.Type type, String description) {
		this.name = name;
		this.type = type;
		this.description = description;
	}

	@Override
	public String getName() {
		return this.name;
	}

	@Override
	public @Nullable String getBaseUnit() {
		return (this.type != Meter.Type.TIMER) ? null : "seconds";
	}

	@Override
	public Meter.Type getType() {
		return this.type;
	}

	@Override
	public KeyName[] getKeyNames() {
		return switch (this) {
			case REQUESTS -> new KeyName[] { Tag.OPERATION, Tag.OUTCOME };
			case REPOSITORY -> new KeyName[] { Tag.REPOSITORY, Tag.CALL, Tag.RESULT };
			case LEASES_LOST, LEASES_ABANDONED -> new KeyName[] { Tag.OPERATION };
			case CLIENT_CALLS -> new KeyName[] { Tag.CLIENT, Tag.OUTCOME, Tag.ATTEMPTS };
			case IN_FLIGHT, RECORDS_PURGED -> new KeyName[0];
		};
	}

	/**
	 * Returns what the meter measures, as backends show it.
	 * @return a phrase
	 */
	public String description() {
		return this.description;
	}

	/**
	 * The tags of the meters.
	 */
	public enum Tag implements KeyName {

		/** Name of the operation. */
		OPERATION,

		/** How a request ended. */
		OUTCOME,

		/** Name of the repository. */
		REPOSITORY,

		/** Which call of the repository. */
		CALL,

		/** What the call gave. */
		RESULT,

		/** Name of the server that a client called. */
		CLIENT,

		/** How many attempts a call took: up to 5, or more. */
		ATTEMPTS;

		private final String key = name().toLowerCase(Locale.ROOT);

		@Override
		public String asString() {
			return this.key;
		}

	}

}

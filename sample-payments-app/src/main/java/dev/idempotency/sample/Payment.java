package dev.idempotency.sample;

import java.time.Instant;
import java.util.Currency;

/**
 * A payment that was made.
 *
 * @param id its identity
 * @param amount what was paid, in minor units of the currency
 * @param refunded what was paid back, in minor units of the currency
 * @param currency the currency
 * @param reference what it was paid for, in the client's words
 * @param createdAt when it was made
 */
public record Payment(String id, long amount, long refunded, Currency currency, String reference, Instant createdAt) {

	long refundable() {
		return this.amount - this.refunded;
	}

}

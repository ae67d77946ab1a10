package dev.idempotency.sample;

import java.time.Instant;

/**
 * A payment, or a part of one, that was paid back.
 *
 * @param id its identity
 * @param paymentId the payment
 * @param amount what was paid back, in minor units of the payment's currency
 * @param createdAt when it was paid back
 */
record Refund(String id, String paymentId, long amount, Instant createdAt) {
}

package dev.idempotency.sample;

import jakarta.validation.constraints.Positive;

/**
 * What a client sends to have a payment, or a part of it, paid back.
 *
 * @param amount what to pay back, in minor units of the payment's currency
 */
record RefundRequest(@Positive long amount) {
}

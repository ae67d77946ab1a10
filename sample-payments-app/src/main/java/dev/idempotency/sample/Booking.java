package dev.idempotency.sample;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * An order that is reserved, and confirmed once it is paid.
 *
 * @param id its identity
 * @param reference what is booked, in the client's words
 * @param paymentId the payment that confirmed it, or {@code null} if it is reserved only
 * @param createdAt when it was reserved
 */
public record Booking(String id, String reference, @Nullable String paymentId, Instant createdAt) {

	Booking paidBy(Payment payment) {
		return new Booking(this.id, this.reference, payment.id(), this.createdAt);
	}

}

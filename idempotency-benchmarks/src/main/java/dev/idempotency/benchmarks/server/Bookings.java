package dev.idempotency.benchmarks.server;

import org.springframework.stereotype.Service;

import dev.idempotency.Idempotent;

/**
 * A service whose methods are called without a request.
 */
@Service
public class Bookings {

	/**
	 * Books.
	 * @param reference what for
	 * @return what is booked
	 */
	public Booking bare(String reference) {
		return new Booking(reference, 125_000);
	}

	/**
	 * Books once for each reference.
	 * @param reference what for
	 * @return what was booked first
	 */
	@Idempotent(key = "#reference")
	public Booking ours(String reference) {
		return bare(reference);
	}

	/**
	 * What is booked.
	 *
	 * @param reference what for
	 * @param amount minor units
	 */
	public record Booking(String reference, long amount) {
	}

}

package dev.idempotency.sample.demo;

import java.net.URI;

import jakarta.validation.Valid;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

import dev.idempotency.sample.Booking;
import dev.idempotency.sample.BookingService;
import dev.idempotency.sample.Payment;
import dev.idempotency.sample.PaymentRequest;
import dev.idempotency.sample.PaymentService;
import dev.idempotency.sample.SignedTransfers;

/**
 * The same payments, bookings and transfers without {@code @Idempotent} and without
 * steps: every attempt pays.
 */
@RestController
class UnprotectedController {

	private final PaymentService payments;

	private final BookingService bookings;

	private final SignedTransfers transfers;

	UnprotectedController(PaymentService payments, BookingService bookings, SignedTransfers transfers) {
		this.payments = payments;
		this.bookings = bookings;
		this.transfers = transfers;
	}

	@PostMapping("/demo/unprotected-payments")
	ResponseEntity<Payment> create(@Valid @RequestBody PaymentRequest request) {
		Payment payment = this.payments.create(request);
		return ResponseEntity.created(URI.create("/payments/" + payment.id())).body(payment);
	}

	@PostMapping("/demo/unprotected-bookings")
	@ResponseStatus(HttpStatus.CREATED)
	Booking book(@Valid @RequestBody PaymentRequest request) {
		Booking reserved = this.bookings.reserve(request);
		CrashBetweenSteps.after("reserve");
		Payment payment = this.payments.create(request);
		CrashBetweenSteps.after("charge");
		return this.bookings.confirm(reserved, payment);
	}

	@PostMapping("/demo/unprotected-webhooks/transfers")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	void receive(@RequestHeader(SignedTransfers.HEADER) String signature, @RequestBody byte[] body) {
		this.payments.create(this.transfers.read(signature, body).payment());
	}

}

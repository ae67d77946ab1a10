package dev.idempotency.sample;

import java.util.List;

import jakarta.validation.Valid;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

import dev.idempotency.Idempotent;
import dev.idempotency.IdempotentSteps;

/**
 * Bookings over HTTP, in three steps: a retry after a crash goes on with the first step
 * that has not finished.
 */
@RestController
@RequestMapping("/bookings")
class BookingController {

	private final IdempotentSteps steps;

	private final BookingService bookings;

	private final PaymentService payments;

	BookingController(IdempotentSteps steps, BookingService bookings, PaymentService payments) {
		this.steps = steps;
		this.bookings = bookings;
		this.payments = payments;
	}

	// Not "transactional", which needs the records in the database: profile "redis"
	@PostMapping
	@ResponseStatus(HttpStatus.CREATED)
	@Idempotent
	Booking book(@Valid @RequestBody PaymentRequest request) {
		Booking reserved = this.steps.run("reserve", Booking.class, (key) -> this.bookings.reserve(request));
		Payment payment = this.steps.run("charge", Payment.class, (key) -> this.payments.create(request));
		return this.steps.run("confirm", Booking.class, (key) -> this.bookings.confirm(reserved, payment));
	}

	@GetMapping
	List<Booking> list() {
		return this.bookings.list();
	}

}

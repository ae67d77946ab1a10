package dev.idempotency.sample.demo;

import java.net.URI;

import jakarta.validation.Valid;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

import dev.idempotency.sample.Payment;
import dev.idempotency.sample.PaymentRequest;
import dev.idempotency.sample.PaymentService;

/**
 * The same payments without {@code @Idempotent}: every attempt pays.
 */
@RestController
class UnprotectedPaymentController {

	private final PaymentService payments;

	UnprotectedPaymentController(PaymentService payments) {
		this.payments = payments;
	}

	@PostMapping("/demo/unprotected-payments")
	ResponseEntity<Payment> create(@Valid @RequestBody PaymentRequest request) {
		Payment payment = this.payments.create(request);
		return ResponseEntity.created(URI.create("/payments/" + payment.id())).body(payment);
	}

}

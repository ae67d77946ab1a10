package dev.idempotency.sample;

import java.net.URI;
import java.util.List;

import jakarta.validation.Valid;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

import dev.idempotency.Idempotent;

/**
 * Payments over HTTP. What moves money is idempotent.
 */
@RestController
@RequestMapping("/payments")
class PaymentController {

	private final PaymentService payments;

	PaymentController(PaymentService payments) {
		this.payments = payments;
	}

	@PostMapping
	@Idempotent
	ResponseEntity<Payment> create(@Valid @RequestBody PaymentRequest request) {
		Payment payment = this.payments.create(request);
		return ResponseEntity.created(URI.create("/payments/" + payment.id())).body(payment);
	}

	@GetMapping
	List<Payment> list() {
		return this.payments.list();
	}

	@GetMapping("/{id}")
	Payment find(@PathVariable String id) {
		return this.payments.find(id);
	}

	@PostMapping("/{id}/refunds")
	@ResponseStatus(HttpStatus.CREATED)
	@Idempotent
	Refund refund(@PathVariable String id, @Valid @RequestBody RefundRequest request) {
		return this.payments.refund(id, request.amount());
	}

}

package dev.idempotency.test.slice;

import java.net.URI;
import java.util.UUID;
import java.util.concurrent.Callable;

import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

import dev.idempotency.Idempotent;

/**
 * Operations whose answers differ each time that they run.
 */
@RestController
@RequestMapping("/payments")
class PaymentController {

	@PostMapping
	@Idempotent
	ResponseEntity<String> create(@RequestBody String payment) {
		String id = UUID.randomUUID().toString();
		return ResponseEntity.created(URI.create("/payments/" + id)).body(payment + " " + id);
	}

	@PostMapping("/transactional")
	@Idempotent(transactional = true)
	ResponseEntity<String> createTransactionally(@RequestBody String payment) {
		return create(payment);
	}

	@PostMapping("/later")
	@Idempotent
	Callable<ResponseEntity<String>> createLater(@RequestBody String payment) {
		return () -> create(payment);
	}

	@PostMapping("/unprotected")
	ResponseEntity<String> createUnprotected(@RequestBody String payment) {
		return create(payment);
	}

	@PostMapping("/refused")
	@Idempotent
	void refuse() {
		throw new ResponseStatusException(HttpStatus.CONFLICT, UUID.randomUUID().toString());
	}

}

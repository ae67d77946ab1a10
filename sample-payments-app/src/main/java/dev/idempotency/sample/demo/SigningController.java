package dev.idempotency.sample.demo;

import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

import dev.idempotency.sample.SignedTransfers;

/**
 * Signs the events that the page sends, which plays the bank.
 */
@RestController
class SigningController {

	private final SignedTransfers transfers;

	SigningController(SignedTransfers transfers) {
		this.transfers = transfers;
	}

	@PostMapping("/demo/signatures")
	String sign(@RequestBody byte[] body) {
		return this.transfers.sign(body);
	}

}

package dev.idempotency.sample;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * What a bank calls when a transfer has arrived, until somebody says that it knows. Not
 * idempotent by itself: a forged event must not take the key of a genuine one, so the
 * signature is checked first.
 */
@RestController
class WebhookController {

	private final SignedTransfers transfers;

	private final ApplicationEventPublisher events;

	WebhookController(SignedTransfers transfers, ApplicationEventPublisher events) {
		this.transfers = transfers;
		this.events = events;
	}

	@PostMapping("/webhooks/transfers")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	void receive(@RequestHeader(SignedTransfers.HEADER) String signature, @RequestBody byte[] body) {
		this.events.publishEvent(this.transfers.read(signature, body));
	}

}

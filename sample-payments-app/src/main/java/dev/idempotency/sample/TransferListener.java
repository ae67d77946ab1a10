package dev.idempotency.sample;

import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

import dev.idempotency.Idempotent;

/**
 * Makes one payment of each transfer, however often the bank tells of it.
 */
@Component
class TransferListener {

	private final PaymentService payments;

	TransferListener(PaymentService payments) {
		this.payments = payments;
	}

	@EventListener
	@Idempotent(key = "#event.id()")
	void on(TransferReceived event) {
		this.payments.create(event.payment());
	}

}

package dev.idempotency.sample;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;

import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Makes payments and refunds, each in one transaction.
 */
@Service
public class PaymentService {

	private final PaymentRepository payments;

	PaymentService(PaymentRepository payments) {
		this.payments = payments;
	}

	@Transactional
	public Payment create(PaymentRequest request) {
		Payment payment = new Payment(newId(), request.amount(), 0, request.currency(), request.reference(), now());
		this.payments.insert(payment);
		return payment;
	}

	@Transactional
	Refund refund(String paymentId, long amount) {
		if (!this.payments.addRefunded(paymentId, amount)) {
			throw new RefundTooLargeException(find(paymentId).refundable());
		}
		Refund refund = new Refund(newId(), paymentId, amount, now());
		this.payments.insert(refund);
		return refund;
	}

	@Transactional(readOnly = true)
	Payment find(String id) {
		return this.payments.find(id).orElseThrow(PaymentNotFoundException::new);
	}

	@Transactional(readOnly = true)
	List<Payment> list() {
		return this.payments.findLatest();
	}

	static String newId() {
		return UUID.randomUUID().toString();
	}

	static Instant now() {
		return Instant.now().truncatedTo(ChronoUnit.MILLIS);
	}

}

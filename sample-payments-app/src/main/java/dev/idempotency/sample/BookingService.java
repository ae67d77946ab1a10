package dev.idempotency.sample;

import java.util.List;

import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Reserves and confirms orders, each in one transaction.
 */
@Service
public class BookingService {

	private final BookingRepository bookings;

	BookingService(BookingRepository bookings) {
		this.bookings = bookings;
	}

	@Transactional
	public Booking reserve(PaymentRequest request) {
		Booking booking = new Booking(PaymentService.newId(), request.reference(), null, PaymentService.now());
		this.bookings.insert(booking);
		return booking;
	}

	@Transactional
	public Booking confirm(Booking reserved, Payment payment) {
		Booking booking = reserved.paidBy(payment);
		this.bookings.updatePayment(booking);
		return booking;
	}

	@Transactional(readOnly = true)
	List<Booking> list() {
		return this.bookings.findLatest();
	}

}

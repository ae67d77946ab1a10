package dev.idempotency.sample;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Keeps bookings in the database.
 */
@Repository
class BookingRepository {

	private final JdbcClient jdbc;

	BookingRepository(JdbcClient jdbc) {
		this.jdbc = jdbc;
	}

	void insert(Booking booking) {
		this.jdbc.sql("""
				insert into booking (id, reference, payment_id, created_at)
				values (:id, :reference, :paymentId, :createdAt)
				""")
			.param("id", booking.id())
			.param("reference", booking.reference())
			.param("paymentId", booking.paymentId())
			.param("createdAt", PaymentRepository.inUtc(booking.createdAt()))
			.update();
	}

	void updatePayment(Booking booking) {
		this.jdbc.sql("update booking set payment_id = :paymentId where id = :id")
			.param("id", booking.id())
			.param("paymentId", booking.paymentId())
			.update();
	}

	List<Booking> findLatest() {
		return this.jdbc.sql("select * from booking order by created_at desc, id fetch first 100 rows only")
			.query(BookingRepository::toBooking)
			.list();
	}

	private static Booking toBooking(ResultSet row, int number) throws SQLException {
		return new Booking(row.getString("id"), row.getString("reference"), row.getString("payment_id"),
				row.getObject("created_at", OffsetDateTime.class).toInstant());
	}

}

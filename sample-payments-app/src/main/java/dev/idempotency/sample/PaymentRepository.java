package dev.idempotency.sample;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Currency;
import java.util.List;
import java.util.Optional;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Keeps payments and refunds in the database.
 */
@Repository
class PaymentRepository {

	private final JdbcClient jdbc;

	PaymentRepository(JdbcClient jdbc) {
		this.jdbc = jdbc;
	}

	void insert(Payment payment) {
		this.jdbc.sql("""
				insert into payment (id, amount, refunded, currency, reference, created_at)
				values (:id, :amount, :refunded, :currency, :reference, :createdAt)
				""")
			.param("id", payment.id())
			.param("amount", payment.amount())
			.param("refunded", payment.refunded())
			.param("currency", payment.currency().getCurrencyCode())
			.param("reference", payment.reference())
			.param("createdAt", inUtc(payment.createdAt()))
			.update();
	}

	void insert(Refund refund) {
		this.jdbc.sql("""
				insert into refund (id, payment_id, amount, created_at)
				values (:id, :paymentId, :amount, :createdAt)
				""")
			.param("id", refund.id())
			.param("paymentId", refund.paymentId())
			.param("amount", refund.amount())
			.param("createdAt", inUtc(refund.createdAt()))
			.update();
	}

	/**
	 * Adds to what was refunded of a payment, unless that is more than what is left. One
	 * statement, so that two refunds at once cannot both take the rest.
	 */
	boolean addRefunded(String paymentId, long amount) {
		return this.jdbc.sql("""
				update payment set refunded = refunded + :amount
				where id = :id and amount - refunded >= :amount
				""").param("id", paymentId).param("amount", amount).update() > 0;
	}

	Optional<Payment> find(String id) {
		return this.jdbc.sql("select * from payment where id = :id")
			.param("id", id)
			.query(PaymentRepository::toPayment)
			.optional();
	}

	List<Payment> findLatest() {
		return this.jdbc.sql("select * from payment order by created_at desc, id fetch first 100 rows only")
			.query(PaymentRepository::toPayment)
			.list();
	}

	private static Payment toPayment(ResultSet row, int number) throws SQLException {
		return new Payment(row.getString("id"), row.getLong("amount"), row.getLong("refunded"),
				Currency.getInstance(row.getString("currency")), row.getString("reference"),
				row.getObject("created_at", OffsetDateTime.class).toInstant());
	}

	static OffsetDateTime inUtc(Instant instant) {
		return instant.atOffset(ZoneOffset.UTC);
	}

}

package dev.idempotency.behaviour.app;

import java.util.UUID;

import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;

/**
 * A ledger whose entries go to the database when the transaction commits.
 */
public class JpaLedger extends Ledger {

	@PersistenceContext
	@SuppressWarnings("NullAway.Init") // Injected
	private EntityManager entities;

	JpaLedger(JdbcTemplate jdbc) {
		super(jdbc);
	}

	@Override
	@Transactional
	public String book(String name) {
		Entry entry = new Entry(UUID.randomUUID().toString(), name);
		this.entities.persist(entry);
		return entry.getId();
	}

	@Override
	@Transactional
	public void giveReceiptForNothing() {
		this.entities.persist(new Entry(UUID.randomUUID().toString(), "long".repeat(100)));
	}

}

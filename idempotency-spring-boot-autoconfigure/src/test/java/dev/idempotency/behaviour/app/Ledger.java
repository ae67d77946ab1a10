package dev.idempotency.behaviour.app;

import java.util.UUID;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * A service that books entries, in the transaction of its caller if there is one.
 */
public class Ledger {

	private final JdbcTemplate jdbc;

	Ledger(JdbcTemplate jdbc) {
		this.jdbc = jdbc;
		String product = String.valueOf(
				jdbc.execute((java.sql.Connection connection) -> connection.getMetaData().getDatabaseProductName()));
		jdbc.execute("create table if not exists entry (id varchar(36) primary key, name varchar(100) not null)");
		// Checked at the commit where the database can do that
		jdbc.execute("create table if not exists receipt (entry varchar(36) references entry(id)"
				+ (product.equals("PostgreSQL") ? " deferrable initially deferred)" : ")"));
	}

	/**
	 * Books an entry.
	 * @param name what for
	 * @return the id of the entry
	 */
	@Transactional
	public String book(String name) {
		String id = UUID.randomUUID().toString();
		this.jdbc.update("insert into entry (id, name) values (?, ?)", id, name);
		return id;
	}

	/**
	 * Books an entry, whatever becomes of the caller.
	 * @param name what for
	 */
	@Transactional(propagation = Propagation.REQUIRES_NEW)
	public void bookAlways(String name) {
		this.jdbc.update("insert into entry (id, name) values (?, ?)", UUID.randomUUID().toString(), name);
	}

	/**
	 * Books an entry and fails.
	 * @param name what for
	 */
	@Transactional
	public void bookAndFail(String name) {
		book(name);
		throw new IllegalStateException("on purpose");
	}

	/** Waits as long as somebody has locked the receipts. */
	@Transactional
	public void readReceipts() {
		this.jdbc.queryForObject("select count(*) from receipt", Integer.class);
	}

	/** Writes a receipt for an entry that does not exist. */
	@Transactional
	public void giveReceiptForNothing() {
		this.jdbc.update("insert into receipt (entry) values (?)", UUID.randomUUID().toString());
	}

	/**
	 * Counts entries.
	 * @param name what for
	 * @return how many there are
	 */
	public int count(String name) {
		Integer count = this.jdbc.queryForObject("select count(*) from entry where name = ?", Integer.class, name);
		return (count != null) ? count : 0;
	}

}

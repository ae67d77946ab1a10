package com.example.messages;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.springframework.jdbc.core.JdbcTemplate;

/**
 * What messages bring about, in a table that all instances share.
 */
class Effects {

	/** Runs that do not end before they may, in all instances. */
	private static final Map<String, CountDownLatch> HELD = new ConcurrentHashMap<>();

	/** How many runs of a message are still to fail, in all instances. */
	private static final Map<String, AtomicInteger> FAILURES = new ConcurrentHashMap<>();

	/** How long a run takes after its effect, in a process that is to be killed. */
	private static final int PAUSE_MILLIS = Integer.getInteger("test.pause", 0);

	private final JdbcTemplate jdbc;

	Effects(JdbcTemplate jdbc) {
		this.jdbc = jdbc;
		jdbc.execute("create table if not exists effect (name varchar(200) not null)");
	}

	static CountDownLatch hold(String id) {
		CountDownLatch gate = new CountDownLatch(1);
		HELD.put(id, gate);
		return gate;
	}

	static void failOnce(String id) {
		FAILURES.put(id, new AtomicInteger(1));
	}

	/** Adds an effect when it may, and fails after it if it is to. */
	void add(String listener, OrderPlaced event) {
		await(event.id());
		this.jdbc.update("insert into effect (name) values (?)", listener + " " + event.id());
		pause();
		failIfItIsTo(event.id());
	}

	private static void pause() {
		try {
			Thread.sleep(PAUSE_MILLIS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	void await(String id) {
		CountDownLatch gate = HELD.get(id);
		try {
			if (gate != null) {
				gate.await();
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	void failIfItIsTo(String id) {
		if (FAILURES.getOrDefault(String.valueOf(id), new AtomicInteger()).getAndDecrement() > 0) {
			throw new IllegalStateException("Failed as told");
		}
	}

	int count(String listener, String id) {
		return this.jdbc.queryForObject("select count(*) from effect where name = ?", Integer.class,
				listener + " " + id);
	}

}

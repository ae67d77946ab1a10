package dev.idempotency.behaviour.app;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;

/**
 * A booked entry.
 */
@Entity
public class Entry {

	@Id
	@Column(length = 36)
	private String id;

	@Column(length = 100, nullable = false)
	private String name;

	protected Entry() {
		this("", "");
	}

	Entry(String id, String name) {
		this.id = id;
		this.name = name;
	}

	public String getId() {
		return this.id;
	}

	public String getName() {
		return this.name;
	}

}

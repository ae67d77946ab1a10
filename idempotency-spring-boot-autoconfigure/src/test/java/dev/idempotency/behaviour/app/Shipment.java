package dev.idempotency.behaviour.app;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;

/**
 * Something with parts that are loaded when they are asked for.
 */
@Entity
public class Shipment {

	@Id
	private String id = UUID.randomUUID().toString();

	@ElementCollection
	private List<String> parcels = new ArrayList<>();

	protected Shipment() {
	}

	Shipment(List<String> parcels) {
		this.parcels.addAll(parcels);
	}

	public String getId() {
		return this.id;
	}

	public List<String> getParcels() {
		return this.parcels;
	}

}

package dev.idempotency.behaviour.app;

import java.util.List;

import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

import dev.idempotency.Idempotent;

/**
 * Keeps entities, and answers with what is loaded as late as when it is written.
 */
@RestController
@RequestMapping("/shipments")
@Idempotent
public class ShipmentController {

	private final Executions executions;

	private final Shipments shipments;

	ShipmentController(Executions executions, Shipments shipments) {
		this.executions = executions;
		this.shipments = shipments;
	}

	@PostMapping
	@ResponseStatus(HttpStatus.CREATED)
	Shipment send(@RequestBody List<String> parcels, HttpServletRequest request) {
		this.executions.enter(request);
		return this.shipments.save(new Shipment(parcels));
	}

	@PostMapping("/{id}/copies")
	@ResponseStatus(HttpStatus.CREATED)
	@Nullable Shipment copy(@PathVariable String id, HttpServletRequest request) {
		this.executions.enter(request);
		return this.shipments.copy(id);
	}

	/** Saves, and then fails to commit. */
	@PostMapping("/lost")
	Shipment lose(HttpServletRequest request) {
		this.executions.enter(request);
		return this.shipments.lose(new Shipment(List.of("lost")));
	}

	/**
	 * The entities.
	 */
	@Transactional
	public static class Shipments {

		private @Nullable EntityManager entityManager;

		@PersistenceContext
		void setEntityManager(EntityManager entityManager) {
			this.entityManager = entityManager;
		}

		private EntityManager entityManager() {
			if (this.entityManager == null) {
				throw new IllegalStateException();
			}
			return this.entityManager;
		}

		Shipment save(Shipment shipment) {
			entityManager().persist(shipment);
			return shipment;
		}

		Shipment copy(String id) {
			entityManager().persist(new Shipment(List.of("copy of " + id)));
			return entityManager().find(Shipment.class, id);
		}

		Shipment lose(Shipment shipment) {
			entityManager().persist(shipment);
			throw new IllegalStateException("on purpose");
		}

	}

}

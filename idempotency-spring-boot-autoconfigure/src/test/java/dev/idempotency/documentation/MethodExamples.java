package dev.idempotency.documentation;

import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;

import dev.idempotency.IdempotencyTemplate;
import dev.idempotency.Idempotent;
import dev.idempotency.IdempotentSteps;

/**
 * The code that the pages about methods and steps show.
 */
final class MethodExamples {

	private MethodExamples() {
	}

	record OrderPlaced(String id) {
	}

	record Order(String id) {
	}

	record RideRequest(String from) {
	}

	record Charge(String id) {
	}

	record Ride(String id, boolean isPaid) {

		Ride paid(Charge charge) {
			return new Ride(this.id, charge != null);
		}

	}

	/**
	 * Where there are shipments.
	 */
	@FunctionalInterface
	interface Shipments {

		void create(OrderPlaced event);

	}

	/**
	 * Where there are rides.
	 */
	@FunctionalInterface
	interface Rides {

		Ride save(RideRequest request);

	}

	/**
	 * Who sends mail.
	 */
	@FunctionalInterface
	interface Mail {

		void send(Ride ride);

	}

	/**
	 * Who takes money.
	 */
	interface Provider {

		Charge charge(RideRequest request, String key);

		Charge charge(Order order);

	}

	static class Listener {

		private final Shipments shipments;

		Listener(Shipments shipments) {
			this.shipments = shipments;
		}

		@EventListener
		@Idempotent(key = "#event.id()", transactional = true)
		void on(OrderPlaced event) {
			this.shipments.create(event);
		}

	}

	static class Controller {

		private final IdempotentSteps steps;

		private final Rides rides;

		private final Provider provider;

		private final Mail mail;

		Controller(IdempotentSteps steps, Rides rides, Provider provider, Mail mail) {
			this.steps = steps;
			this.rides = rides;
			this.provider = provider;
			this.mail = mail;
		}

		@PostMapping("/rides")
		@Idempotent
		Ride book(@RequestBody RideRequest request) {
			Ride ride = this.steps.transactional("ride", Ride.class, (key) -> this.rides.save(request));
			Charge charge = this.steps.run("charge", Charge.class, (key) -> this.provider.charge(request, key));
			this.steps.atMostOnce("mail", (key) -> this.mail.send(ride));
			return ride.paid(charge);
		}

	}

	static class Orders {

		private final IdempotencyTemplate idempotency;

		private final Provider provider;

		Orders(IdempotencyTemplate idempotency, Provider provider) {
			this.idempotency = idempotency;
			this.provider = provider;
		}

		Charge pay(Order order, String key) {
			Charge charge = this.idempotency.execute("charge", key, Charge.class, () -> this.provider.charge(order));
			return charge;
		}

	}

}

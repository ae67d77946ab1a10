package dev.idempotency.autoconfigure;

import org.springframework.context.ApplicationEventPublisher;

import dev.idempotency.IdempotencyEvent;
import dev.idempotency.engine.IdempotencyListener;

/**
 * Publishes what happens as events of the application.
 */
final class EventPublication implements IdempotencyListener {

	private final ApplicationEventPublisher publisher;

	EventPublication(ApplicationEventPublisher publisher) {
		this.publisher = publisher;
	}

	@Override
	public void onEvent(IdempotencyEvent event) {
		this.publisher.publishEvent(event);
	}

}

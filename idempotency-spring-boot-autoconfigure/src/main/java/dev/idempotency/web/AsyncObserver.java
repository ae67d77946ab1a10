package dev.idempotency.web;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;

/**
 * Tells an exchange what the container says of its asynchronous request.
 *
 * @param exchange the exchange
 */
record AsyncObserver(Exchange exchange) implements AsyncListener {

	@Override
	public void onComplete(AsyncEvent event) {
		this.exchange.ended();
	}

	@Override
	public void onTimeout(AsyncEvent event) {
		this.exchange.timedOut();
	}

	@Override
	public void onError(AsyncEvent event) {
		this.exchange.clientGone();
	}

	@Override
	public void onStartAsync(AsyncEvent event) {
	}

}

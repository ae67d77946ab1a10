package dev.idempotency.web;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import org.springframework.http.HttpStatus;

/**
 * Follows what the container says of an asynchronous request that runs under a claim.
 *
 * @param run what is known of its handler
 * @param settlement decides about it
 */
record AsyncObserver(HandlerRun run, Settlement settlement) implements AsyncListener {

	/**
	 * Whoever handles a time-out comes back with a dispatch, or else the container
	 * renders an error page.
	 */
	@Override
	public void onTimeout(AsyncEvent event) {
		this.settlement.awaitErrorPage();
	}

	@Override
	public void onError(AsyncEvent event) {
		this.run.clientGone();
		this.settlement.awaitErrorPage();
	}

	/**
	 * If the container never came back with what the handler answered, nobody can render
	 * that any more. An error page may come after this.
	 */
	@Override
	public void onComplete(AsyncEvent event) {
		if (this.settlement.isOpen() || (this.run.isClientGone() && !this.settlement.isDecided())) {
			this.run.orphaned();
			this.settlement.settle(HttpStatus.OK.value(), null);
		}
	}

	@Override
	public void onStartAsync(AsyncEvent event) {
	}

}

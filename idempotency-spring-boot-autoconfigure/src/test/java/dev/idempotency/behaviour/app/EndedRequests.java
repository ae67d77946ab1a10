package dev.idempotency.behaviour.app;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The cases of which a request has left the application.
 */
public class EndedRequests {

	private final Set<String> names = ConcurrentHashMap.newKeySet();

	void ended(String name) {
		this.names.add(name);
	}

	/**
	 * Returns whether a request of a case has left the application.
	 * @param name the name of the case
	 * @return whether it has
	 */
	public boolean contains(String name) {
		return this.names.contains(name);
	}

}

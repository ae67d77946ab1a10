package com.example.twins;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.List;
import java.util.Map;

import jakarta.servlet.http.HttpServletRequest;

/**
 * What handlers and filters saw of one request, and how often handlers ran.
 */
final class Sightings {

	static final String HEADER = "X-Call";

	private static final Map<String, Sightings> all = new ConcurrentHashMap<>();

	private final List<String> notes = new CopyOnWriteArrayList<>();

	private final AtomicInteger entered = new AtomicInteger();

	private final AtomicInteger atWork = new AtomicInteger();

	private volatile boolean goesOn;

	static Sightings of(String call) {
		return all.computeIfAbsent(call, (name) -> new Sightings());
	}

	static Sightings of(HttpServletRequest request) {
		return of(request.getHeader(HEADER));
	}

	static void forget(String call) {
		all.remove(call);
	}

	void add(Object... parts) {
		StringBuilder note = new StringBuilder();
		for (Object part : parts) {
			note.append(note.isEmpty() ? "" : " ").append(part);
		}
		this.notes.add(note.toString());
	}

	/**
	 * Another thread goes on, so that what the first one sees at its end is a matter of
	 * luck.
	 */
	void goesOn() {
		this.goesOn = true;
	}

	boolean isGoingOn() {
		return this.goesOn;
	}

	void begin() {
		this.atWork.incrementAndGet();
	}

	void end() {
		this.atWork.decrementAndGet();
	}

	/**
	 * A handler is entered.
	 */
	void ran() {
		this.entered.incrementAndGet();
	}

	/**
	 * Whether nobody notes anything any more, who may be longer at work than the client
	 * waits.
	 */
	boolean isQuiet() {
		return this.atWork.get() == 0;
	}

	int runs() {
		return this.entered.get();
	}

	List<String> notes() {
		return List.copyOf(this.notes);
	}

}

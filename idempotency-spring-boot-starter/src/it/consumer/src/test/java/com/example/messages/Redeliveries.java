package com.example.messages;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.springframework.core.NestedExceptionUtils;

/**
 * What listeners have thrown, and which messages were given up for it.
 */
class Redeliveries {

	private final List<Entry> failed = new CopyOnWriteArrayList<>();

	private final List<Entry> givenUp = new CopyOnWriteArrayList<>();

	void failed(Object message, Throwable ex) {
		this.failed.add(Entry.of(message, ex));
	}

	void givenUp(Object message, Throwable ex) {
		this.givenUp.add(Entry.of(message, ex));
	}

	List<Class<?>> failures(String text) {
		return of(this.failed, text);
	}

	List<Class<?>> givenUp(String text) {
		return of(this.givenUp, text);
	}

	private static List<Class<?>> of(List<Entry> entries, String text) {
		return entries.stream()
			.filter((entry) -> entry.message.contains(text))
			.<Class<?>>map((entry) -> entry.cause.getClass())
			.toList();
	}

	private record Entry(String message, Throwable cause) {

		static Entry of(Object message, Throwable ex) {
			return new Entry(String.valueOf(message), NestedExceptionUtils.getMostSpecificCause(ex));
		}

	}

}

package com.example.messages;

import java.nio.charset.StandardCharsets;

import org.apache.kafka.common.serialization.Deserializer;

/**
 * A message.
 *
 * @param id tells whether it is the same, {@code null} if its sender forgot it
 * @param text what it says
 */
record OrderPlaced(String id, String text) {

	static OrderPlaced of(String line) {
		int blank = line.indexOf(' ');
		return new OrderPlaced((blank > 0) ? line.substring(0, blank) : null, line.substring(blank + 1));
	}

	/**
	 * Reads messages.
	 */
	public static class Reader implements Deserializer<OrderPlaced> {

		@Override
		public OrderPlaced deserialize(String topic, byte[] content) {
			return of(new String(content, StandardCharsets.UTF_8));
		}

	}

}

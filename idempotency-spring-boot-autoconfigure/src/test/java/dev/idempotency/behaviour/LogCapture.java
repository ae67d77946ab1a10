package dev.idempotency.behaviour;

import java.util.List;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/**
 * All that is logged while it is open: by the library at every level, by everybody else
 * at those that are switched on.
 */
final class LogCapture implements AutoCloseable {

	private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

	private final Logger library = (Logger) LoggerFactory.getLogger("dev.idempotency");

	private final @Nullable Level previousLevel = this.library.getLevel();

	private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

	LogCapture() {
		this.library.setLevel(Level.TRACE);
		this.appender.start();
		this.root.addAppender(this.appender);
	}

	// What the library logged, message by message, without stack traces
	List<String> ofLibrary() {
		return events().stream()
			.filter((event) -> event.getLoggerName().startsWith("dev.idempotency."))
			.map(ILoggingEvent::getFormattedMessage)
			.toList();
	}

	// What the library logged with a structured value
	List<ILoggingEvent> with(String key, String value) {
		return events().stream().filter((event) -> value.equals(value(event, key))).toList();
	}

	static @Nullable String value(ILoggingEvent event, String key) {
		List<KeyValuePair> pairs = event.getKeyValuePairs();
		return (pairs != null) ? pairs.stream()
			.filter((pair) -> pair.key.equals(key))
			.map((pair) -> String.valueOf(pair.value))
			.findFirst()
			.orElse(null) : null;
	}

	// What the library wants an operator to look at
	List<String> warningsOfLibrary() {
		return events().stream()
			.filter((event) -> event.getLevel() == Level.WARN)
			.filter((event) -> event.getLoggerName().startsWith("dev.idempotency."))
			.map(ILoggingEvent::getFormattedMessage)
			.toList();
	}

	// All that was logged, with stack traces and structured values
	String all() {
		StringBuilder text = new StringBuilder();
		for (ILoggingEvent event : events()) {
			text.append(event.getFormattedMessage())
				.append(event.getMDCPropertyMap())
				.append(event.getKeyValuePairs())
				.append('\n');
			if (event.getThrowableProxy() != null) {
				text.append(ThrowableProxyUtil.asString(event.getThrowableProxy())).append('\n');
			}
		}
		return text.toString();
	}

	private List<ILoggingEvent> events() {
		return List.copyOf(this.appender.list);
	}

	@Override
	public void close() {
		this.root.detachAppender(this.appender);
		this.library.setLevel(this.previousLevel);
		this.appender.stop();
	}

}

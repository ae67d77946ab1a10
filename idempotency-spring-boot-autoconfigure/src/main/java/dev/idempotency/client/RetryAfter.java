package dev.idempotency.client;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * Reads the header {@code Retry-After} (RFC 9110, section 10.2.3): a number of seconds,
 * or a date in one of three forms (section 5.6.7).
 */
final class RetryAfter {

	private static final List<DateTimeFormatter> DATES = List.of(DateTimeFormatter.RFC_1123_DATE_TIME,
			new DateTimeFormatterBuilder().appendPattern("EEEE, dd-MMM-")
				.appendValueReduced(ChronoField.YEAR, 2, 2, 2000)
				.appendPattern(" HH:mm:ss 'GMT'")
				.toFormatter(Locale.US)
				.withZone(ZoneOffset.UTC),
			DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.US).withZone(ZoneOffset.UTC));

	private RetryAfter() {
	}

	/**
	 * Returns after which time the server wants the next attempt. A date is compared with
	 * the server's own, for clocks differ, and with the clock of this machine if the
	 * server does not say its own.
	 * @param headers the headers of the response
	 * @return the time, {@code null} if the server does not say
	 */
	static @Nullable Duration of(HttpHeaders headers) {
		String value = headers.getFirst("Retry-After");
		if (value == null) {
			return null;
		}
		if (value.strip().matches("[0-9]{1,9}")) {
			return Duration.ofSeconds(Long.parseLong(value.strip()));
		}
		Instant date = date(value);
		Instant now = date(headers.getFirst("Date"));
		return (date != null) ? Duration.between((now != null) ? now : Instant.now(), date) : null;
	}

	private static @Nullable Instant date(@Nullable String value) {
		if (value == null) {
			return null;
		}
		for (DateTimeFormatter form : DATES) {
			try {
				return ZonedDateTime.parse(value.strip(), form).toInstant();
			}
			catch (DateTimeException ex) {
				// Another form
			}
		}
		return null;
	}

}

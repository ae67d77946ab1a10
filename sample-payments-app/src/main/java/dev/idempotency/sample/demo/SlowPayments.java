package dev.idempotency.sample.demo;

import java.lang.reflect.Type;

import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.HttpStatus;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.RequestBodyAdviceAdapter;

import dev.idempotency.sample.PaymentRequest;

/**
 * Makes a payment take as many milliseconds as the header {@value #HEADER} says, at most
 * {@value #MAX_MILLIS}. A header, because the query would be part of what makes two
 * requests the same. The request waits after its key was claimed and before the payment
 * is made, as if the bank were slow.
 */
@ControllerAdvice
final class SlowPayments extends RequestBodyAdviceAdapter {

	static final String HEADER = "Demo-Delay";

	static final int MAX_MILLIS = 10_000;

	@Override
	public boolean supports(MethodParameter parameter, Type type, Class<? extends HttpMessageConverter<?>> converter) {
		return type == PaymentRequest.class;
	}

	@Override
	public Object afterBodyRead(Object body, HttpInputMessage message, MethodParameter parameter, Type type,
			Class<? extends HttpMessageConverter<?>> converter) {
		String delay = message.getHeaders().getFirst(HEADER);
		if (delay != null) {
			sleep(parse(delay));
		}
		return body;
	}

	private static int parse(String delay) {
		@Nullable Integer millis = null;
		try {
			millis = Integer.valueOf(delay);
		}
		catch (NumberFormatException ex) {
			// Refused below
		}
		if (millis == null || millis < 0 || millis > MAX_MILLIS) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST,
					HEADER + " is a number of milliseconds from 0 to " + MAX_MILLIS + ".");
		}
		return millis;
	}

	private static void sleep(int millis) {
		try {
			Thread.sleep(millis);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while a payment was slow", ex);
		}
	}

}

package dev.idempotency.behaviour.app;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Turns the exceptions of the domain into responses.
 */
@RestControllerAdvice
public class ErrorAdvice {

	@ExceptionHandler
	ProblemDetail outOfStock(OutOfStockException exception) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, "Out of stock");
	}

	/**
	 * An exception of the domain.
	 */
	public static final class OutOfStockException extends RuntimeException {

		private static final long serialVersionUID = 1L;

	}

}

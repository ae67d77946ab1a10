package dev.idempotency.sample;

import java.io.Serial;
import java.net.URI;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/**
 * There is no such payment. Status 404.
 */
class PaymentNotFoundException extends ErrorResponseException {

	@Serial
	private static final long serialVersionUID = 1L;

	PaymentNotFoundException() {
		super(HttpStatus.NOT_FOUND, problemDetail(), null);
	}

	private static ProblemDetail problemDetail() {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, "There is no such payment.");
		problem.setType(URI.create("urn:payments:problem:payment-not-found"));
		problem.setTitle("Payment not found");
		return problem;
	}

}

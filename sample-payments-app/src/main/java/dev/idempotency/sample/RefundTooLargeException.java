package dev.idempotency.sample;

import java.io.Serial;
import java.net.URI;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/**
 * A refund of more than what is left of the payment. Status 409.
 */
class RefundTooLargeException extends ErrorResponseException {

	@Serial
	private static final long serialVersionUID = 1L;

	RefundTooLargeException(long refundable) {
		super(HttpStatus.CONFLICT, problemDetail(refundable), null);
	}

	private static ProblemDetail problemDetail(long refundable) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT,
				"The refund is larger than what is left of the payment.");
		problem.setType(URI.create("urn:payments:problem:refund-too-large"));
		problem.setTitle("Refund too large");
		problem.setProperty("refundable", refundable);
		return problem;
	}

}

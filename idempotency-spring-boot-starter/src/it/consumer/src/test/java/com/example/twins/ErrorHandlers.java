package com.example.twins;

import java.io.IOException;

import jakarta.servlet.http.HttpServletResponse;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.bind.annotation.ResponseStatus;

/**
 * Turns exceptions into responses, in every way there is.
 */
@ControllerAdvice
class ErrorHandlers {

	@ExceptionHandler
	ResponseEntity<String> translated(Translated ex) {
		return ResponseEntity.status(409).header("X-Translated", "yes").body("translated");
	}

	@ExceptionHandler
	ProblemDetail problem(Problematic ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.UNPROCESSABLE_ENTITY, "a problem");
	}

	@ExceptionHandler
	@ResponseStatus(HttpStatus.GONE)
	@ResponseBody
	String status(Gone ex) {
		return "gone";
	}

	@ExceptionHandler
	String view(Viewed ex) {
		return "textView";
	}

	@ExceptionHandler
	String forward(Forwarded ex) {
		return "forward:/target/text";
	}

	@ExceptionHandler
	void write(Written ex, HttpServletResponse response) throws IOException {
		response.setStatus(418);
		response.getWriter().print("written");
	}

	@ExceptionHandler
	void sendError(Sent ex, HttpServletResponse response) throws IOException {
		response.sendError(409, "sent");
	}

	@ExceptionHandler
	@ResponseStatus(code = HttpStatus.CONFLICT, reason = "a reason")
	void reason(Reasoned ex) {
	}

	static class Translated extends RuntimeException {

		private static final long serialVersionUID = 1;

	}

	static class Problematic extends RuntimeException {

		private static final long serialVersionUID = 1;

	}

	static class Gone extends RuntimeException {

		private static final long serialVersionUID = 1;

	}

	static class Viewed extends RuntimeException {

		private static final long serialVersionUID = 1;

	}

	static class Forwarded extends RuntimeException {

		private static final long serialVersionUID = 1;

	}

	static class Written extends RuntimeException {

		private static final long serialVersionUID = 1;

	}

	static class Sent extends RuntimeException {

		private static final long serialVersionUID = 1;

	}

	static class Reasoned extends RuntimeException {

		private static final long serialVersionUID = 1;

	}

	@ResponseStatus(HttpStatus.PAYMENT_REQUIRED)
	static class Unpaid extends RuntimeException {

		private static final long serialVersionUID = 1;

	}

	@ResponseStatus(code = HttpStatus.PAYMENT_REQUIRED, reason = "unpaid")
	static class UnpaidWithReason extends RuntimeException {

		private static final long serialVersionUID = 1;

	}

}

package com.example.twins;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.example.twins.Row.Writer;
import jakarta.servlet.ServletException;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.context.request.async.AsyncRequestTimeoutException;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.NoHandlerFoundException;

import static com.example.twins.Row.to;
import static com.example.twins.Row.writes;

/**
 * Exceptions of handlers, and what is written before.
 */
final class ErrorRows {

	private ErrorRows() {
	}

	static List<Row> rows() {
		List<Row> rows = new ArrayList<>();
		befores().forEach((before, writer) -> exceptions()
			.forEach((name, exception) -> rows.add(row(name + " after " + before, writer, exception))));
		rows.addAll(refusals());
		return rows;
	}

	private static Row row(String name, Writer before, Supplier<Throwable> exception) {
		Row row = writes(name, (call) -> {
			before.handle(call);
			Throwable raised = exception.get();
			if (raised instanceof Error error) {
				throw error;
			}
			throw (Exception) raised;
		}).status(0);
		// Nobody turned it into the response that it has: the one of a client that went
		// away, or what had left before
		boolean untold = name.startsWith("a broken pipe") || name.startsWith("the end of a client")
				|| name.endsWith("a flush");
		return untold ? row.unrecorded() : row;
	}

	private static Map<String, Writer> befores() {
		Map<String, Writer> befores = new LinkedHashMap<>();
		befores.put("nothing", (call) -> {
		});
		befores.put("a writer", (call) -> call.writer().print("before "));
		befores.put("a stream", (call) -> call.bytes("before "));
		befores.put("headers", (call) -> {
			call.response().setStatus(201);
			call.response().setHeader("X-Custom", "1");
			call.response().setHeader("Cache-Control", "max-age=1");
		});
		befores.put("a type", (call) -> call.response().setContentType("text/csv;charset=ISO-8859-1"));
		befores.put("a flush", (call) -> {
			call.bytes("before ");
			call.response().flushBuffer();
		});
		return befores;
	}

	private static Map<String, Supplier<Throwable>> exceptions() {
		Map<String, Supplier<Throwable>> exceptions = new LinkedHashMap<>();
		exceptions.put("an exception with an entity", ErrorHandlers.Translated::new);
		exceptions.put("an exception with a problem", ErrorHandlers.Problematic::new);
		exceptions.put("an exception with a status", ErrorHandlers.Gone::new);
		exceptions.put("an exception with a view", ErrorHandlers.Viewed::new);
		exceptions.put("an exception with a forward", ErrorHandlers.Forwarded::new);
		exceptions.put("an exception that is written", ErrorHandlers.Written::new);
		exceptions.put("an exception with sendError", ErrorHandlers.Sent::new);
		exceptions.put("an exception with a reason", ErrorHandlers.Reasoned::new);
		exceptions.put("an annotated exception", ErrorHandlers.Unpaid::new);
		exceptions.put("an annotated exception with a reason", ErrorHandlers.UnpaidWithReason::new);
		exceptions.put("ResponseStatusException", () -> new ResponseStatusException(HttpStatus.CONFLICT, "a reason"));
		exceptions.put("ResponseStatusException 503",
				() -> new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, "a reason"));
		exceptions.put("ErrorResponseException", () -> {
			ErrorResponseException ex = new ErrorResponseException(HttpStatus.LOCKED,
					ProblemDetail.forStatusAndDetail(HttpStatus.LOCKED, "a detail"), null);
			ex.getBody().setType(URI.create("urn:a"));
			ex.getHeaders().add("X-Exception", "1");
			return ex;
		});
		exceptions.put("a method that is not supported",
				() -> new HttpRequestMethodNotSupportedException("POST", List.of("GET", "PUT")));
		exceptions.put("a media type that is not supported",
				() -> new HttpMediaTypeNotSupportedException(MediaType.IMAGE_PNG, List.of(MediaType.APPLICATION_JSON)));
		exceptions.put("a parameter that is missing", () -> new MissingServletRequestParameterException("a", "String"));
		exceptions.put("a handler that is not found",
				() -> new NoHandlerFoundException("POST", "/a", new HttpHeaders()));
		exceptions.put("a time-out", AsyncRequestTimeoutException::new);
		exceptions.put("an IllegalStateException", () -> new IllegalStateException("a"));
		exceptions.put("an IOException", () -> new IOException("a"));
		exceptions.put("a file that is not found", () -> new FileNotFoundException("a"));
		exceptions.put("an UncheckedIOException", () -> new UncheckedIOException(new IOException("a")));
		exceptions.put("a ServletException", () -> new ServletException("a", new IllegalStateException("b")));
		exceptions.put("a TimeoutException", () -> new TimeoutException("a"));
		exceptions.put("a broken pipe", () -> new IOException("Broken pipe"));
		exceptions.put("the end of a client",
				() -> new IllegalStateException(new IOException("Connection reset by peer")));
		exceptions.put("an Error", () -> new AssertionError("a"));
		exceptions.put("a StackOverflowError", StackOverflowError::new);
		return exceptions;
	}

	private static List<Row> refusals() {
		return List.of(to("/form/argument", "a missing parameter").refused(400),
				to("/multipart/file", "a missing file").refused(0), to("/body/json", "a missing body").refused(400),
				to("/body/json", "a malformed body").type("application/json").body("{\"a\":").refused(400),
				to("/body/record", "a body of another shape").type("application/json").body("[1]").refused(400),
				to("/body/json", "a body of another type").type("image/png").body("png").refused(415),
				to("/body/json", "a body without type").body("{}").status(0),
				to("/body/json", "a body of a malformed type").type("no type").body("{}").refused(415),
				to("/body/bytes-mixed", "a body that is not consumed").type("application/json").body("{}").refused(415),
				to("/nowhere", "no handler").refused(404),
				to("/nowhere", "no handler, with a body").type("application/json").body("{}").refused(404),
				to("/form/params", "no handler for these parameters").refused(400));
	}

}

package dev.idempotency.web;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;

import dev.idempotency.IdempotencyException;

/**
 * Renders refusals as {@code application/problem+json} (RFC 9457), whatever the client
 * accepts and whichever converters the application has. Last of the advices, so that an
 * application can take refusals over.
 *
 * @since 0.1.0
 */
@ControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE)
public final class ProblemAdvice {

	@ExceptionHandler
	void write(IdempotencyException refusal, HttpServletResponse response) throws IOException {
		render(refusal, response);
	}

	static void render(IdempotencyException refusal, HttpServletResponse response) throws IOException {
		response.getOutputStream().write(writeHead(refusal, response));
	}

	/**
	 * Sets status and headers of a refusal.
	 * @return its body
	 */
	static byte[] writeHead(IdempotencyException refusal, HttpServletResponse response) {
		ProblemDetail problem = refusal.getBody();
		StringBuilder json = new StringBuilder("{");
		URI type = problem.getType();
		appendMember(json, "type", (type != null) ? type.toString() : null);
		appendMember(json, "title", problem.getTitle());
		json.append("\"status\":").append(problem.getStatus()).append(',');
		appendMember(json, "detail", problem.getDetail());
		json.setCharAt(json.length() - 1, '}');
		byte[] body = json.toString().getBytes(StandardCharsets.UTF_8);
		response.setStatus(problem.getStatus());
		refusal.getHeaders().forEach((name, values) -> values.forEach((value) -> response.setHeader(name, value)));
		response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
		response.setContentLength(body.length);
		return body;
	}

	private static void appendMember(StringBuilder json, String name, @Nullable String value) {
		if (value == null) {
			return;
		}
		json.append('"').append(name).append("\":\"");
		for (int i = 0; i < value.length(); i++) {
			char character = value.charAt(i);
			if (character == '"' || character == '\\') {
				json.append('\\').append(character);
			}
			else if (character < ' ') {
				json.append(String.format("\\u%04x", (int) character));
			}
			else {
				json.append(character);
			}
		}
		json.append("\",");
	}

}

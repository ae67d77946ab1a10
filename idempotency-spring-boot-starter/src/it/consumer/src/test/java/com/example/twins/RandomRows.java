package com.example.twins;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

import com.example.twins.Row.Writer;
import jakarta.servlet.http.Cookie;

import static com.example.twins.Row.writes;

/**
 * Calls of the response in an order that nobody thought of. The same in each build;
 * others by {@code -Dtwins.seed=} and {@code -Dtwins.random=}, how many.
 */
final class RandomRows {

	private static final Map<String, Writer> CALLS = new LinkedHashMap<>();

	static {
		CALLS.put("write", (call) -> call.writer().print("w\u00e4 "));
		CALLS.put("bytes", (call) -> call.bytes("b\u00e4 "));
		CALLS.put("long write", (call) -> call.writer().print("x".repeat(10_000)));
		CALLS.put("long bytes", (call) -> call.stream().print("y".repeat(10_000)));
		CALLS.put("writer", Call::writer);
		CALLS.put("stream", Call::stream);
		CALLS.put("flush writer", (call) -> call.writer().flush());
		CALLS.put("flush stream", (call) -> call.stream().flush());
		CALLS.put("close writer", (call) -> call.writer().close());
		CALLS.put("close stream", (call) -> call.stream().close());
		CALLS.put("flushBuffer", (call) -> call.response().flushBuffer());
		CALLS.put("reset", (call) -> call.response().reset());
		CALLS.put("resetBuffer", (call) -> call.response().resetBuffer());
		CALLS.put("buffer size", (call) -> call.response().setBufferSize(20_000));
		CALLS.put("type", (call) -> call.response().setContentType("text/plain"));
		CALLS.put("type UTF-8", (call) -> call.response().setContentType("text/plain;charset=UTF-8"));
		CALLS.put("type ISO-8859-1", (call) -> call.response().setContentType("text/html; charset=iso-8859-1"));
		CALLS.put("no type", (call) -> call.response().setContentType(null));
		CALLS.put("type header", (call) -> call.response().setHeader("Content-Type", "text/csv;charset=UTF-8"));
		CALLS.put("encoding UTF-8", (call) -> call.response().setCharacterEncoding("UTF-8"));
		CALLS.put("encoding UTF-16", (call) -> call.response().setCharacterEncoding("UTF-16BE"));
		CALLS.put("locale", (call) -> call.response().setLocale(Locale.GERMANY));
		CALLS.put("language header", (call) -> call.response().setHeader("Content-Language", "fr"));
		CALLS.put("length 0", (call) -> call.response().setContentLength(0));
		CALLS.put("length 4", (call) -> call.response().setContentLength(4));
		CALLS.put("status 201", (call) -> call.response().setStatus(201));
		CALLS.put("status 204", (call) -> call.response().setStatus(204));
		CALLS.put("status 404", (call) -> call.response().setStatus(404));
		CALLS.put("set header", (call) -> call.response().setHeader("X-A", "1"));
		CALLS.put("add header", (call) -> call.response().addHeader("X-A", "2"));
		CALLS.put("null header", (call) -> call.response().setHeader("X-A", null));
		CALLS.put("cookie", (call) -> call.response().addCookie(new Cookie("a", "1")));
		CALLS.put("ETag", (call) -> call.response().setHeader("ETag", "\"1\""));
		CALLS.put("sendError", (call) -> call.response().sendError(409));
		CALLS.put("sendError text", (call) -> call.response().sendError(422, "an error"));
		CALLS.put("sendRedirect", (call) -> call.response().sendRedirect("other"));
		CALLS.put("forward", (call) -> call.forward("/target/text"));
		CALLS.put("forward writer", (call) -> call.forward("/target/writer"));
		CALLS.put("include writer", (call) -> call.include("/target/writer"));
		CALLS.put("include stream", (call) -> call.include("/target/stream"));
		CALLS.put("include entity", (call) -> call.include("/target/entity"));
		CALLS.put("state", Call::state);
	}

	private RandomRows() {
	}

	static List<Row> rows() {
		Random random = new Random(Long.getLong("twins.seed", 1));
		List<String> names = List.copyOf(CALLS.keySet());
		List<Row> rows = new ArrayList<>();
		int count = Integer.getInteger("twins.random", 0);
		for (int i = 0; i < count; i++) {
			List<String> calls = random.ints(2 + random.nextInt(6), 0, names.size()).mapToObj(names::get).toList();
			// What the handler leaves behind may be shorter or longer than it said
			rows.add(writes("random " + i + " " + String.join(", ", calls), (call) -> {
				for (String name : calls) {
					call.tries(name, () -> CALLS.get(name).handle(call));
				}
			}).header("Connection", "close").status(0));
		}
		return rows;
	}

}

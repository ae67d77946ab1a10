package com.example.twins;

import java.util.ArrayList;
import java.util.List;

import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponseWrapper;

import org.springframework.http.ResponseEntity;

import static com.example.twins.Row.returns;
import static com.example.twins.Row.to;
import static com.example.twins.Row.writes;

/**
 * Forwards and includes, to and from twins.
 */
final class ForwardRows {

	private static final List<String> TARGETS = List.of("text", "entity", "body", "parameter", "writer", "stream",
			"nothing", "empty", "long", "error", "failure", "raised", "redirect", "view", "forward", "callable",
			"future");

	private static final List<String> TWINS = List.of("result/string", "result/entity", "result/entity-empty",
			"result/bytes-long", "result/view-model", "result/void-reason", "result/map", "async/callable",
			"async/future-entity", "async/deferred-error", "body/string-optional", "body/request-stream",
			"form/parameters");

	private ForwardRows() {
	}

	static List<Row> rows() {
		List<Row> rows = new ArrayList<>();
		for (Row row : wholes()) {
			List<String> targets = new ArrayList<>();
			TARGETS.forEach((target) -> targets.add("/target/" + target));
			TWINS.forEach((twin) -> targets.add("/{twin}/" + twin));
			// What is written while the target is at work is nobody's to predict
			targets.removeIf((target) -> !row.name().startsWith("forward") && isAsynchronous(target));
			for (String target : targets) {
				rows.add(with(row, target));
				if (target.startsWith("/{twin}")) {
					rows.add(with(row.name(row.name() + " from simple")
						.target(row.request().target().replace("{twin}", "simple"))
						.retryRuns(1), target));
				}
			}
		}
		for (String twin : TWINS) {
			for (String filter : List.of("forwards", "includes")) {
				Row row = body(to("/" + twin, twin)).status(0).otherWithoutLibrary();
				row = filter.equals("includes") ? row.unmarked() : row;
				if (filter.equals("forwards") || !isAsynchronous(twin)) {
					rows.add(row.inside(filter));
					rows.add(row.outside(filter));
				}
			}
		}
		rows.addAll(others());
		return rows;
	}

	private static boolean isAsynchronous(String target) {
		return target.contains("async") || target.endsWith("callable") || target.endsWith("future");
	}

	private static Row with(Row row, String to) {
		Row target = body(row.name(row.name() + " to " + to).query("to=" + to)).otherWithoutLibrary();
		return row.name().contains("include") ? target.unmarked() : target;
	}

	private static Row body(Row row) {
		return row.form("name=a&a=1");
	}

	private static List<Row> wholes() {
		return List.of(returns("forward by view", (call) -> "forward:" + call.argument("to")).status(0),
				writes("forward by dispatcher", (call) -> call.forward(call.argument("to"))).status(0),
				returns("dispatched forward, then a view", (call) -> {
					call.forward(call.argument("to"));
					return "textView";
				}).status(0), writes("headers, then forward", (call) -> {
					call.response().setStatus(202);
					call.response().addHeader("X-Custom", "outer");
					call.response().setHeader("X-Outer", "1");
					call.response().setContentType("text/csv");
					call.forward(call.argument("to"));
				}).status(0), writes("written, then forward", (call) -> {
					call.writer().print("outer ");
					call.forward(call.argument("to"));
					call.tries("write", () -> call.writer().print(" after"));
				}).status(0), writes("streamed, then forward", (call) -> {
					call.bytes("outer ");
					call.forward(call.argument("to"));
					call.tries("write", () -> call.bytes(" after"));
				}).status(0), writes("flushed, then forward", (call) -> {
					call.bytes("outer ");
					call.response().flushBuffer();
					call.tries("forward", () -> call.forward(call.argument("to")));
				}).status(0), writes("everything after a forward", (call) -> {
					call.forward(call.argument("to"));
					call.state();
					call.tries("header", () -> call.response().setHeader("X-Late", "1"));
					call.tries("status", () -> call.response().setStatus(202));
					call.tries("writer", () -> call.writer().print(" late"));
					call.tries("stream", () -> call.bytes(" late"));
					call.tries("reset", () -> call.response().resetBuffer());
					call.tries("error", () -> call.response().sendError(410));
				}).status(0),
				writes("forward with wrappers",
						(call) -> call.request()
							.getRequestDispatcher(call.argument("to"))
							.forward(new HttpServletRequestWrapper(call.request()),
									new HttpServletResponseWrapper(call.response())))
					.status(0),
				writes("include alone", (call) -> call.include(call.argument("to"))).status(0),
				writes("include by writer", (call) -> {
					call.writer().print("before ");
					call.include(call.argument("to"));
					call.tries("write", () -> call.writer().print(" after"));
				}).status(0), writes("include by stream", (call) -> {
					call.bytes("before ");
					call.include(call.argument("to"));
					call.tries("write", () -> call.bytes(" after"));
				}).status(0), writes("headers, include, headers", (call) -> {
					call.response().setStatus(202);
					call.response().setHeader("X-Outer", "1");
					call.include(call.argument("to"));
					call.response().setHeader("X-Later", "1");
					call.response().setStatus(203);
				}).status(0), returns("include, then a view", (call) -> {
					call.include(call.argument("to"));
					return "textView";
				}).status(0), returns("include, then an entity", (call) -> {
					call.include(call.argument("to"));
					return ResponseEntity.ok("entity");
				}).status(0));
	}

	private static List<Row> others() {
		return List.of(writes("forward to a page", (call) -> call.forward("/page.txt")).status(0),
				returns("forward to a page by view", (call) -> "forward:/page.txt").status(0),
				writes("forward to a page as GET",
						(call) -> call.request()
							.getRequestDispatcher("/page.txt")
							.forward(new HttpServletRequestWrapper(call.request()) {

								@Override
								public String getMethod() {
									return "GET";
								}

							}, call.response())),
				writes("include a page as GET", (call) -> {
					call.bytes("before ");
					call.request()
						.getRequestDispatcher("/page.txt")
						.include(new HttpServletRequestWrapper(call.request()) {

							@Override
							public String getMethod() {
								return "GET";
							}

						}, call.response());
					call.bytes(" after");
				}), writes("forward to nowhere", (call) -> call.forward("/nowhere")).status(404),
				writes("forward with a query", (call) -> call.forward("/target/parameter?name=query"))
					.form("name=form"),
				writes("forward with attributes", (call) -> {
					call.request().setAttribute("a", "b");
					call.forward("/target/text");
					call.saw(call.request().getAttribute("a"), call.request().getRequestURI(),
							call.request().getAttribute("jakarta.servlet.forward.request_uri"));
				}), writes("two includes", (call) -> {
					call.include("/target/writer");
					call.include("/target/writer");
				}), writes("two forwards", (call) -> {
					call.forward("/target/text");
					call.tries("again", () -> call.forward("/target/text"));
				}), writes("a forward that fails, then a write", (call) -> {
					call.tries("forward", () -> call.forward("/target/raised"));
					call.tries("write", () -> call.text("written"));
				}).status(0), writes("an include that fails, then a write", (call) -> {
					call.tries("include", () -> call.include("/target/raised"));
					call.tries("write", () -> call.text("written"));
				}).status(0), writes("an asynchronous forward", (call) -> call.async((context) -> {
					call.forward("/target/text");
					context.complete();
				})).status(0), writes("an asynchronous include", (call) -> call.async((context) -> {
					call.bytes("before ");
					call.include("/target/stream");
					call.bytes(" after");
					context.complete();
				})).status(0));
	}

}

package com.example.twins;

import java.util.ArrayList;
import java.util.List;

import static com.example.twins.Row.answers;
import static com.example.twins.Row.returns;
import static com.example.twins.Row.to;
import static com.example.twins.Row.writes;

/**
 * Filters that do something to the response, between the filter of the library and the
 * handler, in every dispatch, and before.
 */
final class FilterRows {

	private static final List<String> FILTERS = List.of("nothing", "wrappers", "caching", "etag", "envelope",
			"envelope-writer", "envelope-type", "digest", "gzip", "gzip-late", "takes-stream", "takes-writer",
			"holds-stream", "holds-writer", "prefix-stream", "prefix-writer", "prefix-flushed", "suffix-stream",
			"suffix-writer", "header-before", "header-after", "status-before", "status-after", "type-before",
			"type-after", "charset-before", "buffer-before", "flush-after", "reset-after", "error-after",
			"redirect-after", "forward-after", "include-before", "include-after", "swallows");

	private FilterRows() {
	}

	static List<Row> rows() {
		List<Row> rows = new ArrayList<>();
		List<Row> some = some();
		List<Row> more = more();
		for (String filter : FILTERS) {
			for (Row row : more) {
				rows.add(filtered(row, filter).inside(filter));
			}
			for (Row row : some) {
				rows.add(filtered(row, filter).inside(filter));
				if (!filter.contains("forward") && !filter.contains("include")) {
					rows.add(filtered(row, filter).always(filter));
				}
				rows.add(filtered(row, filter).outside(filter));
			}
		}
		return rows;
	}

	/**
	 * A filter may make promises that the handler does not keep, or send headers before a
	 * retry is known to be one.
	 */
	private static Row filtered(Row row, String filter) {
		Row filtered = row.status(0).header("Connection", "close");
		return filter.equals("prefix-flushed") ? filtered.unmarked() : filtered;
	}

	private static List<Row> more() {
		return List.of(to("/result/map", "Map"), to("/result/bytes-long", "a long byte[]"),
				to("/result/entity-empty", "an empty entity"), to("/result/view-model", "a view"),
				writes("filtered nothing", (call) -> {
				}), writes("filtered stream", (call) -> call.bytes("streamed")), writes("filtered flush", (call) -> {
					call.bytes("one ");
					call.response().flushBuffer();
					call.bytes("two");
				}), writes("filtered redirect", (call) -> call.response().sendRedirect("/other")),
				writes("filtered exception", (call) -> {
					throw new IllegalStateException("raised");
				}), writes("filtered translation", (call) -> {
					call.response().setHeader("X-Custom", "1");
					throw new ErrorHandlers.Translated();
				}), returns("filtered forward", (call) -> "forward:/target/text"), writes("filtered length", (call) -> {
					call.response().setContentLength(5);
					call.response().getOutputStream().print("12345");
				}));
	}

	private static List<Row> some() {
		return List.of(to("/result/entity", "an entity"),
				writes("filtered writer", (call) -> call.text("written \u00e4")),
				writes("filtered error", (call) -> call.response().sendError(409, "an error")),
				answers("filtered text", (call) -> "text"));
	}

}

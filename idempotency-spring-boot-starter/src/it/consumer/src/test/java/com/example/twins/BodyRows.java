package com.example.twins;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.function.UnaryOperator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

import com.example.twins.Request.Framing;

import static com.example.twins.Row.to;

/**
 * Requests with bodies, as handlers and filters read them.
 */
final class BodyRows {

	private static final String JSON = "{\"name\":\"J\u00fcrgen \u20ac\",\"quantity\":2}";

	private static final List<String> BODIES = List.of("nothing", "string", "string-optional", "string-and-parameter",
			"string-then-parameter", "bytes", "bytes-optional", "json", "record", "resource", "entity",
			"request-entity", "input-stream", "argument-reader", "request-stream", "request-line", "request-reader",
			"request-reader-latin", "stream-then-reader", "reader-then-stream", "stream-then-parameters",
			"parameters-then-stream", "read-listener");

	private static final List<String> FILTERS = List.of("gunzip-at-once", "gunzip-late", "gunzip-read", "replaces",
			"replaces-read", "upper-case-late", "caches-reader", "caches-content", "reads-parameters",
			"reads-parameters-after", "reads-body", "reads-body-after", "reads-some", "takes-input", "takes-reader",
			"encoding-latin", "type-json", "adds-parameter", "method-put");

	private BodyRows() {
	}

	static List<Row> rows() {
		List<Row> rows = new ArrayList<>();
		for (String body : BODIES) {
			sent().forEach((name, sent) -> rows.add(sent.apply(to("/body/" + body, body + ", " + name)).status(0)));
		}
		for (String method : List.of("PUT", "PATCH", "DELETE", "MERGE")) {
			for (String body : List.of("string-optional", "json", "request-stream")) {
				rows.add(json(to("/body/" + body, method + " " + body)).method(method).status(0));
				rows.add(to("/body/" + body, method + " " + body + ", no body").method(method).status(0));
			}
		}
		return rows;
	}

	/**
	 * A request that is refused, or not, before the handler: the twin says which.
	 */
	static List<Row> filtered() {
		List<Row> rows = new ArrayList<>();
		for (String filter : FILTERS) {
			boolean gunzips = filter.startsWith("gunzip");
			for (String body : List.of("string-optional", "bytes-optional", "json", "entity", "request-stream",
					"request-reader", "stream-then-parameters", "nothing")) {
				Row row = to("/body/" + body, body).status(0);
				row = gunzips ? gzipped(row) : json(row);
				rows.add(row.inside(filter));
				rows.add(row.outside(filter));
			}
			for (String form : List.of("form/parameters", "form/optional", "form/body-map", "form/model",
					"body/string-optional", "body/stream-then-parameters")) {
				Row row = to("/" + form, form).status(0);
				row = gunzips ? row.type("application/x-www-form-urlencoded")
					.header("Content-Encoding", "gzip")
					.body(gzip("name=a&quantity=1")) : row.form("name=a&quantity=1");
				rows.add(row.inside(filter));
				rows.add(row.outside(filter));
			}
		}
		return rows;
	}

	private static Map<String, UnaryOperator<Row>> sent() {
		Map<String, UnaryOperator<Row>> sent = new LinkedHashMap<>();
		sent.put("JSON", BodyRows::json);
		sent.put("chunked JSON", (row) -> json(row).framing(Framing.CHUNKED));
		sent.put("expected JSON", (row) -> json(row).framing(Framing.CONTINUE));
		sent.put("JSON cut short", (row) -> json(row).framing(Framing.CUT_SHORT));
		sent.put("chunked JSON cut short", (row) -> json(row).framing(Framing.CUT_SHORT_CHUNKED));
		sent.put("no body", UnaryOperator.identity());
		sent.put("an empty body", (row) -> row.type("application/json").body(""));
		sent.put("text in ISO-8859-1",
				(row) -> row.type("text/plain;charset=ISO-8859-1").body("\u00e4\u00f6", StandardCharsets.ISO_8859_1));
		sent.put("text without charset", (row) -> row.type("text/plain").body("\u00e4\u00f6"));
		sent.put("text of an unknown charset", (row) -> row.type("text/plain;charset=x-unknown").body("abc"));
		sent.put("bytes", (row) -> row.type("application/octet-stream").body(TypedHandlers.allBytes()));
		sent.put("bytes without type", (row) -> row.body(TypedHandlers.allBytes()));
		sent.put("100 KB", (row) -> row.type("text/plain").body("0123456789".repeat(10_000)));
		sent.put("zipped JSON", BodyRows::gzipped);
		sent.put("JSON and a query", (row) -> json(row).query("a=1&a=%C3%A4"));
		sent.put("a form", (row) -> row.form("name=a&a=1&a=2").query("a=0"));
		return sent;
	}

	private static Row json(Row row) {
		return row.type("application/json").body(JSON);
	}

	private static Row gzipped(Row row) {
		return row.type("application/json").header("Content-Encoding", "gzip").body(gzip(JSON));
	}

	static byte[] gzip(String text) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
			gzip.write(text.getBytes(StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return bytes.toByteArray();
	}

}

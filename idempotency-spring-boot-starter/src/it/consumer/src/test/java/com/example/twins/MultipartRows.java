package com.example.twins;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.function.UnaryOperator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.example.twins.Request.Framing;

import static com.example.twins.Row.to;

/**
 * Multipart bodies, read as such and read raw.
 */
final class MultipartRows {

	private static final List<String> HANDLERS = List.of("multipart/file", "multipart/files", "multipart/optional",
			"multipart/part", "multipart/json-part", "multipart/parameters", "multipart/parameter",
			"multipart/request-parts", "multipart/request", "multipart/model", "body/nothing", "body/bytes-optional",
			"body/bytes-mixed", "body/string-optional", "body/request-stream", "body/request-reader", "body/entity",
			"body/stream-then-parameters", "body/parameters-then-stream", "form/parameters", "form/model");

	private MultipartRows() {
	}

	static List<Row> rows() {
		List<Row> rows = new ArrayList<>();
		for (String handler : HANDLERS) {
			bodies().forEach((name, body) -> rows.add(body.apply(to("/" + handler, handler + ", " + name)).status(0)));
			for (String method : List.of("PUT", "PATCH")) {
				rows.add(whole(to("/" + handler, method + " " + handler)).method(method).status(0));
			}
			for (String filter : List.of("caches-content", "reads-parts", "reads-parameters", "reads-body",
					"takes-input", "wrappers", "replaces-read", "encoding-latin")) {
				rows.add(whole(to("/" + handler, handler)).status(0).inside(filter));
				rows.add(whole(to("/" + handler, handler)).status(0).outside(filter));
			}
		}
		return rows;
	}

	private static Map<String, UnaryOperator<Row>> bodies() {
		Map<String, UnaryOperator<Row>> bodies = new LinkedHashMap<>();
		bodies.put("parts", MultipartRows::whole);
		bodies.put("parts and a query", (row) -> whole(row).query("name=query&a=1"));
		bodies.put("chunked parts", (row) -> whole(row).framing(Framing.CHUNKED));
		bodies.put("parts cut short", (row) -> whole(row).framing(Framing.CUT_SHORT));
		bodies.put("parts without their end", (row) -> row.type("multipart/form-data; boundary=b")
			.body("--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nvalue\r\n"));
		bodies.put("another boundary", (row) -> row.type("multipart/form-data; boundary=other").body(parts()));
		bodies.put("no boundary", (row) -> row.type("multipart/form-data").body(parts()));
		bodies.put("a quoted boundary", (row) -> row.type("multipart/form-data; boundary=\"b\"").body(parts()));
		bodies.put("the type in upper case", (row) -> row.type("Multipart/Form-Data; Boundary=b").body(parts()));
		bodies.put("mixed", (row) -> row.type("multipart/mixed; boundary=b").body(parts()));
		bodies.put("related", (row) -> row.type("multipart/related; boundary=b").body(parts()));
		bodies.put("no parts", (row) -> row.type("multipart/form-data; boundary=b").body("--b--\r\n"));
		bodies.put("an empty body", (row) -> row.type("multipart/form-data; boundary=b").body(""));
		bodies.put("no body", (row) -> row.type("multipart/form-data; boundary=b"));
		bodies.put("a large file",
				(row) -> row.type("multipart/form-data; boundary=b")
					.body(("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n"
							+ "x".repeat(300_000) + "\r\n--b--\r\n")));
		bodies.put("too large a file",
				(row) -> row.type("multipart/form-data; boundary=b")
					.body(("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n"
							+ "x".repeat(700_000) + "\r\n--b--\r\n")));
		bodies.put("many parts", (row) -> {
			StringBuilder body = new StringBuilder();
			for (int i = 0; i < 60; i++) {
				body.append("--b\r\nContent-Disposition: form-data; name=\"p" + i + "\"\r\n\r\nv\r\n");
			}
			return row.type("multipart/form-data; boundary=b").body(body + "--b--\r\n");
		});
		return bodies;
	}

	private static Row whole(Row row) {
		return row.type("multipart/form-data; boundary=b").body(parts());
	}

	private static byte[] parts() {
		ByteArrayOutputStream body = new ByteArrayOutputStream();
		part(body, "name=\"name\"", null, "J\u00fcrgen".getBytes(StandardCharsets.UTF_8));
		part(body, "name=\"a\"", "text/plain;charset=ISO-8859-1", "\u00e4".getBytes(StandardCharsets.ISO_8859_1));
		part(body, "name=\"a\"", null, "2".getBytes(StandardCharsets.UTF_8));
		part(body, "name=\"order\"", "application/json",
				"{\"name\":\"a\",\"quantity\":2}".getBytes(StandardCharsets.UTF_8));
		part(body, "name=\"file\"; filename=\"f \u00e4.bin\"", "application/octet-stream", TypedHandlers.allBytes());
		part(body, "name=\"file\"; filename=\"empty.txt\"", "text/plain", new byte[0]);
		part(body, "name=\"none\"; filename=\"\"", "application/octet-stream", new byte[0]);
		body.writeBytes("--b--\r\nepilogue".getBytes(StandardCharsets.US_ASCII));
		return body.toByteArray();
	}

	private static void part(ByteArrayOutputStream body, String disposition, String type, byte[] content) {
		body.writeBytes(("--b\r\nContent-Disposition: form-data; " + disposition + "\r\n"
				+ ((type != null) ? "Content-Type: " + type + "\r\n" : "") + "\r\n")
			.getBytes(StandardCharsets.UTF_8));
		body.writeBytes(content);
		body.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
	}

}

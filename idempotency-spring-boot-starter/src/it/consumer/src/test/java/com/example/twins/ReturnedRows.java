package com.example.twins;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.InputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.InputStreamResource;
import org.springframework.http.CacheControl;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseCookie;
import org.springframework.http.ResponseEntity;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.view.RedirectView;

import static com.example.twins.Row.answers;
import static com.example.twins.Row.returns;
import static com.example.twins.Row.to;

/**
 * Handlers whose result Spring MVC makes a response of.
 */
final class ReturnedRows {

	private static final String TEXT = TypedHandlers.TEXT;

	private ReturnedRows() {
	}

	static List<Row> rows() {
		List<Row> rows = new ArrayList<>(declared());
		rows.addAll(entities());
		rows.addAll(views());
		rows.addAll(bodies());
		rows.addAll(both());
		return rows;
	}

	private static List<Row> declared() {
		return List.of(to("/result/void", "void").status(404), to("/result/void-body", "void as body"),
				to("/result/void-status", "void with a status").status(0),
				to("/result/void-reason", "void with a reason").status(409), to("/result/string", "String"),
				to("/result/string", "String as JSON").header("Accept", "application/json"),
				to("/result/string", "String as nothing that there is").header("Accept", "image/png;q=0.1"),
				to("/result/string", "String in a charset").header("Accept", "text/plain;charset=UTF-16BE"),
				to("/result/string", "String to Accept-Charset").header("Accept-Charset", "ISO-8859-1"),
				to("/result/string-empty", "an empty String"), to("/result/string-null", "a null String"),
				to("/result/string-status", "String with a status").status(201),
				to("/result/string-utf-16", "String in UTF-16"), to("/result/string-json", "String that is JSON"),
				to("/result/string-json", "String that is JSON, as text").header("Accept", "text/plain").refused(406),
				to("/result/view", "a view name"), to("/result/view-model", "a view name with model"),
				to("/result/view-redirect", "the name of a redirect").status(302),
				to("/result/view-object", "a view").status(302),
				to("/result/model-and-view", "ModelAndView").status(201), to("/result/map", "Map"),
				to("/result/map", "Map as XML").header("Accept", "application/xml").status(406),
				to("/result/map", "Map to any").header("Accept", "text/html, */*;q=0.1"),
				to("/result/number", "int").status(0), to("/result/optional", "Optional").status(0),
				to("/result/list", "a long List"), to("/result/bytes", "byte[]"),
				to("/result/bytes", "byte[] as a picture").header("Accept", "image/png"),
				to("/result/bytes-long", "a long byte[]"), to("/result/resource", "Resource"),
				to("/result/resource", "a range of a Resource").header("Range", "bytes=3-10").status(206),
				to("/result/resource", "no range of a Resource").header("Range", "bytes=900-").status(416),
				to("/result/resource", "a malformed range of a Resource").header("Range", "lines=1").status(416),
				to("/result/resource-stream", "InputStreamResource"),
				to("/result/resource-named", "Resource with a name"),
				to("/result/problem", "ProblemDetail").status(422),
				to("/result/problem", "ProblemDetail as text").header("Accept", "text/plain").status(0),
				to("/result/error-response", "ErrorResponse").status(409), to("/result/headers", "HttpHeaders"),
				to("/result/entity", "ResponseEntity<String>").status(201),
				to("/result/entity", "PUT ResponseEntity<String>").method("PUT").status(201),
				to("/result/entity", "PATCH ResponseEntity<String>").method("PATCH").status(201),
				to("/result/entity", "DELETE ResponseEntity<String>").method("DELETE").status(201),
				to("/result/entity-empty", "ResponseEntity<Void>").status(204),
				to("/result/entity-empty", "DELETE ResponseEntity<Void>").method("DELETE").status(204),
				to("/result/entity-empty-200", "ResponseEntity<Void> with a type"),
				to("/result/entity-http", "HttpEntity<byte[]>"), to("/result/entity-null", "null ResponseEntity"),
				to("/result/jackson-value", "MappingJacksonValue").status(0),
				to("/result/none", "a handler that is not there").refused(404),
				to("/result/string", "another version of HTTP").header("Upgrade", "h2c")
					.header("Connection", "Upgrade")
					.status(0));
	}

	private static List<Row> entities() {
		return List.of(
				returns("an entity that is chunked",
						(call) -> ResponseEntity.ok().header("Transfer-Encoding", "chunked").body(TEXT))
					.header("Connection", "close"),
				returns("an entity of bytes that is chunked",
						(call) -> ResponseEntity.ok().header("Transfer-Encoding", "chunked").body(new byte[10]))
					.header("Connection", "close"),
				returns("an entity of JSON that is chunked",
						(call) -> ResponseEntity.ok().header("Transfer-Encoding", "chunked").body(Map.of("a", 1)))
					.header("Connection", "close"),
				returns("an empty entity that is chunked",
						(call) -> ResponseEntity.ok().header("Transfer-Encoding", "chunked").build())
					.header("Connection", "close"),
				returns("an entity with its length",
						(call) -> ResponseEntity.ok()
							.contentLength(TEXT.getBytes(StandardCharsets.UTF_8).length)
							.contentType(new MediaType("text", "plain", StandardCharsets.UTF_8))
							.body(TEXT)),
				returns("an entity of JSON with its length",
						(call) -> ResponseEntity.ok().contentLength(7).body(Map.of("a", 1))),
				returns("an entity in ISO-8859-1",
						(call) -> ResponseEntity.ok()
							.contentType(new MediaType("text", "plain", StandardCharsets.ISO_8859_1))
							.body("\u00e4\u00f6\u00fc")),
				returns("an entity in UTF-16",
						(call) -> ResponseEntity.ok()
							.contentType(new MediaType("text", "plain", StandardCharsets.UTF_16))
							.body(TEXT)),
				returns("an entity of JSON in UTF-16",
						(call) -> ResponseEntity.ok()
							.contentType(new MediaType("application", "json", StandardCharsets.UTF_16BE))
							.body(Map.of("text", TEXT)))
					.status(0),
				returns("an entity with all kinds of headers", (call) -> ResponseEntity.status(HttpStatus.CREATED)
					.location(URI.create("../created?a=b"))
					.eTag("weak")
					.lastModified(1_700_000_000_000L)
					.cacheControl(CacheControl.maxAge(Duration.ofMinutes(1)).cachePublic())
					.varyBy("Accept-Language", "X-Custom")
					.allow()
					.header("X-Custom", "a", "b")
					.header("X-Empty", "")
					.header("Content-Language", "de")
					.header("Content-Disposition",
							ContentDisposition.attachment()
								.filename("\u00e4.txt", StandardCharsets.UTF_8)
								.build()
								.toString())
					.header("Set-Cookie", ResponseCookie.from("a", "b").path("/").httpOnly(true).build().toString())
					.header("Authorization", "none")
					.header("Link", "</a>; rel=\"next\"", "</b>; rel=\"last\"")
					.body(TEXT)).status(201),
				returns("an entity with a Date", (call) -> ResponseEntity.ok().header("Date", "yesterday").body(TEXT)),
				returns("an entity with Connection close",
						(call) -> ResponseEntity.ok().header("Connection", "close").body(TEXT)),
				returns("an entity that is encoded",
						(call) -> ResponseEntity.ok().header("Content-Encoding", "br").body(new byte[] { 1, 2, 3 })),
				returns("an entity of a status without name", (call) -> ResponseEntity.status(299).body(TEXT))
					.status(299),
				returns("an entity of 204 with a body", (call) -> ResponseEntity.status(204).body(TEXT)).status(204),
				returns("an entity of 205", (call) -> ResponseEntity.status(205).build()).status(205),
				returns("an entity of 303", (call) -> ResponseEntity.status(303).location(URI.create("/other")).build())
					.status(303),
				returns("an entity of 304", (call) -> ResponseEntity.status(304).eTag("\"1\"").build()).status(304),
				returns("an entity of 400 with a body", (call) -> ResponseEntity.badRequest().body(Map.of("a", 1)))
					.status(400),
				returns("an entity of 401", (call) -> ResponseEntity.status(401).body(TEXT)).status(401),
				returns("an entity of 403", (call) -> ResponseEntity.status(403).body(TEXT)).status(403),
				returns("an entity of 404", (call) -> ResponseEntity.notFound().build()).status(404),
				returns("an entity of 500", (call) -> ResponseEntity.internalServerError().body(TEXT)).status(500),
				returns("an entity of a problem",
						(call) -> ResponseEntity.of(ProblemDetail.forStatus(HttpStatus.CONFLICT)).build())
					.status(409),
				returns("an entity that was changed before", (call) -> ResponseEntity.ok().eTag("\"1\"").body(TEXT))
					.header("If-None-Match", "\"1\"")
					.status(0),
				returns("an entity that was not changed before", (call) -> ResponseEntity.ok().eTag("\"1\"").body(TEXT))
					.header("If-Match", "\"2\"")
					.status(0),
				returns("an entity of a stream",
						(call) -> ResponseEntity.ok()
							.body(new InputStreamResource(new ByteArrayInputStream(new byte[100_000])))),
				returns("an entity of a stream that breaks",
						(call) -> ResponseEntity.ok().body(new InputStreamResource(new BrokenStream(10))))
					.status(0)
					.unrecorded(),
				returns("an entity of a long stream that breaks",
						(call) -> ResponseEntity.ok().body(new InputStreamResource(new BrokenStream(100_000))))
					.status(0)
					.unrecorded(),
				returns("an entity of a file that is not there",
						(call) -> ResponseEntity.ok().body(new FileSystemResource(new File("/none/at/all.txt"))))
					.status(0),
				returns("an entity of a null body with a type",
						(call) -> ResponseEntity.ok().contentType(MediaType.TEXT_PLAIN).body(null)),
				returns("an optional entity that is there", (call) -> ResponseEntity.of(Optional.of(TEXT))),
				returns("an optional entity that is absent", (call) -> ResponseEntity.of(Optional.empty())).status(404),
				returns("an entity that cannot be written", (call) -> ResponseEntity.ok(new Unwritable(0))).status(500),
				returns("an entity that cannot be written to its end",
						(call) -> ResponseEntity.ok(new Unwritable(20_000)))
					.status(0)
					.unrecorded(),
				returns("an entity of an unknown type",
						(call) -> ResponseEntity.ok().contentType(MediaType.IMAGE_PNG).body(Map.of("a", 1)))
					.status(500));
	}

	private static List<Row> views() {
		return List.of(returns("a view", (call) -> "textView"),
				returns("a view that fails", (call) -> "failingView").status(500),
				returns("a view that is not there", (call) -> "no view").status(0),
				returns("null as a view", (call) -> null).status(0),
				returns("ModelAndView without view", (call) -> new ModelAndView()).status(0),
				returns("ModelAndView of a status", (call) -> new ModelAndView("textView", HttpStatus.CONFLICT))
					.status(409),
				returns("a redirect with attributes",
						(call) -> new ModelAndView("redirect:/somewhere", Map.of("a", "b c", "d", "\u00e4")))
					.status(302),
				returns("a relative redirect view", (call) -> new RedirectView("somewhere")).status(302),
				returns("a redirect view of HTTP 1.1", (call) -> new RedirectView("/somewhere", true, false))
					.status(303),
				returns("a redirect view with status", (call) -> {
					RedirectView view = new RedirectView("https://example.com/a?b=c#d");
					view.setStatusCode(HttpStatus.PERMANENT_REDIRECT);
					return view;
				}).status(308), returns("a redirect view with query", (call) -> {
					RedirectView view = new RedirectView("/somewhere");
					view.setPropagateQueryParams(true);
					return view;
				}).query("a=b&c=%C3%A4").status(302), returns("a redirect with a session", (call) -> {
					call.request().getSession().setAttribute("a", "b");
					return "redirect:/somewhere";
				}).status(302), returns("a redirect after a write", (call) -> {
					call.text("before");
					return "redirect:/somewhere";
				}).status(302));
	}

	private static List<Row> bodies() {
		return List.of(answers("a null body", (call) -> null),
				answers("a record", (call) -> new TypedHandlers.Order("a", 1)),
				answers("an enum", (call) -> HttpStatus.OK), answers("a boolean", (call) -> true),
				answers("a list", (call) -> List.of(1, "two", 3.5)),
				answers("a deep map", (call) -> Map.of("a", Map.of("b", List.of(Map.of("c", "d"))))),
				answers("a huge list", (call) -> Collections.nCopies(100_000, "abc")),
				answers("emoji", (call) -> "\ud83d\ude00".repeat(3_000)),
				answers("emoji as JSON", (call) -> Map.of("a", "\ud83d\ude00".repeat(3_000))),
				answers("a resource", (call) -> new ByteArrayResource(TypedHandlers.allBytes())),
				answers("an object that cannot be written", (call) -> new Unwritable(0)).status(500),
				answers("an object that cannot be written to its end", (call) -> new Unwritable(20_000)).status(0)
					.unrecorded());
	}

	private static List<Row> both() {
		return List.of(answers("headers, then a body", (call) -> {
			call.response().setStatus(202);
			call.response().addHeader("X-Custom", "1");
			call.response().addHeader("X-Custom", "2");
			return TEXT;
		}).status(202), answers("a type, then a body", (call) -> {
			call.response().setContentType("text/csv;charset=ISO-8859-1");
			return "\u00e4";
		}).status(0), answers("a charset, then a body", (call) -> {
			call.response().setCharacterEncoding("ISO-8859-1");
			return "\u00e4";
		}), answers("a locale, then a body", (call) -> {
			call.response().setLocale(Locale.GERMANY);
			return TEXT;
		}), answers("a length, then a body", (call) -> {
			call.response().setContentLength(2);
			return "ab";
		}), answers("written by writer, then a body", (call) -> {
			call.writer().print("written ");
			return TEXT;
		}).status(0), answers("written by stream, then a body", (call) -> {
			call.bytes("written ");
			return TEXT;
		}).status(0), answers("written by stream, then JSON", (call) -> {
			call.bytes("written ");
			return Map.of("a", 1);
		}).status(0), answers("flushed, then a body", (call) -> {
			call.response().flushBuffer();
			return TEXT;
		}).status(0), answers("flushed, then JSON", (call) -> {
			call.bytes("before ");
			call.response().flushBuffer();
			return Map.of("a", 1);
		}).status(0), answers("sendError, then a body", (call) -> {
			call.response().sendError(409, "error");
			return TEXT;
		}).status(0), answers("sendRedirect, then a body", (call) -> {
			call.response().sendRedirect("/other");
			return TEXT;
		}).status(0), returns("sendError, then an entity", (call) -> {
			call.response().sendError(409, "error");
			return ResponseEntity.status(201).body(TEXT);
		}).status(0), returns("sendError, then a view", (call) -> {
			call.response().sendError(409, "error");
			return "textView";
		}).status(0), returns("flushed, then an entity", (call) -> {
			call.response().flushBuffer();
			return ResponseEntity.status(201).header("X-Custom", "1").body(TEXT);
		}).status(0), returns("written, then an entity", (call) -> {
			call.bytes("written ");
			return ResponseEntity.status(201).header("X-Custom", "1").body(TEXT);
		}).status(0), returns("headers, then an entity with the same", (call) -> {
			call.response().addHeader("X-Custom", "1");
			call.response().addHeader("Vary", "Origin");
			call.response().addHeader("ETag", "\"1\"");
			return ResponseEntity.status(201).header("X-Custom", "2").varyBy("Accept").eTag("\"2\"").body(TEXT);
		}).status(201), returns("written, then a view", (call) -> {
			call.writer().print("written ");
			return "textView";
		}), returns("reset, then a view", (call) -> {
			call.text("gone");
			call.response().reset();
			return "textView";
		}), returns("a session, then an entity", (call) -> {
			call.request().getSession().setAttribute("a", "b");
			return ResponseEntity.ok(TEXT);
		}), returns("a session after the response, then an entity", (call) -> {
			call.response().flushBuffer();
			call.tries("session", () -> call.request().getSession());
			return ResponseEntity.ok(TEXT);
		}).status(0), returns("attributes of the request", (call) -> {
			call.saw(Collections.list(call.request().getAttributeNames())
				.stream()
				.filter((name) -> !name.contains("dempoten") && !name.contains("dempotency"))
				.sorted()
				.toList());
			return ResponseEntity.ok(TEXT);
		}));
	}

	/**
	 * Breaks when so much of it was read.
	 */
	private static final class BrokenStream extends InputStream {

		private int left;

		BrokenStream(int left) {
			this.left = left;
		}

		@Override
		public int read() throws IOException {
			if (this.left == 0) {
				throw new IOException("The source breaks");
			}
			this.left--;
			return 'a';
		}

	}

	/**
	 * Becomes JSON until a getter fails.
	 */
	public static final class Unwritable {

		private final int length;

		Unwritable(int length) {
			this.length = length;
		}

		public String getA() {
			return "a".repeat(this.length);
		}

		public String getB() {
			throw new IllegalStateException("cannot be written");
		}

	}

}

package com.example.twins;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;

import static com.example.twins.Row.writes;

/**
 * Handlers that write to the servlet response themselves.
 */
final class WrittenRows {

	private static final String LONG = "0123456789".repeat(5_000);

	private WrittenRows() {
	}

	static List<Row> rows() {
		return List.of(
				// Nothing
				writes("nothing at all", (call) -> {
				}), writes("only a type", (call) -> call.response().setContentType("application/json")),
				writes("only a type with charset",
						(call) -> call.response().setContentType("text/plain;charset=UTF-8")),
				writes("an empty writer", (call) -> call.writer()), writes("an empty stream", (call) -> call.stream()),
				writes("a closed empty writer", (call) -> call.writer().close()),
				writes("a closed empty stream", (call) -> call.stream().close()),
				writes("an empty string", (call) -> call.writer().print("")),
				writes("no bytes", (call) -> call.stream().write(new byte[0])),
				writes("only a flush", (call) -> call.response().flushBuffer()),
				writes("a flushed empty writer", (call) -> call.writer().flush()),
				writes("a flushed empty stream", (call) -> call.stream().flush()),
				writes("length zero", (call) -> call.response().setContentLength(0)),
				// Charsets
				writes("a writer without a type", (call) -> call.writer().print("\u00e4\u20ac")),
				writes("a type, then a writer", (call) -> {
					call.response().setContentType("text/plain");
					call.writer().print("\u00e4\u20ac");
				}), writes("json, then a writer", (call) -> {
					call.response().setContentType("application/json");
					call.writer().print("{\"a\":\"\u00e4\u20ac\"}");
				}), writes("getWriter, then a charset", (call) -> {
					PrintWriter writer = call.writer();
					call.response().setContentType("text/plain;charset=UTF-8");
					call.state();
					writer.print("\u00e4\u20ac");
				}), writes("getWriter, then a type", (call) -> {
					PrintWriter writer = call.writer();
					call.response().setContentType("text/plain");
					writer.print("\u00e4\u20ac");
				}), writes("getWriter, then setCharacterEncoding", (call) -> {
					PrintWriter writer = call.writer();
					call.response().setCharacterEncoding("UTF-8");
					call.state();
					writer.print("\u00e4\u20ac");
				}), writes("getWriter, then a type by header", (call) -> {
					PrintWriter writer = call.writer();
					call.response().setHeader("Content-Type", "text/plain;charset=UTF-8");
					writer.print("\u00e4\u20ac");
				}), writes("getWriter, then a locale", (call) -> {
					PrintWriter writer = call.writer();
					call.response().setLocale(Locale.JAPAN);
					writer.print("\u00e4\u20ac");
				}), writes("a type with charset, getWriter, another charset", (call) -> {
					call.response().setContentType("text/plain;charset=UTF-8");
					PrintWriter writer = call.writer();
					call.response().setContentType("text/html;charset=ISO-8859-1");
					writer.print("\u00e4\u20ac");
				}), writes("setCharacterEncoding before", (call) -> {
					call.response().setCharacterEncoding("UTF-8");
					call.response().setContentType("text/plain");
					call.writer().print("\u00e4\u20ac");
				}), writes("setCharacterEncoding after a type with charset", (call) -> {
					call.response().setContentType("text/plain;charset=ISO-8859-1");
					call.response().setCharacterEncoding("UTF-8");
					call.writer().print("\u00e4\u20ac");
				}), writes("setCharacterEncoding null", (call) -> {
					call.response().setContentType("text/plain;charset=UTF-8");
					call.tries("null", () -> call.response().setCharacterEncoding((String) null));
					call.writer().print("\u00e4\u20ac");
				}), writes("setContentType null", (call) -> {
					call.response().setContentType("text/plain;charset=UTF-8");
					call.tries("null", () -> call.response().setContentType(null));
					call.writer().print("\u00e4");
				}), writes("setContentType null after the writer", (call) -> {
					call.response().setContentType("text/plain;charset=UTF-8");
					call.writer().print("\u00e4");
					call.tries("null", () -> call.response().setContentType(null));
				}), writes("setContentType empty", (call) -> {
					call.tries("empty", () -> call.response().setContentType(""));
					call.writer().print("\u00e4");
				}), writes("an invalid type", (call) -> {
					call.tries("invalid", () -> call.response().setContentType("not a type"));
					call.writer().print("a");
				}), writes("an unknown charset", (call) -> {
					call.tries("encoding", () -> call.response().setCharacterEncoding("x-unknown"));
					call.tries("writer", () -> call.writer().print("\u00e4"));
				}).status(0), writes("an unknown charset in the type", (call) -> {
					call.tries("type", () -> call.response().setContentType("text/plain;charset=x-unknown"));
					call.tries("writer", () -> call.writer().print("\u00e4"));
				}).status(0), writes("charset in quotes", (call) -> {
					call.response().setContentType("text/plain; charset=\"utf-8\"");
					call.writer().print("\u00e4\u20ac");
				}), writes("charset in upper case and parameters", (call) -> {
					call.response().setContentType("text/plain; a=b; CHARSET=UTF-8; c=\"d;e\"");
					call.writer().print("\u00e4\u20ac");
				}), writes("UTF-16 by writer", (call) -> {
					call.response().setContentType("text/plain;charset=UTF-16");
					call.writer().print("a\u00e4\u20ac");
				}), writes("a locale before", (call) -> {
					call.response().setLocale(Locale.JAPAN);
					call.writer().print("a");
				}), writes("a locale and a type", (call) -> {
					call.response().setLocale(Locale.GERMANY);
					call.response().setContentType("text/html");
					call.writer().print("\u00e4");
				}), writes("a locale with script", (call) -> {
					call.response().setLocale(Locale.forLanguageTag("zh-Hant-TW"));
					call.writer().print("a");
				}), writes("Content-Language by header", (call) -> {
					call.response().setHeader("Content-Language", "de-DE, en");
					call.state();
					call.writer().print("a");
				}), writes("a null locale", (call) -> {
					call.tries("null", () -> call.response().setLocale(null));
					call.writer().print("a");
				}),
				// Writer and stream
				writes("writer after stream", (call) -> {
					call.bytes("stream");
					call.tries("writer", call::writer);
				}), writes("stream after writer", (call) -> {
					call.text("writer");
					call.tries("stream", call::stream);
				}), writes("the writer twice", (call) -> {
					call.saw("same", call.writer() == call.writer());
					call.text("a");
				}), writes("the stream twice", (call) -> {
					call.saw("same", call.stream() == call.stream());
					call.bytes("a");
				}), writes("writer after stream without a write", (call) -> {
					call.stream();
					call.tries("writer", call::writer);
				}), writes("writer after stream and reset", (call) -> {
					call.bytes("stream");
					call.response().reset();
					call.tries("writer", () -> call.text("writer"));
				}), writes("stream after writer and reset", (call) -> {
					call.text("writer");
					call.response().reset();
					call.tries("stream", () -> call.bytes("stream"));
				}), writes("writer after stream and resetBuffer", (call) -> {
					call.bytes("stream");
					call.response().resetBuffer();
					call.tries("writer", () -> call.text("writer"));
				}), writes("the old writer after reset", (call) -> {
					PrintWriter writer = call.writer();
					writer.print("old");
					call.response().reset();
					call.tries("old", () -> writer.print("older"));
					writer.flush();
				}).status(0), writes("the old stream after reset", (call) -> {
					ServletOutputStream stream = call.stream();
					stream.print("old");
					call.response().reset();
					stream.print("older");
				}), writes("another charset after reset", (call) -> {
					call.response().setContentType("text/plain;charset=ISO-8859-1");
					call.writer().print("\u00e4");
					call.response().reset();
					call.response().setContentType("text/plain;charset=UTF-8");
					call.writer().print("\u00e4");
					// On Jetty and Undertow the writer keeps the charset that it had
				}).otherWithoutLibrary(),
				// Writing
				writes("every print of the writer", (call) -> {
					PrintWriter writer = call.writer();
					writer.print(true);
					writer.print('c');
					writer.print(1);
					writer.print(2L);
					writer.print(3.5f);
					writer.print(4.5d);
					writer.print("s".toCharArray());
					writer.print("string");
					writer.print((Object) null);
					writer.println();
					writer.println("line");
					writer.println(5);
					writer.printf("%05d", 7);
					writer.format(Locale.GERMANY, "%,.2f", 1234.5);
					writer.append("x").append("abc", 1, 2).append('y');
					writer.write(65);
					writer.write("abcdef", 2, 2);
					writer.write("abcdef".toCharArray(), 1, 2);
				}), writes("every print of the stream", (call) -> {
					ServletOutputStream stream = call.stream();
					stream.print(true);
					stream.print('c');
					stream.print(1);
					stream.print(2L);
					stream.print(3.5f);
					stream.print(4.5d);
					stream.print("string");
					stream.println();
					stream.println("line");
					stream.println(5);
					stream.println(true);
					stream.println('c');
					stream.println(1L);
					stream.println(1.5f);
					stream.println(1.5d);
					stream.write(65);
					stream.write(new byte[] { 1, 2, -1 });
					stream.write(new byte[] { 1, 2, 3, 4 }, 1, 2);
				}), writes("umlauts printed to the stream", (call) -> call.stream().print("\u00e4\u00f6")),
				writes("euro printed to the stream",
						(call) -> call.tries("print", () -> call.stream().print("\u20ac"))),
				writes("null printed to the stream", (call) -> call.tries("print", () -> call.stream().print(null))),
				writes("null printed to the writer",
						(call) -> call.tries("print", () -> call.writer().print((String) null))),
				writes("a surrogate pair in two writes", (call) -> {
					call.response().setContentType("text/plain;charset=UTF-8");
					call.writer().write('\ud83d');
					call.writer().write('\ude00');
					call.writer().print("\ud83d");
					call.writer().print("\ude00");
				}), writes("a surrogate pair in two writes with a flush", (call) -> {
					call.response().setContentType("text/plain;charset=UTF-8");
					call.writer().write('\ud83d');
					call.writer().flush();
					call.writer().write('\ude00');
				}), writes("half a surrogate pair", (call) -> {
					call.response().setContentType("text/plain;charset=UTF-8");
					call.writer().print("a\ud83d");
				}), writes("half a surrogate pair in the middle", (call) -> {
					call.response().setContentType("text/plain;charset=UTF-8");
					call.writer().print("a\ud83db");
				}), writes("characters that the charset does not have", (call) -> {
					call.response().setContentType("text/plain;charset=US-ASCII");
					call.writer().print("a\u00e4\u20ac\ud83d\ude00");
				}), writes("write out of bounds", (call) -> {
					call.bytes("a");
					call.tries("write", () -> call.stream().write(new byte[2], 1, 5));
				}), writes("close, then write by writer", (call) -> {
					call.text("before");
					call.writer().close();
					call.writer().print("after");
					call.saw("error", call.writer().checkError());
					// On Undertow the writer knows that it was closed
				}).otherWithoutLibrary(), writes("close, then write by stream", (call) -> {
					call.bytes("before");
					call.stream().close();
					call.tries("write", () -> call.bytes("after"));
				}), writes("close, then everything", (call) -> {
					call.text("before");
					call.writer().close();
					call.tries("header", () -> call.response().setHeader("X-Late", "1"));
					call.tries("status", () -> call.response().setStatus(201));
					call.tries("reset", () -> call.response().reset());
					call.tries("resetBuffer", () -> call.response().resetBuffer());
					call.tries("flush", () -> call.response().flushBuffer());
					call.tries("error", () -> call.response().sendError(409));
					call.tries("redirect", () -> call.response().sendRedirect("/x"));
					call.tries("length", () -> call.response().setContentLength(3));
					call.tries("size", () -> call.response().setBufferSize(100));
				}), writes("checkError", (call) -> {
					call.text("a");
					call.saw("error", call.writer().checkError(), call.response().isCommitted());
				}), writes("a flush in the middle by writer", (call) -> {
					call.text("before");
					call.writer().flush();
					call.state();
					call.writer().print("after");
				}), writes("a flush in the middle by stream", (call) -> {
					call.bytes("before");
					call.stream().flush();
					call.state();
					call.bytes("after");
				}), writes("a flush at the end", (call) -> {
					call.text("all");
					call.response().flushBuffer();
				}), writes("flushBuffer, then everything", (call) -> {
					call.text("before");
					call.response().flushBuffer();
					call.state();
					call.tries("header", () -> call.response().setHeader("X-Late", "1"));
					call.tries("add", () -> call.response().addHeader("X-Late", "2"));
					call.tries("cookie", () -> call.response().addCookie(new Cookie("late", "1")));
					call.tries("status", () -> call.response().setStatus(201));
					call.tries("type", () -> call.response().setContentType("text/html"));
					call.tries("length", () -> call.response().setContentLength(3));
					call.tries("locale", () -> call.response().setLocale(Locale.GERMANY));
					call.tries("encoding", () -> call.response().setCharacterEncoding("UTF-16"));
					call.tries("reset", () -> call.response().reset());
					call.tries("resetBuffer", () -> call.response().resetBuffer());
					call.tries("size", () -> call.response().setBufferSize(100));
					call.tries("error", () -> call.response().sendError(409));
					call.tries("redirect", () -> call.response().sendRedirect("/x"));
					call.writer().print("after");
				}), writes("flushBuffer before anything, then everything", (call) -> {
					call.response().flushBuffer();
					call.tries("header", () -> call.response().setHeader("X-Late", "1"));
					call.tries("type", () -> call.response().setContentType("text/html;charset=UTF-8"));
					call.tries("status", () -> call.response().setStatus(201));
					call.tries("writer", () -> call.writer().print("\u00e4"));
				}), writes("reset after everything", (call) -> {
					call.response().setStatus(201);
					call.response().setHeader("X-Custom", "1");
					call.response().addCookie(new Cookie("a", "1"));
					call.response().setLocale(Locale.GERMANY);
					call.response().setContentLength(7);
					call.text("gone");
					call.response().reset();
					call.state();
					call.text("stays");
				}), writes("resetBuffer after everything", (call) -> {
					call.response().setStatus(201);
					call.response().setHeader("X-Custom", "1");
					call.text("gone");
					call.response().resetBuffer();
					call.state();
					call.writer().print("stays");
				}).status(201), writes("resetBuffer by stream", (call) -> {
					call.bytes("gone");
					call.response().resetBuffer();
					call.bytes("stays");
				}), writes("reset and nothing", (call) -> {
					call.text("gone");
					call.response().reset();
				}),
				// Buffers
				writes("setBufferSize", (call) -> {
					call.response().setBufferSize(100_000);
					call.saw(call.response().getBufferSize());
					call.stream().print(LONG);
				}), writes("a small setBufferSize", (call) -> {
					call.response().setBufferSize(1);
					call.saw(call.response().getBufferSize());
					call.stream().print("a");
				}), writes("setBufferSize after a write", (call) -> {
					call.bytes("a");
					call.tries("size", () -> call.response().setBufferSize(100_000));
				}), writes("setBufferSize after getOutputStream", (call) -> {
					call.stream();
					call.tries("size", () -> call.response().setBufferSize(100_000));
				}), writes("more than the buffer by stream", (call) -> {
					call.stream().print(LONG);
					call.state();
				}), writes("more than the buffer by writer", (call) -> {
					call.text(LONG);
					call.state();
				}), writes("more than the buffer in small pieces", (call) -> {
					boolean committed = false;
					for (int i = 0; i < 3_000; i++) {
						call.stream().print("0123456789");
						if (committed != call.response().isCommitted()) {
							committed = true;
							call.saw("committed after", i);
						}
					}
				}), writes("more than the buffer in small pieces by writer", (call) -> {
					boolean committed = false;
					for (int i = 0; i < 3_000; i++) {
						call.writer().print("0123456789");
						if (committed != call.response().isCommitted()) {
							committed = true;
							call.saw("committed after", i);
						}
					}
				}), writes("exactly the buffer", (call) -> {
					call.stream().write(new byte[call.response().getBufferSize()]);
					call.state();
				}), writes("a byte more than the buffer", (call) -> {
					call.stream().write(new byte[call.response().getBufferSize()]);
					call.stream().write(1);
					call.state();
				}), writes("more than the buffer, then an error", (call) -> {
					call.stream().print(LONG);
					call.tries("error", () -> call.response().sendError(409));
					call.tries("reset", () -> call.response().reset());
					call.tries("header", () -> call.response().setHeader("X-Late", "1"));
				}).status(0), writes("a megabyte", (call) -> {
					for (int i = 0; i < 100; i++) {
						call.stream().write(new byte[10_000]);
					}
				}),
				// Lengths
				writes("the right length", (call) -> {
					call.response().setContentLength(5);
					call.bytes("12345");
					call.state();
				}), writes("the right length, then more", (call) -> {
					call.response().setContentLength(5);
					call.bytes("12345");
					call.tries("more", () -> call.bytes("6789"));
				}), writes("the right length by writer", (call) -> {
					call.response().setContentLength(5);
					call.text("12345");
					call.state();
				}), writes("the right length by header", (call) -> {
					call.response().setHeader("Content-Length", "5");
					call.bytes("12345");
				}), writes("the right length by int header", (call) -> {
					call.response().setIntHeader("Content-Length", 5);
					call.bytes("12345");
				}), writes("the right long length", (call) -> {
					call.response().setContentLengthLong(5);
					call.bytes("12345");
				}), writes("the right length of a long body", (call) -> {
					call.response().setContentLength(LONG.length());
					call.stream().print(LONG);
					call.state();
				}), writes("two lengths", (call) -> {
					call.response().setContentLength(3);
					call.response().setContentLength(5);
					call.bytes("12345");
				}), writes("too short a length", (call) -> {
					call.response().setContentLength(3);
					call.tries("write", () -> call.bytes("12345"));
				}).status(0), writes("too long a length", (call) -> {
					call.response().setContentLength(10);
					call.bytes("12345");
				}).header("Connection", "close").status(0).unrecorded(), writes("a negative length", (call) -> {
					call.response().setContentLength(5);
					call.tries("length", () -> call.response().setContentLength(-1));
					call.bytes("12345");
				}), writes("a null length", (call) -> {
					call.response().setContentLength(5);
					call.tries("length", () -> call.response().setHeader("Content-Length", null));
					call.bytes("12345");
				}), writes("a malformed length", (call) -> {
					call.tries("length", () -> call.response().setHeader("Content-Length", "many"));
					call.bytes("12345");
				}).header("Connection", "close").status(0), writes("a length, then resetBuffer", (call) -> {
					call.response().setContentLength(5);
					call.bytes("12");
					call.response().resetBuffer();
					call.bytes("12345");
				}), writes("chunked by header", (call) -> {
					call.response().setHeader("Transfer-Encoding", "chunked");
					call.bytes("12345");
				}).header("Connection", "close").status(0), writes("Connection close", (call) -> {
					call.response().setHeader("Connection", "close");
					call.text("bye");
				}), writes("Connection names a header", (call) -> {
					call.response().setHeader("Connection", "X-Hop");
					call.response().setHeader("X-Hop", "1");
					call.text("a");
				}),
				// Statuses
				writes("201", (call) -> {
					call.response().setStatus(201);
					call.text("created");
				}).status(201), writes("202 without body", (call) -> call.response().setStatus(202)).status(202),
				writes("203", (call) -> {
					call.response().setStatus(203);
					call.text("a");
				}).status(203), writes("204", (call) -> call.response().setStatus(204)).status(204),
				writes("204 with a body", (call) -> {
					call.response().setStatus(204);
					call.tries("write", () -> call.bytes("a"));
				}).status(204), writes("204 with a type", (call) -> {
					call.response().setStatus(204);
					call.response().setContentType("text/plain");
				}).status(204), writes("204 with length", (call) -> {
					call.response().setStatus(204);
					call.response().setContentLength(0);
				}).status(204), writes("205", (call) -> call.response().setStatus(205)).status(205),
				writes("206", (call) -> {
					call.response().setStatus(206);
					call.response().setHeader("Content-Range", "bytes 0-4/10");
					call.bytes("12345");
				}).status(206), writes("299", (call) -> call.response().setStatus(299)).status(299),
				writes("303", (call) -> {
					call.response().setStatus(303);
					call.response().setHeader("Location", "/other");
				}).status(303), writes("304", (call) -> {
					call.response().setStatus(304);
					call.response().setHeader("ETag", "\"1\"");
				}).status(304), writes("304 with a body", (call) -> {
					call.response().setStatus(304);
					call.tries("write", () -> call.bytes("a"));
				}).status(304), writes("402 with a body", (call) -> {
					call.response().setStatus(402);
					call.text("pay");
				}).status(402), writes("404 without body", (call) -> call.response().setStatus(404)).status(404),
				writes("418", (call) -> call.response().setStatus(418)).status(418),
				writes("499", (call) -> call.response().setStatus(499)).status(499), writes("401", (call) -> {
					call.response().setStatus(401);
					call.response().setHeader("WWW-Authenticate", "Basic");
					call.text("who");
				}).status(401), writes("429", (call) -> {
					call.response().setStatus(429);
					call.response().setHeader("Retry-After", "1");
					call.text("later");
				}).status(429), writes("500 with a body", (call) -> {
					call.response().setStatus(500);
					call.text("broken");
				}).status(500), writes("503 without body", (call) -> call.response().setStatus(503)).status(503),
				writes("two statuses", (call) -> {
					call.response().setStatus(500);
					call.response().setStatus(201);
				}).status(201),
				writes("an impossible status", (call) -> call.tries("status", () -> call.response().setStatus(42)))
					.header("Connection", "close")
					.status(0)
					.unrecorded(),
				// Redirects
				writes("a relative redirect", (call) -> {
					call.response().sendRedirect("other?a=b");
					call.state();
				}).status(302),
				writes("a redirect to an absolute path", (call) -> call.response().sendRedirect("/other")).status(302),
				writes("a redirect to another host",
						(call) -> call.response().sendRedirect("https://example.com/a?b=c#d"))
					.status(302),
				writes("a redirect without scheme", (call) -> call.response().sendRedirect("//example.com/a"))
					.status(302),
				writes("a redirect upwards", (call) -> call.response().sendRedirect("../../../other")).status(0),
				writes("a redirect to a query", (call) -> call.response().sendRedirect("?a=b")).status(302),
				writes("a redirect to nowhere",
						(call) -> call.tries("redirect", () -> call.response().sendRedirect("")))
					.status(302),
				writes("a redirect with umlauts", (call) -> call.response().sendRedirect("/\u00e4?\u20ac")).status(302),
				writes("a redirect with spaces",
						(call) -> call.tries("redirect", () -> call.response().sendRedirect("/a b")))
					.status(0),
				writes("a redirect to null", (call) -> call.tries("redirect", () -> call.response().sendRedirect(null)))
					.status(0),
				writes("a redirect that is no address",
						(call) -> call.tries("redirect", () -> call.response().sendRedirect("http://[x")))
					.status(0),
				writes("a redirect with status", (call) -> redirect(call, "/other", 303, true)).status(0),
				writes("a redirect that keeps the buffer", (call) -> {
					call.text("kept");
					redirect(call, "/other", 307, false);
				}).status(0), writes("a redirect, then a write", (call) -> {
					call.response().sendRedirect("/other");
					call.saw("committed", call.response().isCommitted());
					call.tries("write", () -> call.text("after"));
					call.tries("header", () -> call.response().setHeader("X-Late", "1"));
					call.tries("status", () -> call.response().setStatus(200));
					call.tries("again", () -> call.response().sendRedirect("/again"));
					call.tries("reset", () -> call.response().reset());
					call.tries("error", () -> call.response().sendError(409));
				}).status(302), writes("a write, then a redirect", (call) -> {
					call.text("before");
					call.response().setHeader("X-Custom", "1");
					call.response().setStatus(201);
					call.response().sendRedirect("/other");
				}).status(302), writes("more than the buffer, then a redirect", (call) -> {
					call.stream().print(LONG);
					call.tries("redirect", () -> call.response().sendRedirect("/other"));
				}), writes("encoded addresses", (call) -> call.saw(call.response().encodeURL("/a?b=c"),
						call.response().encodeRedirectURL("/a?b=c"))),
				writes("Location by header", (call) -> {
					call.response().setStatus(302);
					call.response().setHeader("Location", "relative/\u00e4");
				}).status(302),
				// Errors
				writes("sendError", (call) -> {
					call.response().sendError(409);
					call.state();
				}).status(409),
				writes("sendError with a message", (call) -> call.response().sendError(409, "a message")).status(409),
				writes("sendError with a null message", (call) -> call.response().sendError(409, null)).status(409),
				writes("sendError after a part of the body", (call) -> {
					call.text("partly");
					call.response().sendError(422, "after all");
				}).status(0), writes("sendError after a part of the body by stream", (call) -> {
					call.bytes("partly");
					call.response().sendError(422, "after all");
				}).status(0), writes("sendError after headers", (call) -> {
					call.response().setHeader("X-Custom", "1");
					call.response().setHeader("ETag", "\"1\"");
					call.response().setContentType("text/plain");
					call.response().setContentLength(3);
					call.response().addCookie(new Cookie("a", "1"));
					call.response().sendError(409);
				}).status(0), writes("sendError, then everything", (call) -> {
					call.response().sendError(409, "first");
					call.saw("committed", call.response().isCommitted());
					call.tries("write", () -> call.text("after"));
					call.tries("header", () -> call.response().setHeader("X-Late", "1"));
					call.tries("status", () -> call.response().setStatus(200));
					call.tries("again", () -> call.response().sendError(400));
					call.tries("redirect", () -> call.response().sendRedirect("/x"));
					call.tries("reset", () -> call.response().reset());
					call.tries("resetBuffer", () -> call.response().resetBuffer());
					call.tries("flush", () -> call.response().flushBuffer());
				}).status(0), writes("sendError 404", (call) -> call.response().sendError(404)).status(404),
				writes("sendError 400", (call) -> call.response().sendError(400)).status(400),
				writes("sendError 500", (call) -> call.response().sendError(500)).status(500),
				writes("sendError 401", (call) -> call.response().sendError(401)).status(401),
				writes("sendError 200", (call) -> call.tries("error", () -> call.response().sendError(200))).status(0),
				writes("sendError 304", (call) -> call.tries("error", () -> call.response().sendError(304))).status(0),
				writes("sendError as a page", (call) -> call.response().sendError(409, "a message"))
					.header("Accept", "text/html")
					.status(409),
				writes("sendError that nobody can render", (call) -> call.response().sendError(409, "a message"))
					.header("Accept", "image/png")
					.status(0),
				writes("setStatus, then sendError", (call) -> {
					call.response().setStatus(201);
					call.response().sendError(409);
				}).status(409), writes("an exception", (call) -> {
					throw new IllegalStateException("raised");
				}).status(500), writes("an exception after a part of the body", (call) -> {
					call.text("partly");
					throw new IllegalStateException("raised");
				}).status(500), writes("an exception after a flush", (call) -> {
					call.text("partly");
					call.response().flushBuffer();
					throw new IllegalStateException("raised");
				}).status(200).unrecorded(), writes("a translated exception after a part of the body", (call) -> {
					call.text("partly ");
					throw new ErrorHandlers.Translated();
				}).status(0), writes("a translated exception after a flush", (call) -> {
					call.text("partly ");
					call.response().flushBuffer();
					throw new ErrorHandlers.Translated();
				}).status(0).unrecorded(), writes("a translated exception after status and headers", (call) -> {
					call.response().setStatus(201);
					call.response().setHeader("X-Custom", "1");
					call.response().setContentType("text/html");
					throw new ErrorHandlers.Translated();
				}).status(409),
				// Headers
				writes("a header twice", (call) -> {
					call.response().addHeader("X-Custom", "1");
					call.response().addHeader("x-custom", "2");
					call.response().addHeader("X-Other", "3");
				}), writes("a header set after it was added", (call) -> {
					call.response().addHeader("X-Custom", "1");
					call.response().addHeader("X-Custom", "2");
					call.response().setHeader("X-CUSTOM", "3");
				}), writes("a null header", (call) -> {
					call.response().addHeader("X-Custom", "1");
					call.tries("set", () -> call.response().setHeader("X-Custom", null));
					call.tries("add", () -> call.response().addHeader("X-Custom", null));
				}),
				writes("an absent header set to null",
						(call) -> call.tries("set", () -> call.response().setHeader("X-Custom", null))),
				writes("an empty header", (call) -> {
					call.tries("set", () -> call.response().setHeader("X-Custom", ""));
					call.tries("add", () -> call.response().addHeader("X-Custom", ""));
				}), writes("a header without name", (call) -> {
					call.tries("set", () -> call.response().setHeader("", "a"));
					call.tries("set", () -> call.response().setHeader(null, "a"));
					call.tries("add", () -> call.response().addHeader(null, "a"));
				}), writes("int headers", (call) -> {
					call.response().setIntHeader("X-Int", 1);
					call.response().setIntHeader("X-Int", -2);
					call.response().addIntHeader("X-Int", 3);
				}), writes("date headers", (call) -> {
					call.response().setDateHeader("X-Date", 0);
					call.response().addDateHeader("X-Date", 1_700_000_000_999L);
					call.response().setDateHeader("Last-Modified", -1);
				}), writes("Date by the handler", (call) -> call.response().setDateHeader("Date", 0)),
				writes("Server by the handler", (call) -> call.response().setHeader("Server", "mine")),
				writes("cookies", (call) -> {
					Cookie cookie = new Cookie("a", "b");
					cookie.setHttpOnly(true);
					cookie.setSecure(true);
					cookie.setPath("/a");
					cookie.setMaxAge(3600);
					call.response().addCookie(cookie);
					call.response().addCookie(new Cookie("c", "d"));
					call.response().addHeader("Set-Cookie", "e=f; SameSite=Lax");
				}), writes("a type by header", (call) -> {
					call.response().setHeader("Content-Type", "text/csv;charset=UTF-8");
					call.state();
					call.writer().print("\u00e4");
				}), writes("a type added by header", (call) -> {
					call.response().addHeader("content-type", "text/csv");
					call.writer().print("\u00e4");
				}), writes("two types by header", (call) -> {
					call.response().addHeader("Content-Type", "text/csv");
					call.response().addHeader("Content-Type", "text/html");
					call.bytes("a");
				}), writes("the type null by header", (call) -> {
					call.response().setContentType("text/csv");
					call.tries("null", () -> call.response().setHeader("Content-Type", null));
					call.bytes("a");
				}), writes("umlauts in a header", (call) -> call.response().setHeader("X-Custom", "\u00e4\u00f6")),
				writes("euro in a header",
						(call) -> call.tries("set", () -> call.response().setHeader("X-Custom", "\u20ac"))),
				writes("a line break in a header",
						(call) -> call.tries("set", () -> call.response().setHeader("X-Custom", "a\r\nX-Evil: b"))),
				writes("a tab in a header", (call) -> call.response().setHeader("X-Custom", "a\tb")),
				writes("spaces around a header", (call) -> call.response().setHeader("X-Custom", "  a  ")),
				writes("a long header", (call) -> call.response().setHeader("X-Custom", "a".repeat(4_000))),
				writes("too long a header", (call) -> call.response().setHeader("X-Custom", "a".repeat(100_000)))
					.status(0),
				writes("many headers", (call) -> {
					for (int i = 0; i < 90; i++) {
						call.response().addHeader("X-Custom-" + i, "value " + i);
					}
				}), writes("headers that stand for a delivery", (call) -> {
					call.response().setHeader("Vary", "Accept");
					call.response().setHeader("Cache-Control", "max-age=60");
					call.response().setHeader("ETag", "W/\"1\"");
					call.response().setHeader("Link", "</a>; rel=next");
					call.response().setHeader("Content-Disposition", "attachment; filename=\"a.txt\"");
					call.response().setHeader("Content-Location", "/a");
					call.text("a");
				}), writes("Content-Encoding by the handler", (call) -> {
					call.response().setHeader("Content-Encoding", "identity");
					call.text("a");
				}), writes("trailers", (call) -> {
					call.response().setHeader("Trailer", "X-Trailer");
					call.tries("trailers", () -> call.response().setTrailerFields(() -> Map.of("X-Trailer", "1")));
					call.text("a");
					call.response().flushBuffer();
				}), writes("what the response contains", (call) -> {
					HttpServletResponse response = call.response();
					call.saw(response.containsHeader("X-Custom"), response.getHeader("X-Custom"),
							response.getHeaders("X-Custom"), response.containsHeader("Content-Type"));
					response.addHeader("X-Custom", "1");
					response.addHeader("X-Custom", "2");
					response.setContentType("text/plain");
					response.setContentLength(2);
					call.saw(response.containsHeader("x-custom"), response.getHeader("x-custom"),
							response.getHeaders("x-custom"), response.containsHeader("Content-Type"),
							response.getHeader("Content-Type"), response.containsHeader("Content-Length"),
							response.getHeader("Content-Length"));
					call.bytes("ab");
				}),
				// Other ways
				writes("a write listener", (call) -> {
					AsyncContext context = call.request().startAsync(call.request(), call.response());
					ServletOutputStream stream = call.stream();
					call.tries("listener", () -> stream.setWriteListener(new WriteListener() {

						@Override
						public void onWritePossible() throws IOException {
							if (stream.isReady()) {
								stream.write("listened".getBytes(StandardCharsets.UTF_8));
								context.complete();
							}
						}

						@Override
						public void onError(Throwable ex) {
							context.complete();
						}

					}), context::complete);
				}), writes("the stream is ready", (call) -> {
					call.tries("ready", () -> call.saw(call.stream().isReady()));
					call.bytes("a");
				}).status(0), writes("HEAD of a writer", (call) -> call.text("body")).method("HEAD").unrecorded(),
				writes("GET", (call) -> call.text("body")).method("GET").unrecorded(),
				writes("PUT", (call) -> call.text("body")).method("PUT"),
				writes("PATCH", (call) -> call.text("body")).method("PATCH"),
				writes("DELETE", (call) -> call.text("body")).method("DELETE"),
				writes("DELETE 204", (call) -> call.response().setStatus(204)).method("DELETE").status(204),
				writes("HTTP keep-alive refused", (call) -> call.text("body")).header("Connection", "close"));
	}

	private static void redirect(Call call, String location, int status, boolean clear) throws Exception {
		try {
			HttpServletResponse.class.getMethod("sendRedirect", String.class, int.class, boolean.class)
				.invoke(call.response(), location, status, clear);
		}
		catch (NoSuchMethodException ex) {
			call.response().sendRedirect(location);
		}
	}

}

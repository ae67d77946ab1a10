package com.example.twins;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.CharArrayWriter;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;

import org.springframework.util.FileCopyUtils;
import org.springframework.web.filter.ShallowEtagHeaderFilter;
import org.springframework.web.util.ContentCachingRequestWrapper;
import org.springframework.web.util.ContentCachingResponseWrapper;

/**
 * Filters of applications, chosen by the path.
 */
final class Filters {

	private static final Map<String, HttpFilter> filters = new HashMap<>();

	static {
		// Of responses
		filters.put("nothing", (request, response, chain) -> chain.doFilter(request, response));
		filters.put("wrappers", (request, response, chain) -> chain.doFilter(new HttpServletRequestWrapper(request),
				new HttpServletResponseWrapper(response)));
		filters.put("caching", (request, response, chain) -> {
			ContentCachingResponseWrapper caching = new ContentCachingResponseWrapper(response);
			chain.doFilter(request, caching);
			caching.copyBodyToResponse();
		});
		filters.put("etag", (request, response, chain) -> new EtagFilter().doFilter(request, response, chain));
		filters.put("envelope", (request, response, chain) -> {
			Captured captured = new Captured(response);
			chain.doFilter(request, captured);
			byte[] body = ("<" + captured.text() + ">").getBytes(StandardCharsets.ISO_8859_1);
			response.setContentLength(body.length);
			response.getOutputStream().write(body);
		});
		filters.put("envelope-writer", (request, response, chain) -> {
			Captured captured = new Captured(response);
			chain.doFilter(request, captured);
			response.getWriter().print("<" + captured.text() + ">");
		});
		filters.put("envelope-type", (request, response, chain) -> {
			Captured captured = new Captured(response);
			chain.doFilter(request, captured);
			response.setContentType("application/vnd.envelope+json");
			response.getOutputStream().print("{\"data\":" + captured.text().length() + "}");
		});
		filters.put("digest", (request, response, chain) -> {
			ContentCachingResponseWrapper caching = new ContentCachingResponseWrapper(response);
			chain.doFilter(request, caching);
			caching.setHeader("X-Digest", String.valueOf(Arrays.hashCode(caching.getContentAsByteArray())));
			caching.copyBodyToResponse();
		});
		filters.put("gzip", (request, response, chain) -> {
			response.setHeader("Content-Encoding", "gzip");
			try (GzipResponse gzip = new GzipResponse(response)) {
				chain.doFilter(request, gzip);
			}
		});
		filters.put("gzip-late", (request, response, chain) -> {
			Captured captured = new Captured(response);
			chain.doFilter(request, captured);
			ByteArrayOutputStream bytes = new ByteArrayOutputStream();
			try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
				gzip.write(captured.bytes());
			}
			response.setHeader("Content-Encoding", "gzip");
			response.setContentLength(bytes.size());
			response.getOutputStream().write(bytes.toByteArray());
		});
		filters.put("takes-stream", (request, response, chain) -> {
			response.getOutputStream();
			chain.doFilter(request, response);
		});
		filters.put("takes-writer", (request, response, chain) -> {
			response.getWriter();
			chain.doFilter(request, response);
		});
		filters.put("holds-stream", (request, response, chain) -> {
			ServletOutputStream out = response.getOutputStream();
			chain.doFilter(request, new HttpServletResponseWrapper(response) {

				@Override
				public ServletOutputStream getOutputStream() {
					return out;
				}

			});
		});
		filters.put("holds-writer", (request, response, chain) -> {
			PrintWriter writer = response.getWriter();
			chain.doFilter(request, new HttpServletResponseWrapper(response) {

				@Override
				public PrintWriter getWriter() {
					return writer;
				}

			});
		});
		filters.put("prefix-stream", (request, response, chain) -> {
			response.getOutputStream().print("prefix ");
			chain.doFilter(request, response);
		});
		filters.put("prefix-writer", (request, response, chain) -> {
			response.getWriter().print("prefix ");
			chain.doFilter(request, response);
		});
		filters.put("prefix-flushed", (request, response, chain) -> {
			response.getOutputStream().print("prefix ");
			response.flushBuffer();
			chain.doFilter(request, response);
		});
		filters.put("suffix-stream", (request, response, chain) -> {
			chain.doFilter(request, response);
			attempt(request, "suffix", () -> response.getOutputStream().print(" suffix"));
		});
		filters.put("suffix-writer", (request, response, chain) -> {
			chain.doFilter(request, response);
			attempt(request, "suffix", () -> response.getWriter().print(" suffix"));
		});
		filters.put("header-before", (request, response, chain) -> {
			response.setHeader("X-Filter", "before");
			response.addHeader("X-Custom", "filter");
			response.addCookie(new Cookie("filter", "1"));
			response.setHeader("Cache-Control", "no-store");
			chain.doFilter(request, response);
		});
		filters.put("header-after", (request, response, chain) -> {
			chain.doFilter(request, response);
			response.setHeader("X-Filter", "after");
			response.addHeader("X-Custom", "filter");
			state(request, response);
		});
		filters.put("status-before", (request, response, chain) -> {
			response.setStatus(202);
			chain.doFilter(request, response);
		});
		filters.put("status-after", (request, response, chain) -> {
			chain.doFilter(request, response);
			response.setStatus(202);
			state(request, response);
		});
		filters.put("type-before", (request, response, chain) -> {
			response.setContentType("text/html;charset=ISO-8859-1");
			chain.doFilter(request, response);
		});
		filters.put("type-after", (request, response, chain) -> {
			chain.doFilter(request, response);
			response.setContentType("text/html;charset=ISO-8859-1");
			state(request, response);
		});
		filters.put("charset-before", (request, response, chain) -> {
			response.setCharacterEncoding("UTF-16BE");
			chain.doFilter(request, response);
		});
		filters.put("buffer-before", (request, response, chain) -> {
			response.setBufferSize(64_000);
			chain.doFilter(request, response);
		});
		filters.put("flush-after", (request, response, chain) -> {
			chain.doFilter(request, response);
			response.flushBuffer();
			state(request, response);
		});
		filters.put("reset-after", (request, response, chain) -> {
			chain.doFilter(request, response);
			attempt(request, "reset", response::reset);
			state(request, response);
		});
		filters.put("error-after", (request, response, chain) -> {
			chain.doFilter(request, response);
			attempt(request, "error", () -> response.sendError(409, "by the filter"));
			state(request, response);
		});
		filters.put("redirect-after", (request, response, chain) -> {
			chain.doFilter(request, response);
			attempt(request, "redirect", () -> response.sendRedirect("/by-the-filter"));
			state(request, response);
		});
		filters.put("forward-after", (request, response, chain) -> {
			chain.doFilter(request, response);
			attempt(request, "forward", () -> request.getRequestDispatcher("/target/text").forward(request, response));
		});
		filters.put("include-before", (request, response, chain) -> {
			request.getRequestDispatcher("/target/writer").include(request, response);
			chain.doFilter(request, response);
		});
		filters.put("include-after", (request, response, chain) -> {
			chain.doFilter(request, response);
			attempt(request, "include",
					() -> request.getRequestDispatcher("/target/writer").include(request, response));
		});
		filters.put("swallows", (request, response, chain) -> {
			try {
				chain.doFilter(request, response);
			}
			catch (Exception ex) {
				Sightings.of(request).add("filter swallows", Call.name(ex));
				response.setStatus(409);
				response.getWriter().print("swallowed");
			}
		});
		filters.put("forwards",
				(request, response, chain) -> request
					.getRequestDispatcher(
							request.getServletPath().replace("/in/forwards", "").replace("/out/forwards", ""))
					.forward(request, response));
		filters.put("includes", (request, response, chain) -> {
			response.getWriter().print("before ");
			request
				.getRequestDispatcher(request.getServletPath().replace("/in/includes", "").replace("/out/includes", ""))
				.include(request, response);
			response.getWriter().print(" after");
		});
		// Of requests
		filters.put("gunzip-at-once", (request, response, chain) -> {
			InputStream in = new GZIPInputStream(request.getInputStream());
			chain.doFilter(new BodyRequest(request, () -> in), response);
		});
		filters.put("gunzip-late", (request, response, chain) -> chain
			.doFilter(new BodyRequest(request, () -> new GZIPInputStream(request.getInputStream())), response));
		filters.put("gunzip-read", (request, response, chain) -> {
			byte[] body = new GZIPInputStream(request.getInputStream()).readAllBytes();
			chain.doFilter(new BodyRequest(request, () -> new ByteArrayInputStream(body)), response);
		});
		filters.put("replaces", (request, response, chain) -> {
			byte[] body = "replaced=1".getBytes(StandardCharsets.UTF_8);
			chain.doFilter(new BodyRequest(request, () -> new ByteArrayInputStream(body)), response);
		});
		filters.put("replaces-read", (request, response, chain) -> {
			byte[] body = (new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
				.toUpperCase(Locale.ROOT)
				.getBytes(StandardCharsets.UTF_8);
			chain.doFilter(new BodyRequest(request, () -> new ByteArrayInputStream(body)), response);
		});
		filters.put("upper-case-late", (request, response, chain) -> chain
			.doFilter(new BodyRequest(request, () -> new ByteArrayInputStream(
					new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8).toUpperCase(Locale.ROOT)
						.getBytes(StandardCharsets.UTF_8))),
					response));
		filters.put("caches-reader", (request, response, chain) -> {
			byte[] body = FileCopyUtils.copyToString(request.getReader()).getBytes(StandardCharsets.UTF_8);
			chain.doFilter(new BodyRequest(request, () -> new ByteArrayInputStream(body)), response);
		});
		filters.put("caches-content", (request, response, chain) -> {
			ContentCachingRequestWrapper caching = new ContentCachingRequestWrapper(request, 100_000);
			chain.doFilter(caching, response);
			Sightings.of(request)
				.add("filter cached", TypedHandlers.latin1(caching.getContentAsByteArray()).replaceAll("\\s", " "));
		});
		filters.put("reads-parameters", (request, response, chain) -> {
			attempt(request, "parameters",
					() -> Sightings.of(request).add("filter saw", TypedHandlers.parameters(request)));
			chain.doFilter(request, response);
		});
		filters.put("reads-parameters-after", (request, response, chain) -> {
			chain.doFilter(request, response);
			attempt(request, "parameters",
					() -> Sightings.of(request).add("filter saw", TypedHandlers.parameters(request)));
		});
		filters.put("reads-body", (request, response, chain) -> {
			attempt(request, "body",
					() -> Sightings.of(request).add("filter saw", request.getInputStream().readAllBytes().length));
			chain.doFilter(request, response);
		});
		filters.put("reads-body-after", (request, response, chain) -> {
			chain.doFilter(request, response);
			attempt(request, "body",
					() -> Sightings.of(request).add("filter saw", request.getInputStream().readAllBytes().length));
		});
		filters.put("reads-some", (request, response, chain) -> {
			Sightings.of(request).add("filter saw", TypedHandlers.latin1(request.getInputStream().readNBytes(3)));
			chain.doFilter(request, response);
		});
		filters.put("takes-input", (request, response, chain) -> {
			request.getInputStream();
			chain.doFilter(request, response);
		});
		filters.put("takes-reader", (request, response, chain) -> {
			request.getReader();
			chain.doFilter(request, response);
		});
		filters.put("reads-parts", (request, response, chain) -> {
			attempt(request, "parts", () -> Sightings.of(request).add("filter saw parts", request.getParts().size()));
			chain.doFilter(request, response);
		});
		filters.put("encoding-latin", (request, response, chain) -> {
			request.setCharacterEncoding("ISO-8859-1");
			chain.doFilter(request, response);
		});
		filters.put("type-json", (request, response, chain) -> chain.doFilter(new HttpServletRequestWrapper(request) {

			@Override
			public String getContentType() {
				return "application/json";
			}

			@Override
			public String getHeader(String name) {
				return name.equalsIgnoreCase("Content-Type") ? getContentType() : super.getHeader(name);
			}

			@Override
			public Enumeration<String> getHeaders(String name) {
				return name.equalsIgnoreCase("Content-Type") ? Collections.enumeration(List.of(getContentType()))
						: super.getHeaders(name);
			}

		}, response));
		filters.put("adds-parameter",
				(request, response, chain) -> chain.doFilter(new HttpServletRequestWrapper(request) {

					@Override
					public String getParameter(String name) {
						return name.equals("name") ? "filtered" : super.getParameter(name);
					}

					@Override
					public String[] getParameterValues(String name) {
						return name.equals("name") ? new String[] { "filtered" } : super.getParameterValues(name);
					}

				}, response));
		filters.put("method-put", (request, response, chain) -> chain.doFilter(new HttpServletRequestWrapper(request) {

			@Override
			public String getMethod() {
				return "PUT";
			}

		}, response));
	}

	private Filters() {
	}

	static Filter at(String position) {
		return (request, response, chain) -> {
			String[] path = ((HttpServletRequest) request).getServletPath().split("/");
			String name = (path.length > 3 && path[2].equals(position)) ? path[3] : "nothing";
			filters.get(name).doFilter((HttpServletRequest) request, (HttpServletResponse) response, chain);
		};
	}

	/**
	 * The outermost of all: knows when nobody is at work any more.
	 */
	static Filter first() {
		return (request, response, chain) -> {
			String call = ((HttpServletRequest) request).getHeader(Sightings.HEADER);
			if (call == null) {
				chain.doFilter(request, response);
				return;
			}
			Sightings.of(call).begin();
			try {
				chain.doFilter(request, response);
			}
			finally {
				Sightings.of(call).end();
			}
		};
	}

	private static void attempt(HttpServletRequest request, String what, Call.Attempt attempt) {
		String end = "ok";
		try {
			attempt.run();
		}
		catch (Exception ex) {
			end = Call.name(ex);
		}
		Sightings.of(request).add("filter tries", what, end);
	}

	private static void state(HttpServletRequest request, HttpServletResponse response) {
		Sightings.of(request).add("filter sees");
		new Call(request, response).state();
	}

	interface HttpFilter {

		void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws IOException, ServletException;

	}

	interface Source {

		InputStream open() throws IOException;

	}

	/**
	 * Eligible for every method and status.
	 */
	private static final class EtagFilter extends ShallowEtagHeaderFilter {

		@Override
		protected boolean isEligibleForEtag(HttpServletRequest request, HttpServletResponse response, int status,
				InputStream body) {
			return true;
		}

	}

	/**
	 * A request with a body of its own, as many write it.
	 */
	private static final class BodyRequest extends HttpServletRequestWrapper {

		private final Source source;

		private ServletInputStream stream;

		BodyRequest(HttpServletRequest request, Source source) {
			super(request);
			this.source = source;
		}

		@Override
		public ServletInputStream getInputStream() throws IOException {
			if (this.stream == null) {
				this.stream = new BodyStream(this.source.open());
			}
			return this.stream;
		}

		@Override
		public BufferedReader getReader() throws IOException {
			return new BufferedReader(new InputStreamReader(getInputStream(), StandardCharsets.UTF_8));
		}

	}

	private static final class BodyStream extends ServletInputStream {

		private final InputStream in;

		private boolean finished;

		BodyStream(InputStream in) {
			this.in = in;
		}

		@Override
		public int read() throws IOException {
			int value = this.in.read();
			this.finished = value < 0;
			return value;
		}

		@Override
		public boolean isFinished() {
			return this.finished;
		}

		@Override
		public boolean isReady() {
			return true;
		}

		@Override
		public void setReadListener(ReadListener listener) {
			throw new UnsupportedOperationException();
		}

	}

	/**
	 * Keeps what is written, by stream or writer, and lets headers pass, but for the
	 * length.
	 */
	private static class Captured extends HttpServletResponseWrapper {

		private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

		private final CharArrayWriter chars = new CharArrayWriter();

		private final PrintWriter writer = new PrintWriter(this.chars);

		Captured(HttpServletResponse response) {
			super(response);
		}

		byte[] bytes() {
			this.writer.flush();
			this.bytes.writeBytes(this.chars.toString().getBytes(StandardCharsets.ISO_8859_1));
			this.chars.reset();
			return this.bytes.toByteArray();
		}

		String text() {
			return TypedHandlers.latin1(bytes());
		}

		@Override
		public ServletOutputStream getOutputStream() {
			return new BytesStream(this.bytes);
		}

		@Override
		public PrintWriter getWriter() {
			return this.writer;
		}

		@Override
		public void setContentLength(int length) {
		}

		@Override
		public void setContentLengthLong(long length) {
		}

		@Override
		public void setHeader(String name, String value) {
			if (!name.equalsIgnoreCase("Content-Length")) {
				super.setHeader(name, value);
			}
		}

		@Override
		public void addHeader(String name, String value) {
			if (!name.equalsIgnoreCase("Content-Length")) {
				super.addHeader(name, value);
			}
		}

		@Override
		public void flushBuffer() {
		}

	}

	private static final class GzipResponse extends Captured implements AutoCloseable {

		private GZIPOutputStream gzip;

		GzipResponse(HttpServletResponse response) {
			super(response);
		}

		@Override
		public ServletOutputStream getOutputStream() {
			return new BytesStream(null) {

				@Override
				public void write(int value) throws IOException {
					if (GzipResponse.this.gzip == null) {
						GzipResponse.this.gzip = new GZIPOutputStream(getResponse().getOutputStream());
					}
					GzipResponse.this.gzip.write(value);
				}

			};
		}

		@Override
		public void close() throws IOException {
			for (byte value : bytes()) {
				getOutputStream().write(value);
			}
			if (this.gzip != null) {
				this.gzip.finish();
			}
		}

	}

	private static class BytesStream extends ServletOutputStream {

		private final ByteArrayOutputStream bytes;

		BytesStream(ByteArrayOutputStream bytes) {
			this.bytes = bytes;
		}

		@Override
		public void write(int value) throws IOException {
			this.bytes.write(value);
		}

		@Override
		public boolean isReady() {
			return true;
		}

		@Override
		public void setWriteListener(WriteListener listener) {
			throw new UnsupportedOperationException();
		}

	}

}

package com.example.twins;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;

import org.springframework.web.util.UriComponentsBuilder;

/**
 * One run of a handler: its request and response, and where it writes down what it sees.
 *
 * @param request as the handler got it
 * @param response as the handler got it
 * @param sightings what was seen of this request
 */
record Call(HttpServletRequest request, HttpServletResponse response, Sightings sightings) {

	/** What containers add when they like. */
	private static final Set<String> OF_THE_CONNECTION = Set.of("date", "connection", "keep-alive");

	Call(HttpServletRequest request, HttpServletResponse response) {
		this(request, response, Sightings.of(request));
	}

	void saw(Object... parts) {
		this.sightings.add(parts);
	}

	/**
	 * Does something and notes how it ended.
	 */
	void tries(String what, Attempt attempt) {
		tries(what, attempt, () -> {
		});
	}

	void tries(String what, Attempt attempt, Runnable afterFailure) {
		try {
			attempt.run();
			saw(what, "ok");
		}
		catch (Exception ex) {
			saw(what, name(ex));
			afterFailure.run();
		}
	}

	static String name(Throwable ex) {
		return (ex instanceof IOException) ? "IOException" : ex.getClass().getSimpleName();
	}

	PrintWriter writer() throws IOException {
		return this.response.getWriter();
	}

	ServletOutputStream stream() throws IOException {
		return this.response.getOutputStream();
	}

	void text(String text) throws IOException {
		this.response.setContentType("text/plain;charset=UTF-8");
		writer().print(text);
	}

	void bytes(String text) throws IOException {
		stream().write(text.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * A parameter of the query, without asking the container for parameters.
	 */
	String argument(String name) {
		return UriComponentsBuilder.newInstance()
			.query(this.request.getQueryString())
			.build()
			.getQueryParams()
			.getFirst(name);
	}

	void forward(String path) throws ServletException, IOException {
		this.request.getRequestDispatcher(path).forward(this.request, this.response);
	}

	void include(String path) throws ServletException, IOException {
		this.request.getRequestDispatcher(path).include(this.request, this.response);
	}

	/**
	 * Does something on another thread, after the handler has returned or before.
	 */
	void async(AsyncAttempt attempt) {
		AsyncContext context = this.request.startAsync(this.request, this.response);
		this.sightings.goesOn();
		this.sightings.begin();
		context.start(() -> {
			try {
				attempt.run(context);
			}
			catch (Exception ex) {
				saw("asynchronously", name(ex));
				context.complete();
			}
			finally {
				this.sightings.end();
			}
		});
	}

	/**
	 * Notes all that the response tells of itself.
	 */
	void state() {
		tries("state", () -> {
			saw("committed", this.response.isCommitted(), "status", this.response.getStatus(), "buffer",
					this.response.getBufferSize());
			saw("type", this.response.getContentType(), "charset", this.response.getCharacterEncoding(), "locale",
					this.response.getLocale());
			List<String> headers = new ArrayList<>();
			for (String name : new TreeSet<>(this.response.getHeaderNames())) {
				Collection<String> values = this.response.getHeaders(name);
				if (!OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
					headers.add(name + "=" + values + "/" + this.response.getHeader(name) + "/"
							+ this.response.containsHeader(name));
				}
			}
			saw("headers", headers);
		});
	}

	/**
	 * What may fail.
	 */
	interface Attempt {

		void run() throws Exception;

	}

	/**
	 * What may fail in an asynchronous context.
	 */
	interface AsyncAttempt {

		void run(AsyncContext context) throws Exception;

	}

}

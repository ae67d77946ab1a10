package com.example.twins;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

import com.example.twins.Request.Framing;

/**
 * One request to twins: a handler with {@code @Idempotent} and the same without. Changed
 * by its methods, which return a changed copy.
 *
 * @param name what is special
 * @param request what is sent
 * @param status of the response
 * @param recorded whether a retry gets the response again
 * @param entered whether the handler is reached at all
 * @param runsOfRetry how often handlers run for a retry: those that forward to a twin do
 * @param marked whether a retry can be marked, which is impossible in an include
 * @param sameWithoutLibrary whether the handler without annotation is as without library,
 * of which a container may tell a wrapped response
 * @param handler what the handler does, {@code null} for one with a method of its own
 */
record Row(String name, Request request, int status, boolean recorded, boolean entered, int runsOfRetry, boolean marked,
		boolean sameWithoutLibrary, Handler handler) {

	/**
	 * What a handler does. What it returns is the result of the handler method.
	 */
	interface Handler {

		Object handle(Call call) throws Exception;

	}

	/**
	 * What a handler without a result does.
	 */
	interface Writer {

		void handle(Call call) throws Exception;

	}

	/**
	 * A handler that has the request and the response.
	 */
	static Row writes(String name, Writer writer) {
		return row(name, "writes", (call) -> {
			try {
				writer.handle(call);
			}
			catch (Exception ex) {
				call.saw("threw", Call.name(ex));
				throw ex;
			}
			finally {
				if (!call.sightings().isGoingOn() && !call.request().isAsyncStarted()) {
					call.state();
				}
			}
			return null;
		});
	}

	/**
	 * A handler whose result is a view, a response entity or the like.
	 */
	static Row returns(String name, Handler handler) {
		return row(name, "returns", handler);
	}

	/**
	 * A handler whose result is the body.
	 */
	static Row answers(String name, Handler handler) {
		return row(name, "answers", handler);
	}

	/**
	 * A handler with a method of its own, in {@link TypedHandlers}.
	 */
	static Row to(String path, String name) {
		return new Row(name, Request.post("/{twin}" + path), 200, true, true, 0, true, true, null);
	}

	private static Row row(String name, String kind, Handler handler) {
		return new Row(name, Request.post("/{twin}/" + kind + "/" + slug(name)), 200, true, true, 0, true, true,
				handler);
	}

	static String slug(String name) {
		return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
	}

	String slug() {
		return slug(this.name);
	}

	private Row request(Request request) {
		return new Row(this.name, request, this.status, this.recorded, this.entered, this.runsOfRetry, this.marked,
				this.sameWithoutLibrary, this.handler);
	}

	private Row ends(int status, boolean recorded, boolean entered, int runsOfRetry) {
		return new Row(this.name, this.request, status, recorded, entered, runsOfRetry, this.marked,
				this.sameWithoutLibrary, this.handler);
	}

	private Row is(boolean marked, boolean sameWithoutLibrary) {
		return new Row(this.name, this.request, this.status, this.recorded, this.entered, this.runsOfRetry, marked,
				sameWithoutLibrary, this.handler);
	}

	Row name(String name) {
		return new Row(name, this.request, this.status, this.recorded, this.entered, this.runsOfRetry, this.marked,
				this.sameWithoutLibrary, this.handler);
	}

	Row unmarked() {
		return is(false, this.sameWithoutLibrary);
	}

	Row otherWithoutLibrary() {
		return is(this.marked, false);
	}

	Row target(String target) {
		return request(this.request.target(target));
	}

	/**
	 * The status that the row is about; 0, which is whatever the twin has, where handlers
	 * are combined with requests, filters or each other, or containers differ.
	 */
	Row status(int status) {
		return ends(status, this.recorded, this.entered, this.runsOfRetry);
	}

	/**
	 * The outcome is none to record, so that a retry runs the handler again.
	 */
	Row unrecorded() {
		return ends(this.status, false, this.entered, this.runsOfRetry);
	}

	/**
	 * The request is refused before the handler.
	 */
	Row refused(int status) {
		return ends(status, false, false, this.runsOfRetry);
	}

	Row retryRuns(int runs) {
		return ends(this.status, this.recorded, this.entered, runs);
	}

	Row header(String name, String value) {
		return request(this.request.header(name, value));
	}

	Row type(String contentType) {
		return header("Content-Type", contentType);
	}

	Row method(String method) {
		return request(this.request.method(method));
	}

	Row framing(Framing framing) {
		return request(this.request.framing(framing));
	}

	Row body(byte[] body) {
		return request(this.request.body(body));
	}

	Row body(String body) {
		return body(body, StandardCharsets.UTF_8);
	}

	Row body(String body, Charset charset) {
		return body(body.getBytes(charset));
	}

	Row form(String body) {
		return type("application/x-www-form-urlencoded").body(body);
	}

	Row query(String query) {
		return request(this.request.target(this.request.target() + "?" + query));
	}

	/**
	 * The same with a filter between the one of the library and the handler.
	 */
	Row inside(String filter) {
		return filtered("in", filter);
	}

	/**
	 * The same with such a filter that takes part in each dispatch.
	 */
	Row always(String filter) {
		return filtered("always", filter);
	}

	/**
	 * The same with a filter before the one of the library.
	 */
	Row outside(String filter) {
		return filtered("out", filter);
	}

	private Row filtered(String position, String filter) {
		return request(
				this.request.target(this.request.target().replace("{twin}", "{twin}/" + position + "/" + filter)))
			.name(this.name + ", " + position + " " + filter);
	}

	@Override
	public String toString() {
		return this.name;
	}

}

package com.example.twins;

import java.util.ArrayList;
import java.util.List;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;

import static com.example.twins.Row.to;
import static com.example.twins.Row.writes;

/**
 * Handlers that answer later, by Spring or by an asynchronous context of their own.
 */
final class AsyncRows {

	private AsyncRows() {
	}

	static List<Row> rows() {
		List<Row> rows = new ArrayList<>(List.of(to("/async/callable", "Callable"),
				to("/async/callable-entity", "Callable of an entity").status(201),
				to("/async/callable-view", "Callable of a view"),
				to("/async/callable-forward", "Callable of a forward").query("to=/target/text"),
				to("/async/callable-forward", "Callable of a forward to an asynchronous handler")
					.query("to=/target/callable")
					.status(0),
				to("/async/callable-failure", "Callable that fails").status(409),
				to("/async/callable-raised", "Callable that nobody saves").status(500),
				to("/async/callable-void", "Callable of nothing"),
				to("/async/callable-writes", "Callable that writes").status(0), to("/async/task", "WebAsyncTask"),
				to("/async/task-timeout", "WebAsyncTask that is late").status(0),
				to("/async/deferred", "DeferredResult"), to("/async/deferred-at-once", "DeferredResult at once"),
				to("/async/deferred-entity", "DeferredResult of an entity").status(409),
				to("/async/deferred-error", "DeferredResult of an error").status(409),
				to("/async/deferred-timeout", "DeferredResult that is late"),
				to("/async/deferred-timeout-503", "DeferredResult that is late, without value").status(503),
				to("/async/future", "CompletableFuture"), to("/async/future-done", "CompletableFuture that is done"),
				to("/async/future-entity", "CompletableFuture of an entity").status(201),
				to("/async/future-failure", "CompletableFuture that fails").status(409),
				to("/async/future-status", "CompletableFuture with a status").status(202),
				to("/body/read-listener", "a read listener").type("text/plain").body("read by a listener")));
		rows.addAll(contexts());
		for (String filter : List.of("wrappers", "caching", "envelope", "gzip", "header-after", "takes-stream")) {
			for (Row row : List.of(to("/async/callable", "Callable"), to("/async/future-entity", "CompletableFuture"),
					to("/async/deferred-error", "DeferredResult of an error"))) {
				rows.add(row.status(0).inside(filter));
				rows.add(row.status(0).always(filter));
			}
		}
		return rows;
	}

	private static List<Row> contexts() {
		return List.of(writes("asynchronous writer", (call) -> call.async((context) -> {
			call.text("later");
			context.complete();
		})), writes("asynchronous stream", (call) -> call.async((context) -> {
			call.bytes("later");
			context.complete();
		})), writes("asynchronous response of the context", (call) -> call.async((context) -> {
			context.getResponse().setContentType("text/plain");
			context.getResponse().getOutputStream().print("later");
			call.saw(context.hasOriginalRequestAndResponse(), context.getTimeout() > 0,
					context.getRequest() == call.request());
			context.complete();
		})), writes("asynchronous status and headers", (call) -> call.async((context) -> {
			call.response().setStatus(201);
			call.response().setHeader("X-Custom", "1");
			context.complete();
		})).status(201), writes("asynchronous nothing", (call) -> call.async(AsyncContext::complete)),
				writes("asynchronous flush", (call) -> call.async((context) -> {
					call.text("one ");
					call.response().flushBuffer();
					call.saw(call.response().isCommitted());
					call.text("two");
					context.complete();
				})), writes("asynchronous redirect", (call) -> call.async((context) -> {
					call.response().sendRedirect("/other");
					context.complete();
				})).status(302), writes("asynchronous sendError", (call) -> call.async((context) -> {
					call.response().sendError(409, "later");
					context.complete();
				})).status(409), writes("asynchronous sendError 500", (call) -> call.async((context) -> {
					call.response().sendError(500, "later");
					context.complete();
				})).status(500), writes("written before and after", (call) -> {
					call.text("before ");
					call.async((context) -> {
						call.writer().print("after");
						context.complete();
					});
				}),
				writes("a dispatch to another path",
						(call) -> call.async((context) -> context.dispatch("/target/text"))),
				writes("a dispatch to an entity", (call) -> call.async((context) -> context.dispatch("/target/entity")))
					.status(201),
				writes("a dispatch to a callable",
						(call) -> call.async((context) -> context.dispatch("/target/callable"))),
				writes("a dispatch to an error", (call) -> call.async((context) -> context.dispatch("/target/error")))
					.status(409),
				writes("a dispatch to an exception",
						(call) -> call.async((context) -> context.dispatch("/target/raised")))
					.status(500),
				writes("a dispatch to itself", (call) -> {
					if (call.request().getDispatcherType() == DispatcherType.ASYNC) {
						call.text("again");
					}
					else {
						call.text("first ");
						call.async(AsyncContext::dispatch);
					}
				}).status(0), writes("complete before the return", (call) -> {
					AsyncContext context = call.request().startAsync();
					call.text("at once");
					context.complete();
				}), writes("startAsync without arguments", (call) -> {
					AsyncContext context = call.request().startAsync();
					call.sightings().goesOn();
					call.sightings().begin();
					context.start(() -> {
						call.tries("write", () -> context.getResponse().getWriter().print("later"));
						context.complete();
						call.sightings().end();
					});
				}).status(0), writes("an exception after startAsync", (call) -> {
					call.request().startAsync().setTimeout(1);
					throw new ErrorHandlers.Translated();
				}).status(0),
				writes("a time-out without listener", (call) -> call.request().startAsync().setTimeout(1)).status(0)
					.unrecorded(),
				writes("a time-out with listener", (call) -> {
					AsyncContext context = call.request().startAsync(call.request(), call.response());
					context.setTimeout(1);
					context.addListener(new Late(call));
				}).status(0), writes("a listener of the end", (call) -> {
					call.async((context) -> {
						call.text("later");
						context.complete();
					});
					call.request().getAsyncContext().addListener(new Late(call));
					// On Undertow it may have ended by then
				}).status(0).otherWithoutLibrary());
	}

	/**
	 * Answers when it is too late.
	 */
	private static final class Late implements AsyncListener {

		private final Call call;

		Late(Call call) {
			this.call = call;
		}

		@Override
		public void onTimeout(AsyncEvent event) {
			this.call.tries("time-out", () -> {
				this.call.response().setStatus(202);
				this.call.text("too late");
				event.getAsyncContext().complete();
			});
		}

		@Override
		public void onComplete(AsyncEvent event) {
		}

		@Override
		public void onError(AsyncEvent event) {
			this.call.saw("error", Call.name(event.getThrowable()));
		}

		@Override
		public void onStartAsync(AsyncEvent event) {
		}

	}

}

package dev.idempotency.behaviour;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

import dev.idempotency.behaviour.app.Executions;

/**
 * A request to build and to send, as often as a test wants. Each has a case of its own,
 * by which the application counts the executions of its handler.
 */
final class Call {

	private static final HttpClient CLIENT = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.followRedirects(HttpClient.Redirect.NEVER)
		.build();

	private final TestApplication application;

	private final String name;

	private final String method;

	private final String target;

	private final List<String> headers;

	private final byte[] body;

	private Call(TestApplication application, String name, String method, String target, List<String> headers,
			byte[] body) {
		this.application = application;
		this.name = name;
		this.method = method;
		this.target = target;
		this.headers = List.copyOf(headers);
		this.body = body;
	}

	/**
	 * Returns the standard request: {@code POST /orders} with a fresh quoted key.
	 */
	static Call order(TestApplication application) {
		return post(application, "/orders").json("{\"item\":\"book\",\"quantity\":2}")
			.key(UUID.randomUUID().toString());
	}

	static Call post(TestApplication application, String target) {
		return new Call(application, UUID.randomUUID().toString(), "POST", target, List.of(), new byte[0]);
	}

	Call method(String newMethod) {
		return new Call(this.application, this.name, newMethod, this.target, this.headers, this.body);
	}

	Call target(String newTarget) {
		return new Call(this.application, this.name, this.method, newTarget, this.headers, this.body);
	}

	/** The same request to another instance. */
	Call on(TestApplication other) {
		return new Call(other, this.name, this.method, this.target, this.headers, this.body);
	}

	Call key(String key) {
		return header("Idempotency-Key", "\"" + key + "\"");
	}

	/** The value with which a header is sent. */
	String sentHeader(String headerName) {
		return this.headers.get(this.headers.indexOf(headerName) + 1);
	}

	Call withoutKey() {
		return without("Idempotency-Key");
	}

	/** The same request by a user. */
	Call user(String user, String password) {
		byte[] credentials = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
		return header("Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials));
	}

	Call header(String headerName, String value) {
		return without(headerName).addHeader(headerName, value);
	}

	Call addHeader(String headerName, String value) {
		List<String> more = new ArrayList<>(this.headers);
		more.add(headerName);
		more.add(value);
		return new Call(this.application, this.name, this.method, this.target, more, this.body);
	}

	Call without(String headerName) {
		List<String> fewer = new ArrayList<>();
		for (int i = 0; i < this.headers.size(); i += 2) {
			if (!this.headers.get(i).equalsIgnoreCase(headerName)) {
				fewer.add(this.headers.get(i));
				fewer.add(this.headers.get(i + 1));
			}
		}
		return new Call(this.application, this.name, this.method, this.target, fewer, this.body);
	}

	Call json(String json) {
		return header("Content-Type", "application/json").body(json.getBytes(StandardCharsets.UTF_8));
	}

	Call body(byte[] newBody) {
		return new Call(this.application, this.name, this.method, this.target, this.headers, newBody);
	}

	String target() {
		return this.target;
	}

	byte[] body() {
		return this.body;
	}

	/** Sends the request and returns the response. */
	Answer send() {
		return sendTo(this.application.port());
	}

	/** Sends the request to an instance in another process. */
	Answer sendTo(int port) {
		return send(port, BodyPublishers.ofByteArray(this.body));
	}

	/** Sends the request without telling its length. */
	Answer sendChunked() {
		return send(this.application.port(), BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(this.body)));
	}

	private Answer send(int port, BodyPublisher publisher) {
		HttpRequest.Builder builder = HttpRequest.newBuilder()
			.uri(URI.create("http://localhost:" + port + this.target))
			.method(this.method, (this.body.length > 0) ? publisher : BodyPublishers.noBody())
			.header("X-Case", this.name);
		for (int i = 0; i < this.headers.size(); i += 2) {
			builder.header(this.headers.get(i), this.headers.get(i + 1));
		}
		try {
			HttpResponse<byte[]> response = CLIENT.send(builder.build(), BodyHandlers.ofByteArray());
			return new Answer(response.statusCode(), response.headers().map(), response.body());
		}
		catch (IOException ex) {
			throw new IllegalStateException("The request was not answered", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/** The key, without its quotes. */
	String key() {
		int name = this.headers.indexOf("Idempotency-Key");
		return this.headers.get(name + 1).replace("\"", "");
	}

	/** How often the handler ran for this call. */
	int executions() {
		return this.application.executions().count(this.name);
	}

	/** Holds the handler of this call until the gate is opened. */
	Executions.Gate hold() {
		return this.application.executions().hold(this.name);
	}

	/** The name of the case, sent as {@code X-Case}. */
	String name() {
		return this.name;
	}

}

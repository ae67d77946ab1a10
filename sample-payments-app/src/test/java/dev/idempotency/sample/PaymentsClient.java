package dev.idempotency.sample;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import com.jayway.jsonpath.JsonPath;
import org.jspecify.annotations.Nullable;

/**
 * A client of the running application.
 *
 * @param port the port that the application listens on
 */
record PaymentsClient(int port) {

	private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	static String newKey() {
		return UUID.randomUUID().toString();
	}

	Answer get(String path) {
		return send(request(path).GET()).join();
	}

	Answer post(String path, @Nullable String key, String json) {
		return send(postRequest(path, key, json)).join();
	}

	Answer exchange(String method, String path, Map<String, String> headers, String body) {
		return send(request(method, path, headers, body)).join();
	}

	List<Answer> postAtOnce(int times, String path, String key, String json) {
		return atOnce(times, postRequest(path, key, json));
	}

	List<Answer> exchangeAtOnce(int times, String method, String path, Map<String, String> headers, String body) {
		return atOnce(times, request(method, path, headers, body));
	}

	private static List<Answer> atOnce(int times, HttpRequest.Builder request) {
		return Stream.generate(() -> send(request))
			.limit(times)
			.toList()
			.stream()
			.map(CompletableFuture::join)
			.toList();
	}

	private HttpRequest.Builder postRequest(String path, @Nullable String key, String json) {
		HttpRequest.Builder request = request(path).header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString(json));
		return (key != null) ? request.header("Idempotency-Key", '"' + key + '"') : request;
	}

	private HttpRequest.Builder request(String method, String path, Map<String, String> headers, String body) {
		HttpRequest.Builder request = request(path).method(method,
				body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
		headers.forEach(request::header);
		return request;
	}

	private HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create("http://localhost:" + this.port + path));
	}

	private static CompletableFuture<Answer> send(HttpRequest.Builder request) {
		return HTTP.sendAsync(request.build(), BodyHandlers.ofString()).thenApply(Answer::new);
	}

	/**
	 * What the application answered.
	 *
	 * @param response the response
	 */
	record Answer(HttpResponse<String> response) {

		int status() {
			return this.response.statusCode();
		}

		String body() {
			return this.response.body();
		}

		@Nullable String header(String name) {
			return this.response.headers().firstValue(name).orElse(null);
		}

		boolean isReplay() {
			return "true".equals(header("Idempotent-Replayed"));
		}

		String text(String path) {
			return JsonPath.read(body(), path);
		}

		List<String> texts(String path) {
			return JsonPath.read(body(), path);
		}

		long number(String path) {
			return JsonPath.<Number>read(body(), path).longValue();
		}

	}

}

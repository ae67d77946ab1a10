package dev.idempotency.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

/**
 * What the server does for the page at {@code /} only.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class DemoTests {

	private final HttpClient http = HttpClient.newHttpClient();

	private final String key = PaymentsClient.newKey();

	private final int port;

	private final PaymentsClient client;

	DemoTests(@LocalServerPort int port) {
		this.port = port;
		this.client = new PaymentsClient(port);
	}

	@Test
	void unprotectedPaymentsAreMadeAgain() throws Exception {
		assertThat(send(request("/demo/unprotected-payments")).statusCode()).isEqualTo(201);
		HttpResponse<String> again = send(request("/demo/unprotected-payments"));
		assertThat(again.statusCode()).isEqualTo(201);
		assertThat(again.headers().map()).containsKey("Location").doesNotContainKey("Idempotent-Replayed");
		assertThat(paid()).isEqualTo(2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/payments", "/demo/unprotected-payments" })
	void aLostResponseIsThatOfAPayment(String path) throws Exception {
		assertThatIOException().isThrownBy(() -> send(request(path).header("Demo-Lose-Response", "true")));
		assertThat(paid()).isEqualTo(1);
	}

	@Test
	void theNextAttemptGetsALostResponse() throws Exception {
		assertThatIOException().isThrownBy(() -> send(request("/payments").header("Demo-Lose-Response", "true")));
		HttpResponse<String> retry = send(request("/payments"));
		assertThat(retry.statusCode()).isEqualTo(201);
		assertThat(retry.headers().firstValue("Idempotent-Replayed")).contains("true");
		assertThat(paid()).isEqualTo(1);
	}

	@Test
	void aSlowPaymentHoldsItsKey() throws Exception {
		HttpRequest slow = request("/payments").header("Demo-Delay", "3000").build();
		CompletableFuture<HttpResponse<String>> answer = this.http.sendAsync(slow, BodyHandlers.ofString());
		await().until(() -> this.client.get("/actuator/idempotency?key=" + this.key).status() == 200);
		assertThat(send(request("/payments")).statusCode()).isEqualTo(409);
		assertThat(answer).isNotDone();
	}

	@ParameterizedTest
	@ValueSource(strings = { "-1", "10001", "99999999999", "1s", "" })
	void aDelayHasBounds(String delay) throws Exception {
		HttpResponse<String> refused = send(request("/payments").header("Demo-Delay", delay));
		assertThat(refused.statusCode()).isEqualTo(400);
		assertThat(refused.body()).contains("Demo-Delay is a number of milliseconds from 0 to 10000.");
		assertThat(send(request("/payments").header("Demo-Delay", "0")).statusCode()).isEqualTo(201);
	}

	@ParameterizedTest
	@CsvSource({ "/bookings, reserve, 1, 1", "/bookings, charge, 1, 1", "/demo/unprotected-bookings, reserve, 2, 1",
			"/demo/unprotected-bookings, charge, 2, 2" })
	void afterACrashOnlyStepsCarryOn(String path, String crashAfter, int reserved, int paid) throws Exception {
		HttpResponse<String> crash = send(request(path).header("Demo-Crash-After", crashAfter));
		assertThat(crash.statusCode()).isEqualTo(500);
		assertThat(crash.body()).contains("urn:payments:problem:crashed");
		assertThat(paid()).isEqualTo("charge".equals(crashAfter) ? 1 : 0);
		HttpResponse<String> retry = send(request(path));
		assertThat(retry.statusCode()).isEqualTo(201);
		assertThat(retry.headers().map()).doesNotContainKey("Idempotent-Replayed");
		assertThat(paid()).isEqualTo(paid);
		List<@Nullable String> payments = this.client.get("/bookings")
			.texts("$[?(@.reference == '" + this.key + "')].paymentId");
		assertThat(payments).hasSize(reserved).filteredOn(Objects::nonNull).hasSize(1);
	}

	@Test
	void aCrashAfterTheLastStepLeavesNothingToDoAgain() throws Exception {
		assertThat(send(request("/bookings").header("Demo-Crash-After", "confirm")).statusCode()).isEqualTo(500);
		assertThat(send(request("/bookings")).statusCode()).isEqualTo(201);
		assertThat(paid()).isEqualTo(1);
		assertThat(this.client.get("/bookings").texts("$[*].reference")).containsOnlyOnce(this.key);
	}

	@ParameterizedTest
	@CsvSource({ "/webhooks/transfers, 1", "/demo/unprotected-webhooks/transfers, 5" })
	void thePageCanPlayTheBank(String path, int paid) throws Exception {
		String event = "{\"id\": \"" + this.key + "\", \"payment\": " + order() + "}";
		String signature = send(post("/demo/signatures", event)).body();
		for (int i = 0; i < 5; i++) {
			assertThat(send(post(path, event).header("Webhook-Signature", signature)).statusCode()).isEqualTo(204);
		}
		assertThat(send(post(path, event).header("Webhook-Signature", "forged")).statusCode()).isEqualTo(400);
		assertThat(paid()).isEqualTo(paid);
	}

	private HttpRequest.Builder request(String path) {
		return post(path, order()).header("Idempotency-Key", '"' + this.key + '"');
	}

	private HttpRequest.Builder post(String path, String body) {
		return HttpRequest.newBuilder(URI.create("http://localhost:" + this.port + path))
			.header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString(body));
	}

	private String order() {
		return """
				{"amount": 1250, "currency": "EUR", "reference": "%s"}""".formatted(this.key);
	}

	private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
		return this.http.send(request.build(), BodyHandlers.ofString());
	}

	private int paid() {
		return Collections.frequency(this.client.get("/payments").texts("$[*].reference"), this.key);
	}

}

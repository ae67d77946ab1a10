package dev.idempotency.sample;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.test.web.servlet.client.EntityExchangeResult;
import org.springframework.test.web.servlet.client.RestTestClient;

import dev.idempotency.test.ReplayCheck;
import dev.idempotency.test.WebTestClientReplays;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Retries over HTTP, by the clients that Spring has for tests.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class PaymentReplayTests {

	private static final String BOOK = """
			{"amount": 1250, "currency": "EUR", "reference": "book"}""";

	private final String server;

	PaymentReplayTests(@LocalServerPort int port) {
		this.server = "http://localhost:" + port;
	}

	@Test
	void byWebTestClient() {
		WebTestClient client = WebTestClient.bindToServer().baseUrl(this.server).build();
		var first = WebTestClientReplays
			.assertReplayed(client.post().uri("/payments").contentType(MediaType.APPLICATION_JSON).bodyValue(BOOK));
		assertThat(first.getStatus()).isEqualTo(HttpStatus.CREATED);
	}

	@Test
	void byRestTestClient() {
		RestTestClient client = RestTestClient.bindToServer().baseUrl(this.server).build();
		ResponseEntity<byte[]> first = ReplayCheck.defaults().assertReplayed((key) -> {
			EntityExchangeResult<byte[]> result = client.post()
				.uri("/payments")
				.header("Idempotency-Key", key)
				.contentType(MediaType.APPLICATION_JSON)
				.body(BOOK)
				.exchange()
				.returnResult(byte[].class);
			return ResponseEntity.status(result.getStatus())
				.headers(result.getResponseHeaders())
				.body(result.getResponseBody());
		});
		assertThat(first.getStatusCode()).isEqualTo(HttpStatus.CREATED);
	}

}

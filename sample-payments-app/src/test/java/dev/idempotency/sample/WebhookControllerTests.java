package dev.idempotency.sample;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import dev.idempotency.sample.PaymentsClient.Answer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a bank sees that tells of transfers. The property is there to share one
 * application with {@link PaymentsApplicationTests}.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "idempotency.abandoned=reject")
class WebhookControllerTests {

	private static final String PATH = "/webhooks/transfers";

	private final String id = PaymentsClient.newKey();

	private final String event = """
			{"id": "%1$s", "payment": {"amount": 1250, "currency": "EUR", "reference": "%1$s"}}""".formatted(this.id);

	private final PaymentsClient client;

	WebhookControllerTests(@LocalServerPort int port) {
		this.client = new PaymentsClient(port);
	}

	@Test
	void aForgedEventDoesNotTakeTheKeyOfTheGenuineOne() throws Exception {
		Answer forged = deliver(this.event, sign("another"));
		assertThat(forged.status()).isEqualTo(400);
		assertThat(forged.text("$.detail")).isEqualTo("The bank has not signed this event.");
		assertThat(paid()).isZero();
		assertThat(deliver(this.event, sign(this.event)).status()).isEqualTo(204);
		assertThat(deliver(this.event, sign(this.event)).status()).isEqualTo(204);
		assertThat(paid()).isEqualTo(1);
	}

	@Test
	void aChangedEventIsNotThatWhichWasSigned() throws Exception {
		assertThat(deliver(this.event.replace("1250", "9999"), sign(this.event)).status()).isEqualTo(400);
		assertThat(paid()).isZero();
	}

	@Test
	void anUnsignedEventIsRefused() {
		assertThat(this.client.exchange("POST", PATH, Map.of("Content-Type", "application/json"), this.event).status())
			.isEqualTo(400);
		assertThat(paid()).isZero();
	}

	@Test
	void fiveDeliveriesAtOnceMakeOnePayment() throws Exception {
		List<Answer> answers = this.client.exchangeAtOnce(5, "POST", PATH, headers(sign(this.event)), this.event);
		assertThat(answers).extracting(Answer::status).contains(204).isSubsetOf(204, 409);
		assertThat(answers).filteredOn((answer) -> answer.status() == 409)
			.allSatisfy((answer) -> assertThat(answer.header("Retry-After")).isNotNull());
		assertThat(deliver(this.event, sign(this.event)).status()).isEqualTo(204);
		assertThat(paid()).isEqualTo(1);
	}

	@Test
	void anEventNeedsAnId() throws Exception {
		String nameless = this.event.replaceFirst("\"id\": .*?, ", "");
		Answer refused = deliver(nameless, sign(nameless));
		assertThat(refused.status()).isEqualTo(400);
		assertThat(refused.text("$.type")).isEqualTo("urn:idempotency:problem:key-missing");
		assertThat(paid()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "{", "null", "{}", """
			{"id": "evt", "payment": {"amount": 0, "currency": "EUR", "reference": "book"}}""" })
	void whatIsNoEventIsRefused(String body) throws Exception {
		assertThat(deliver(body, sign(body)).status()).isEqualTo(400);
	}

	private Answer deliver(String body, String signature) {
		return this.client.exchange("POST", PATH, headers(signature), body);
	}

	private static Map<String, String> headers(String signature) {
		return Map.of("Content-Type", "application/json", "Webhook-Signature", signature);
	}

	/** By itself, as the bank does. */
	private static String sign(String body) throws GeneralSecurityException {
		Mac mac = Mac.getInstance("HmacSHA256");
		mac.init(new SecretKeySpec("whsec_sample".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
		return HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
	}

	private int paid() {
		return Collections.frequency(this.client.get("/payments").texts("$[*].reference"), this.id);
	}

}

package dev.idempotency.behaviour;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.Future;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.idempotency.behaviour.app.Executions;
import dev.idempotency.behaviour.app.WebhooksApplication;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Section 9.6 of the behaviour: events that others send.
 */
class WebhookTests {

	private static TestApplication application;

	private final String id = UUID.randomUUID().toString();

	@BeforeAll
	static void start() {
		application = TestApplication.start(WebhooksApplication.class,
				List.of("idempotency.repository=jdbc", "spring.datasource.url=jdbc:h2:mem:webhooks;DB_CLOSE_DELAY=-1",
						"idempotency.operations.repository.header-name=X-GitHub-Delivery",
						"idempotency.operations.other-repository.header-name=X-GitHub-Delivery"));
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.6 forged requests with a known event id change nothing for the genuine one")
	void forgedFirst(Provider provider) {
		Call genuine = provider.event(this.id, "paid");
		Call forged = provider.forged(genuine);
		for (Call other : List.of(forged, provider.forged(provider.event(this.id, "not paid")))) {
			assertThat(other.send().status()).isEqualTo(provider.refusal);
		}
		assertThat(forged.executions()).isZero();
		assertThat(genuine.send().status()).isEqualTo(provider.success);
		assertThat(forged.send().status()).isEqualTo(provider.refusal);
		assertThat(genuine.send().status()).isEqualTo(provider.success);
		assertThat(genuine.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.6 five deliveries at once run once, and those that come too early may come again")
	void fiveAtOnce(Provider provider) {
		Call event = provider.event(this.id, "paid");
		try (Together together = new Together(); Executions.Gate gate = event.hold()) {
			Future<Answer> first = together.meanwhile(event::send);
			gate.awaitArrival();
			List<Answer> others = Together.all(4, (number) -> event.send());
			assertThat(others).allSatisfy((answer) -> {
				answer.assertProblem(409, "in-flight");
				assertThat(answer.header("Retry-After")).isNotNull();
			});
			gate.open();
			assertThat(Together.get(first).status()).isEqualTo(provider.success);
		}
		assertThat(Together.all(4, (number) -> event.send().status())).containsOnly(provider.success);
		assertThat(event.executions()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.6 two endpoints that share the id of a delivery run once each")
	void twoEndpoints(Provider provider) {
		Call event = provider.event(this.id, "paid");
		Call other = event.target(provider.otherTarget);
		for (Call call : List.of(event, other, event, other)) {
			assertThat(call.send().status()).isEqualTo(provider.success);
		}
		assertThat(event.executions()).isEqualTo(2);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("9.6 without id each delivery runs, though its body is equal")
	void withoutId(Provider provider) {
		Call event = provider.event(null, "paid");
		assertThat(event.send().status()).isEqualTo(provider.success);
		assertThat(event.send().status()).isEqualTo(provider.success);
		assertThat(event.executions()).isEqualTo(2);
	}

	/**
	 * Who sends events.
	 */
	enum Provider {

		/** The id is in the body; time and body are signed. */
		LIKE_STRIPE("/webhooks/payments", "/webhooks/refunds", 204, 400) {

			@Override
			Call event(@Nullable String id, String type) {
				String body = (id != null) ? "{\"id\":\"" + id + "\",\"type\":\"" + type + "\"}"
						: "{\"type\":\"" + type + "\"}";
				return post().json(body)
					.header("Webhook-Signature", "t=1700000000,v1=" + WebhooksApplication.sign("1700000000." + body));
			}

			@Override
			Call forged(Call event) {
				return event.header("Webhook-Signature", "t=1700000001,v1=" + WebhooksApplication.sign("another"));
			}

		},

		/** The id is in a header; the body is signed. */
		LIKE_GITHUB("/webhooks/repository", "/webhooks/other-repository", 202, 403) {

			@Override
			Call event(@Nullable String id, String type) {
				String body = "{\"type\":\"" + type + "\"}";
				Call event = post().json(body)
					.header("X-Hub-Signature-256", "sha256=" + WebhooksApplication.sign(body));
				return (id != null) ? event.header("X-GitHub-Delivery", id) : event;
			}

			@Override
			Call forged(Call event) {
				return event.header("X-Hub-Signature-256", "sha256=" + WebhooksApplication.sign("another"));
			}

		};

		private final String target;

		private final String otherTarget;

		private final int success;

		private final int refusal;

		Provider(String target, String otherTarget, int success, int refusal) {
			this.target = target;
			this.otherTarget = otherTarget;
			this.success = success;
			this.refusal = refusal;
		}

		Call post() {
			return Call.post(application, this.target);
		}

		/** An event, as its provider sends it. */
		abstract Call event(@Nullable String id, String type);

		/** The same, of somebody who knows the id but not the secret. */
		abstract Call forged(Call event);

	}

}

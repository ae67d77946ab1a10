package dev.idempotency.faults;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.UUID;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.core.env.Environment;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

import dev.idempotency.Idempotent;
import dev.idempotency.IdempotentSteps;

/**
 * An operation whose effects are those of its steps, at a provider, and whose answer
 * consists of their results.
 */
@RestController
@ConditionalOnProperty("faults.effects")
final class StepController {

	private final HttpClient client = HttpClient.newHttpClient();

	private final IdempotentSteps steps;

	private final Sabotage sabotage;

	private final String provider;

	StepController(IdempotentSteps steps, Sabotage sabotage, Environment environment) {
		this.steps = steps;
		this.sabotage = sabotage;
		this.provider = environment.getRequiredProperty("faults.effects");
	}

	@PostMapping("/operations/STEPS")
	@Idempotent
	ResponseEntity<byte[]> run(@RequestHeader("Idempotency-Key") String operation, @RequestBody byte[] body)
			throws IOException, InterruptedException {
		ByteBuffer results = ByteBuffer.allocate(Provider.STEPS * Attempt.EXECUTION_LENGTH);
		this.sabotage.reach(0);
		try {
			for (int step = 0; step < Provider.STEPS; step++) {
				UUID result = run(operation, step);
				send(Provider.returned(step, operation), "none", result.toString());
				this.sabotage.reach(2 * step + 2);
				results.putLong(result.getMostSignificantBits()).putLong(result.getLeastSignificantBits());
			}
		}
		catch (ProviderException ex) {
			return ResponseEntity.internalServerError().header("X-Purpose", "true").build();
		}
		return ResponseEntity.status(Kind.STEPS.status())
			.contentType(MediaType.APPLICATION_OCTET_STREAM)
			.body(results.array());
	}

	private UUID run(String operation, int step) throws IOException, InterruptedException {
		IdempotentSteps.Step<UUID, Exception> action = (key) -> {
			String result = send(Provider.call(step, operation), key, "");
			this.sabotage.reach(2 * step + 1);
			return UUID.fromString(result);
		};
		try {
			return (step < Provider.STEPS - 1) ? this.steps.run("step-" + step, UUID.class, action)
					: this.steps.atMostOnce("step-" + step, UUID.class, action);
		}
		catch (IOException | InterruptedException | RuntimeException ex) {
			throw ex;
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private String send(String path, String key, String body) throws IOException, InterruptedException {
		HttpResponse<String> response = this.client.send(HttpRequest.newBuilder(URI.create(this.provider + path))
			.header("Idempotency-Key", key)
			.POST(BodyPublishers.ofString(body))
			.build(), BodyHandlers.ofString());
		if (response.statusCode() != 200) {
			throw new ProviderException();
		}
		return response.body();
	}

	/**
	 * The provider has answered with an error.
	 */
	private static final class ProviderException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		ProviderException() {
			super("The provider failed on purpose");
		}

	}

}

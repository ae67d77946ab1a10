package dev.idempotency.behaviour.app;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

import com.fasterxml.jackson.annotation.JsonIgnore;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.Assert;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

import dev.idempotency.Idempotent;

/**
 * Answers what the request asks for, and the number of the run in the body.
 */
@RestController
public class RespondController {

	private final Executions executions;

	RespondController(Executions executions) {
		this.executions = executions;
	}

	@PostMapping("/respond")
	@Idempotent
	ResponseEntity<byte[]> respond(@RequestBody Wanted wanted, HttpServletRequest request) {
		return response(wanted, request);
	}

	@PostMapping("/respond/unless-pending")
	@Idempotent(unless = "#result['state'] == 'pending'")
	ResponseEntity<Map<String, Object>> unlessPending(HttpServletRequest request) {
		int run = this.executions.enter(request);
		return ResponseEntity.status(201).body(Map.of("run", run, "state", (run == 1) ? "pending" : "done"));
	}

	@PostMapping("/respond/unless-accepted")
	@Idempotent(unless = "#status == 202")
	ResponseEntity<byte[]> unlessAccepted(@RequestBody Wanted wanted, HttpServletRequest request) {
		return response(wanted, request);
	}

	@PostMapping("/respond/unless-empty")
	@Idempotent(unless = "#result == null")
	ResponseEntity<byte[]> unlessEmpty(@RequestBody Wanted wanted, HttpServletRequest request) {
		return response(wanted, request);
	}

	@PostMapping("/respond/unless-failing")
	@Idempotent(unless = "#result.isPending()")
	Delicate unlessFailing(HttpServletRequest request) {
		return new Delicate(this.executions.enter(request));
	}

	/** Encodes the text that the request consists of by itself, if it can. */
	@PostMapping("/respond/encoded")
	@Idempotent
	ResponseEntity<byte[]> encoded(@RequestParam String encoding, @RequestBody String text, HttpServletRequest request)
			throws IOException {
		byte[] plain = (text + " " + this.executions.enter(request)).getBytes(StandardCharsets.UTF_8);
		ByteArrayOutputStream encoded = new ByteArrayOutputStream();
		try (OutputStream stream = encoding.equals("gzip") ? new GZIPOutputStream(encoded) : encoded) {
			stream.write(plain);
		}
		return ResponseEntity.ok()
			.contentType(MediaType.TEXT_PLAIN)
			.header(HttpHeaders.CONTENT_ENCODING, encoding)
			.header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING)
			.body(encoded.toByteArray());
	}

	private ResponseEntity<byte[]> response(Wanted wanted, HttpServletRequest request) {
		int run = this.executions.enter(request);
		HttpHeaders headers = new HttpHeaders();
		wanted.headers().forEach(headers::put);
		ResponseEntity.BodyBuilder response = ResponseEntity.status(wanted.status()).headers(headers);
		return (wanted.body() != null) ? response.body((wanted.body() + " " + run).getBytes(StandardCharsets.UTF_8))
				: response.build();
	}

	/**
	 * The response that a test wants.
	 *
	 * @param status its status
	 * @param headers its headers
	 * @param body the start of its body, {@code null} for none
	 */
	public record Wanted(int status, Map<String, List<String>> headers, @Nullable String body) {
	}

	/**
	 * A result of which something cannot be told.
	 *
	 * @param run the number of the run
	 */
	public record Delicate(int run) {

		/**
		 * Fails on every run.
		 * @return whether there was no run
		 */
		@JsonIgnore
		public boolean isPending() {
			Assert.state(this.run == 0, "Nobody knows");
			return true;
		}

	}

}

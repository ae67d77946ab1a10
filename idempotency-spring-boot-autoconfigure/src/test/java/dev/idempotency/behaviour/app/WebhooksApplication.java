package dev.idempotency.behaviour.app;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Service;
import org.springframework.util.StreamUtils;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.server.ResponseStatusException;

import dev.idempotency.Idempotent;
import dev.idempotency.web.IdempotencyScopeResolver;
import dev.idempotency.web.PrincipalScopeResolver;

/**
 * An application that gets events from others, signed by them.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import({ Executions.class, WebhooksApplication.PaymentWebhook.class, WebhooksApplication.PaymentEvents.class,
		WebhooksApplication.RepositoryWebhook.class })
public class WebhooksApplication {

	static final String SECRET = "whsec";

	/**
	 * Returns the signature of a text.
	 * @param text what is signed
	 * @return the signature, in hexadecimal digits
	 */
	public static String sign(String text) {
		try {
			Mac mac = Mac.getInstance("HmacSHA256");
			mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
			return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static boolean isSigned(String text, @Nullable String signature) {
		return signature != null && MessageDigest.isEqual(sign(text).getBytes(StandardCharsets.UTF_8),
				signature.getBytes(StandardCharsets.UTF_8));
	}

	/** Two endpoints may get deliveries with one id. */
	@Bean
	IdempotencyScopeResolver webhookScopeResolver() {
		PrincipalScopeResolver user = new PrincipalScopeResolver();
		return (request) -> request.getRequestURI().startsWith("/webhooks/") ? request.getRequestURI()
				: user.resolve(request);
	}

	/** Outside of the filter that claims keys, as Spring Security is. */
	@Bean
	FilterRegistrationBean<SignatureFilter> signatureFilter() {
		FilterRegistrationBean<SignatureFilter> filter = new FilterRegistrationBean<>(new SignatureFilter());
		filter.addUrlPatterns("/webhooks/repository", "/webhooks/other-repository");
		filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 100);
		return filter;
	}

	/**
	 * An event of a provider who has its id in the body.
	 *
	 * @param id the id, which every delivery of the event has
	 * @param type what has happened
	 */
	record PaymentEvent(@Nullable String id, String type) {
	}

	/**
	 * Checks the signature, then has the event dealt with once.
	 */
	@RestController
	static class PaymentWebhook {

		private final ObjectMapper json;

		private final PaymentEvents events;

		PaymentWebhook(ObjectMapper json, PaymentEvents events) {
			this.json = json;
			this.events = events;
		}

		@PostMapping("/webhooks/payments")
		@ResponseStatus(HttpStatus.NO_CONTENT)
		void receive(@RequestHeader("Webhook-Signature") String signature, @RequestBody String body)
				throws IOException {
			this.events.on(read(signature, body));
		}

		@PostMapping("/webhooks/refunds")
		@ResponseStatus(HttpStatus.NO_CONTENT)
		void receiveRefund(@RequestHeader("Webhook-Signature") String signature, @RequestBody String body)
				throws IOException {
			this.events.onRefund(read(signature, body));
		}

		private PaymentEvent read(String signature, String body) throws IOException {
			String[] parts = signature.split("[=,]", -1);
			if (parts.length != 4 || !isSigned(parts[1] + "." + body, parts[3])) {
				throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "Not signed by the provider");
			}
			return this.json.readValue(body, PaymentEvent.class);
		}

	}

	/**
	 * Deals with events.
	 */
	@Service
	static class PaymentEvents {

		private final Executions executions;

		private final HttpServletRequest request;

		PaymentEvents(Executions executions, HttpServletRequest request) {
			this.executions = executions;
			this.request = request;
		}

		@Idempotent(key = "#event.id()", required = false)
		void on(PaymentEvent event) {
			this.executions.enter(this.request);
		}

		@Idempotent(key = "#event.id()", required = false)
		void onRefund(PaymentEvent event) {
			this.executions.enter(this.request);
		}

	}

	/**
	 * Gets events whose id is in a header, behind the filter that checks their signature.
	 */
	@RestController
	static class RepositoryWebhook {

		private final Executions executions;

		RepositoryWebhook(Executions executions) {
			this.executions = executions;
		}

		@PostMapping("/webhooks/repository")
		@Idempotent(operation = "repository", required = false)
		ResponseEntity<String> receive(@RequestBody String event, HttpServletRequest request) {
			return ResponseEntity.accepted().body("run " + this.executions.enter(request));
		}

		@PostMapping("/webhooks/other-repository")
		@Idempotent(operation = "other-repository", required = false)
		ResponseEntity<String> receiveOther(@RequestBody String event, HttpServletRequest request) {
			return ResponseEntity.accepted().body("run " + this.executions.enter(request));
		}

	}

	/**
	 * Lets in what is signed.
	 */
	static class SignatureFilter extends OncePerRequestFilter {

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			byte[] body = StreamUtils.copyToByteArray(request.getInputStream());
			String signature = request.getHeader("X-Hub-Signature-256");
			if (isSigned(new String(body, StandardCharsets.UTF_8),
					(signature != null) ? signature.replaceFirst("^sha256=", "") : null)) {
				chain.doFilter(new ReadRequest(request, body), response);
			}
			else {
				response.sendError(HttpStatus.FORBIDDEN.value());
			}
		}

	}

	/**
	 * A request whose body has been read.
	 */
	static class ReadRequest extends HttpServletRequestWrapper {

		private final byte[] body;

		ReadRequest(HttpServletRequest request, byte[] body) {
			super(request);
			this.body = body;
		}

		@Override
		public ServletInputStream getInputStream() {
			ByteArrayInputStream content = new ByteArrayInputStream(this.body);
			return new ServletInputStream() {

				@Override
				public int read() {
					return content.read();
				}

				@Override
				public int read(byte[] bytes, int offset, int length) {
					return content.read(bytes, offset, length);
				}

				@Override
				public boolean isFinished() {
					return content.available() == 0;
				}

				@Override
				public boolean isReady() {
					return true;
				}

				@Override
				public void setReadListener(ReadListener listener) {
					throw new UnsupportedOperationException();
				}

			};
		}

	}

}

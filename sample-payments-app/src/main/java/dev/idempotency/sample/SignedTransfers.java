package dev.idempotency.sample;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import jakarta.validation.Validator;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the events of the bank, and refuses with status 400 what the bank has not signed:
 * the signature is the HMAC-SHA256 of the body under a secret that both know.
 */
@Component
public class SignedTransfers {

	/** The header with the signature, in hexadecimal digits. */
	public static final String HEADER = "Webhook-Signature";

	private static final String ALGORITHM = "HmacSHA256";

	private final SecretKeySpec secret;

	private final JsonMapper json;

	private final Validator validator;

	SignedTransfers(@Value("${webhooks.secret}") String secret, JsonMapper json, Validator validator) {
		this.secret = new SecretKeySpec(bytes(secret), ALGORITHM);
		this.json = json;
		this.validator = validator;
	}

	public String sign(byte[] body) {
		try {
			Mac mac = Mac.getInstance(ALGORITHM);
			mac.init(this.secret);
			return HexFormat.of().formatHex(mac.doFinal(body));
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("Every Java platform has " + ALGORITHM, ex);
		}
	}

	public TransferReceived read(String signature, byte[] body) {
		if (!MessageDigest.isEqual(bytes(sign(body)), bytes(signature))) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "The bank has not signed this event.");
		}
		TransferReceived event = parse(body);
		if (event == null || !this.validator.validate(event).isEmpty()) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "This event is not complete.");
		}
		return event;
	}

	private @Nullable TransferReceived parse(byte[] body) {
		try {
			return this.json.readValue(body, TransferReceived.class);
		}
		catch (JacksonException ex) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "This event cannot be read.", ex);
		}
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}

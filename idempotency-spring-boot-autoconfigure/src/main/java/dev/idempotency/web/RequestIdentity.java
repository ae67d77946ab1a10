package dev.idempotency.web;

import java.io.IOException;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.web.method.HandlerMethod;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.PartsDigest;
import dev.idempotency.repository.RecordId;

/**
 * Tells which operation a request asks for: by its key, by whose key that is, and by what
 * tells a retry from another request.
 */
final class RequestIdentity {

	private final IdempotencyStrategies strategies;

	private final String namespace;

	private final HandlerObservers observers;

	RequestIdentity(IdempotencyStrategies strategies, String namespace, HandlerObservers observers) {
		this.strategies = strategies;
		this.namespace = namespace;
		this.observers = observers;
	}

	/**
	 * Returns the key, with the body read if there is one. The header is looked at before
	 * the body, which without a key, or with a malformed one, is not ours to read.
	 */
	@Nullable IdempotencyKey key(HttpServletRequest request, IdempotencyRequestWrapper wrapper, HandlerMethod handler,
			HandlerOperation operation) throws IOException, ServletException {
		IdempotencyKeyResolver resolver = this.strategies.key();
		if (resolver == null) {
			IdempotencyKey key = operation.keyParser().parse(request);
			if (key != null) {
				RequestBodies.prepare(request, wrapper, handler, this.observers, operation);
			}
			return key;
		}
		RequestBodies.prepare(request, wrapper, handler, this.observers, operation);
		try {
			String key = resolver.resolve(RereadRequest.of(request), operation);
			return (key != null) ? operation.keyParser().check(key) : null;
		}
		catch (IOException ex) {
			throw RequestBodies.unreadable(request, ex);
		}
	}

	/**
	 * Returns what identifies the record of a request.
	 * @param request the request
	 * @param key its key
	 * @return the identity
	 */
	RecordId id(HttpServletRequest request, IdempotencyKey key) {
		return RecordId.of(this.namespace, scope(request), key);
	}

	private String scope(HttpServletRequest request) {
		String scope = this.strategies.scope().resolve(request);
		if (scope == null) {
			throw new IllegalStateException("The IdempotencyScopeResolver ("
					+ this.strategies.scope().getClass().getName()
					+ ") returned null. Return the scope of the caller, or an empty string if all callers share one;"
					+ " for a caller who must not come here, throw an exception");
		}
		return scope;
	}

	/**
	 * Returns what tells a retry from another request: two operations on one path, told
	 * apart by a header or a version, never answer for each other.
	 */
	Fingerprint fingerprint(HttpServletRequest request, HandlerOperation operation)
			throws IOException, ServletException {
		PartsDigest digest = new PartsDigest().add(operation.operation().name());
		IdempotencyFingerprintResolver resolver = this.strategies.fingerprint();
		try {
			resolver.resolve((resolver instanceof StandardFingerprintResolver) ? request : RereadRequest.of(request),
					operation, digest);
		}
		catch (IOException ex) {
			throw RequestBodies.unreadable(request, ex);
		}
		return Fingerprint.of(digest.toBytes());
	}

}

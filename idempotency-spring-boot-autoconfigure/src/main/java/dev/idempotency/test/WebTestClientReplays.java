package dev.idempotency.test;

import org.springframework.http.HttpHeaders;
import org.springframework.test.web.reactive.server.EntityExchangeResult;
import org.springframework.test.web.reactive.server.WebTestClient;

import dev.idempotency.test.ReplayCheck.Reply;

/**
 * Asserts with {@link WebTestClient}, over HTTP or bound to {@code MockMvc}, that an
 * operation is idempotent.
 *
 * @since 0.1.0
 */
public final class WebTestClientReplays {

	private WebTestClientReplays() {
	}

	/**
	 * Sends a request twice under one key and asserts that it ran once: the first
	 * response is no replay, the second one is, with the same status, body and headers.
	 * @param request the request; a key of its own, if it has one, must not have been
	 * used
	 * @return the first response
	 * @throws AssertionError if it is not so
	 */
	public static EntityExchangeResult<byte[]> assertReplayed(WebTestClient.RequestHeadersSpec<?> request) {
		return assertReplayed(request, ReplayCheck.defaults());
	}

	/**
	 * Does the same for an application whose headers have other names.
	 * @param request the request; a key of its own, if it has one, must not have been
	 * used
	 * @param check knows the names of the headers
	 * @return the first response
	 * @throws AssertionError if it is not so
	 */
	public static EntityExchangeResult<byte[]> assertReplayed(WebTestClient.RequestHeadersSpec<?> request,
			ReplayCheck check) {
		String key = ReplayCheck.newKey();
		request.headers((headers) -> addKey(headers, check.keyHeader(), key));
		EntityExchangeResult<byte[]> first = send(request);
		check.assertReplay(reply(first), reply(send(request)));
		return first;
	}

	private static void addKey(HttpHeaders headers, String header, String key) {
		if (headers.getFirst(header) == null) {
			headers.set(header, key);
		}
	}

	private static EntityExchangeResult<byte[]> send(WebTestClient.RequestHeadersSpec<?> request) {
		return request.exchange().expectBody().returnResult();
	}

	private static Reply reply(EntityExchangeResult<byte[]> result) {
		return Reply.of(result.getStatus().value(), result.getResponseHeaders(), result.getResponseBody());
	}

}

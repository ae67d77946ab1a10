package dev.idempotency.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import dev.idempotency.client.hostile.HostileServer;

/**
 * Stands between a client and a server, and does to one request after the other what a
 * test wants. When it has done all, it is a good proxy.
 */
final class FaultyProxy implements AutoCloseable {

	private final HostileServer server;

	private final Queue<Fault> faults;

	/**
	 * Creates a proxy and starts it.
	 * @param target the port of the server
	 * @param faults what to do to the first requests
	 */
	FaultyProxy(int target, Fault... faults) {
		this.faults = new ConcurrentLinkedQueue<>(List.of(faults));
		this.server = new HostileServer((connection) -> {
			byte[] request = connection.read().toString().getBytes(StandardCharsets.ISO_8859_1);
			Fault fault = this.faults.poll();
			((fault != null) ? fault : Fault.NONE).serve(request, connection.socket(), target);
		});
	}

	String url() {
		return this.server.url();
	}

	/** Does something to the next requests. */
	void spoil(Fault... more) {
		this.faults.addAll(List.of(more));
	}

	/** The requests so far, as text. */
	List<String> requests() {
		return this.server.requests().stream().map(HostileServer.Request::toString).toList();
	}

	/** The keys of the requests so far, each once. */
	List<String> keys() {
		return this.server.keys();
	}

	@Override
	public void close() {
		this.server.close();
	}

	/**
	 * What becomes of a request.
	 */
	@FunctionalInterface
	interface Fault {

		/** It is answered. */
		Fault NONE = (request, client, target) -> client.getOutputStream().write(forward(request, target));

		/** It does not reach the server. */
		Fault LOST_REQUEST = (request, client, target) -> client.shutdownOutput();

		/** The connection is reset before it reaches the server. */
		Fault RESET = (request, client, target) -> client.setSoLinger(true, 0);

		/** The server did its work, and nothing comes back. */
		Fault LOST_RESPONSE = (request, client, target) -> forward(request, target);

		/** The server did its work, and the connection is reset. */
		Fault RESET_RESPONSE = (request, client, target) -> {
			forward(request, target);
			client.setSoLinger(true, 0);
		};

		/** The server did its work, and half of the response comes back. */
		Fault CUT_RESPONSE = (request, client, target) -> {
			byte[] response = forward(request, target);
			client.getOutputStream().write(response, 0, response.length - 10);
		};

		/** The response comes when the client has given up. */
		Fault DELAY = (request, client, target) -> {
			byte[] response = forward(request, target);
			client.setSoTimeout((int) Client.READ_TIMEOUT.multipliedBy(3).toMillis());
			client.getInputStream().read();
			client.getOutputStream().write(response);
		};

		/** A gateway answers in place of the server. */
		Fault UNAVAILABLE = answer("503 Service Unavailable", "Retry-After: 0");

		/** The server did its work, and a gateway says that it did not answer. */
		Fault GATEWAY_TIMEOUT = (request, client, target) -> {
			forward(request, target);
			answer("504 Gateway Timeout", "X-From: gateway").serve(request, client, target);
		};

		/**
		 * An answer in place of the server's.
		 * @param status status and reason
		 * @param header a header
		 */
		static Fault answer(String status, String header) {
			return answer(status, header, "");
		}

		/**
		 * An answer in place of the server's.
		 * @param status status and reason
		 * @param header a header
		 * @param body the body
		 */
		static Fault answer(String status, String header, String body) {
			return (request, client, target) -> client.getOutputStream()
				.write(("HTTP/1.1 " + status + "\r\n" + header + "\r\nConnection: close\r\nContent-Length: "
						+ body.length() + "\r\n\r\n" + body)
					.getBytes(StandardCharsets.ISO_8859_1));
		}

		void serve(byte[] request, Socket client, int target) throws IOException;

		private static byte[] forward(byte[] request, int target) throws IOException {
			String text = new String(request, StandardCharsets.ISO_8859_1).replaceFirst("(?i)\r\nconnection:[^\r]*", "")
				.replaceFirst("\r\n", "\r\nConnection: close\r\n");
			try (Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
				server.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
				return server.getInputStream().readAllBytes();
			}
		}

	}

}

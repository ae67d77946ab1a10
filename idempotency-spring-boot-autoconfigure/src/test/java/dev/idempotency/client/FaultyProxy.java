package dev.idempotency.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

/**
 * Stands between a client and a server, and does to one request after the other what a
 * test wants. When it has done all, it is a good proxy.
 */
final class FaultyProxy implements AutoCloseable {

	private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");

	private static final Pattern KEY = Pattern.compile("(?i)\r\nidempotency-key: *([^\r]*)");

	private final int target;

	private final ServerSocket listener;

	private final Queue<Fault> faults;

	private final List<String> requests = new CopyOnWriteArrayList<>();

	/**
	 * Creates a proxy and starts it.
	 * @param target the port of the server
	 * @param faults what to do to the first requests
	 */
	FaultyProxy(int target, Fault... faults) {
		this.target = target;
		this.faults = new ConcurrentLinkedQueue<>(List.of(faults));
		try {
			this.listener = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		start(this::accept);
	}

	String url() {
		return "http://localhost:" + this.listener.getLocalPort();
	}

	/** Does something to the next requests. */
	void spoil(Fault... more) {
		this.faults.addAll(List.of(more));
	}

	/** The requests so far, as text. */
	List<String> requests() {
		return this.requests;
	}

	/** The keys of the requests so far, each once. */
	List<String> keys() {
		return this.requests.stream()
			.flatMap((request) -> KEY.matcher(request).results().map((match) -> match.group(1)))
			.distinct()
			.toList();
	}

	private void accept() throws IOException {
		while (true) {
			Socket client = this.listener.accept();
			start(() -> serve(client));
		}
	}

	private void serve(Socket client) throws IOException {
		try (client) {
			byte[] request = read(client.getInputStream());
			if (request.length > 0) {
				this.requests.add(new String(request, StandardCharsets.ISO_8859_1));
				Fault fault = this.faults.poll();
				((fault != null) ? fault : Fault.NONE).serve(request, client, this.target);
			}
		}
	}

	private static byte[] read(InputStream in) throws IOException {
		ByteArrayOutputStream request = new ByteArrayOutputStream();
		while (!request.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
			int next = in.read();
			if (next == -1) {
				return new byte[0];
			}
			request.write(next);
		}
		int length = LENGTH.matcher(request.toString(StandardCharsets.ISO_8859_1))
			.results()
			.mapToInt((match) -> Integer.parseInt(match.group(1)))
			.findFirst()
			.orElse(0);
		request.write(in.readNBytes(length));
		return request.toByteArray();
	}

	private static void start(Work work) {
		Thread thread = new Thread(() -> {
			try {
				work.run();
			}
			catch (IOException ex) {
				// The connection is over
			}
		}, "faulty-proxy");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() {
		try {
			this.listener.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
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

	private interface Work {

		void run() throws IOException;

	}

}

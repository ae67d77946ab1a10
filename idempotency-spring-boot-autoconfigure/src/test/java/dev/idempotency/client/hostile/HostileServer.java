package dev.idempotency.client.hostile;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An HTTP/1.1 server that does to each connection what a test wants, and remembers what
 * it read. A connection is good for one request.
 */
public final class HostileServer implements AutoCloseable {

	private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");

	private static final Pattern CHUNKED = Pattern.compile("(?i)\r\ntransfer-encoding: *chunked");

	private static final ExecutorService threads = Executors.newCachedThreadPool((work) -> {
		Thread thread = new Thread(work, "hostile-server");
		thread.setDaemon(true);
		return thread;
	});

	private final ServerSocket listener;

	private final Behaviour behaviour;

	private final List<Request> requests = new CopyOnWriteArrayList<>();

	/**
	 * Creates a server and starts it.
	 * @param behaviour what becomes of each connection
	 */
	public HostileServer(Behaviour behaviour) {
		this.behaviour = behaviour;
		try {
			this.listener = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		start(this::accept);
	}

	public String url() {
		return "http://localhost:" + this.listener.getLocalPort();
	}

	/** The requests that were read whole. */
	public List<Request> requests() {
		return this.requests;
	}

	/** The keys of the requests so far, each once. */
	public List<String> keys() {
		return this.requests.stream().flatMap((request) -> request.header("Idempotency-Key")).distinct().toList();
	}

	private void accept() throws IOException {
		while (true) {
			Socket client = this.listener.accept();
			start(() -> {
				try (client) {
					this.behaviour.serve(new Connection(client));
				}
			});
		}
	}

	private static void start(Work work) {
		threads.execute(() -> {
			try {
				work.run();
			}
			catch (IOException ex) {
				// The connection is over
			}
		});
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
	 * What becomes of a connection.
	 */
	@FunctionalInterface
	public interface Behaviour {

		void serve(Connection connection) throws IOException;

		/** Behaves otherwise for the first connections. */
		default Behaviour butFirst(int times, Behaviour first) {
			int[] connections = { 0 };
			return (connection) -> {
				boolean early;
				synchronized (connections) {
					early = connections[0]++ < times;
				}
				(early ? first : this).serve(connection);
			};
		}

	}

	/**
	 * A request as it came.
	 */
	public static final class Request {

		private final String head;

		private final byte[] body;

		private Request(String head, byte[] body) {
			this.head = head;
			this.body = body;
		}

		/** Request line and headers, each with its line end. */
		public String head() {
			return this.head;
		}

		/** The body, without chunks. */
		public byte[] body() {
			return this.body.clone();
		}

		/** The values of a header. */
		public Stream<String> header(String name) {
			return Pattern.compile("(?i)\r\n" + name + ": *([^\r]*)")
				.matcher(this.head)
				.results()
				.map((match) -> match.group(1));
		}

		@Override
		public String toString() {
			return this.head + new String(this.body, StandardCharsets.ISO_8859_1);
		}

	}

	/**
	 * A connection of a client.
	 */
	public final class Connection {

		private final Socket socket;

		private final InputStream in;

		private Connection(Socket socket) throws IOException {
			this.socket = socket;
			this.in = new BufferedInputStream(socket.getInputStream());
		}

		public Socket socket() {
			return this.socket;
		}

		/**
		 * Reads a request and remembers it.
		 * @throws IOException if none comes whole
		 */
		public Request read() throws IOException {
			StringBuilder head = new StringBuilder();
			while (!line(head).isBlank()) {
				// Another header
			}
			Matcher length = LENGTH.matcher(head);
			byte[] body = CHUNKED.matcher(head).find() ? readChunks()
					: this.in.readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0);
			Request request = new Request(head.toString(), body);
			HostileServer.this.requests.add(request);
			return request;
		}

		private byte[] readChunks() throws IOException {
			ByteArrayOutputStream body = new ByteArrayOutputStream();
			while (true) {
				int length = Integer.parseInt(line(new StringBuilder()).strip(), 16);
				body.write(this.in.readNBytes(length));
				this.in.readNBytes(2);
				if (length == 0) {
					return body.toByteArray();
				}
			}
		}

		private String line(StringBuilder text) throws IOException {
			int start = text.length();
			int next;
			do {
				next = this.in.read();
				if (next == -1) {
					throw new IOException("No request");
				}
				text.append((char) next);
			}
			while (next != '\n');
			return text.substring(start);
		}

		public void write(String text) throws IOException {
			this.socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
		}

		/** Makes the end of the connection a reset. */
		public void reset() throws IOException {
			this.socket.setSoLinger(true, 0);
			this.socket.close();
		}

		/**
		 * Waits, unless the client goes.
		 * @param millis how long
		 * @return whether the client is still there
		 */
		public boolean pause(int millis) throws IOException {
			this.socket.setSoTimeout(millis);
			try {
				return this.in.read() != -1;
			}
			catch (SocketTimeoutException ex) {
				return true;
			}
		}

	}

	private interface Work {

		void run() throws IOException;

	}

}

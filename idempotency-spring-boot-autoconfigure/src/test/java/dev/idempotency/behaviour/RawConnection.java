package dev.idempotency.behaviour;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A connection on which a test says byte for byte what it sends, and sees byte for byte
 * what comes back. Texts are ISO-8859-1: a character is a byte.
 */
final class RawConnection implements AutoCloseable {

	private static final int TIMEOUT_MILLIS = 60_000;

	private final Socket socket;

	private final InputStream input;

	private final OutputStream output;

	private RawConnection(Socket socket) throws IOException {
		this.socket = socket;
		this.input = new BufferedInputStream(socket.getInputStream());
		this.output = socket.getOutputStream();
	}

	static RawConnection to(TestApplication application) {
		return connect(new Socket(), application);
	}

	// A connection of a client that takes little at a time
	static RawConnection narrow(TestApplication application) {
		Socket socket = new Socket();
		try {
			socket.setReceiveBufferSize(4096);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return connect(socket, application);
	}

	private static RawConnection connect(Socket socket, TestApplication application) {
		try {
			socket.connect(new InetSocketAddress("localhost", application.port()));
			socket.setSoTimeout(TIMEOUT_MILLIS);
			socket.setTcpNoDelay(true);
			return new RawConnection(socket);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	// The first line and the headers of a request, with the empty line after them
	static String head(String method, String target, String... headerLines) {
		StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n");
		for (String line : headerLines) {
			head.append(line).append("\r\n");
		}
		return head.append("\r\n").toString();
	}

	// A request without body, with a key of the name of its case
	static String post(String target, String name) {
		return head("POST", target, "Content-Length: 0", "Idempotency-Key: \"" + name + "\"", "X-Case: " + name);
	}

	static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.ISO_8859_1);
	}

	RawConnection send(String text) {
		return send(text.getBytes(StandardCharsets.ISO_8859_1));
	}

	RawConnection send(byte[] bytes) {
		try {
			this.output.write(bytes);
			this.output.flush();
			return this;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	// Lets the server see the end of what is sent, and still receives
	RawConnection endOfInput() {
		try {
			this.socket.shutdownOutput();
			return this;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	// Hangs up at once, with a reset
	void hangUp() {
		try {
			this.socket.setSoLinger(true, 0);
			this.socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	// Waits for the first byte of a response, which stays to be received
	void awaitFirstByte() {
		try {
			this.input.mark(1);
			if (this.input.read() == -1) {
				throw new EOFException();
			}
			this.input.reset();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	// Everything up to the end of the connection
	byte[] receiveAll() {
		try {
			return this.input.readAllBytes();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	// The next response, an interim one (1xx) included
	Answer receive() {
		try {
			String statusLine = readLine();
			int status = Integer.parseInt(statusLine.substring("HTTP/1.1 ".length(), "HTTP/1.1 ".length() + 3));
			Map<String, List<String>> headers = new TreeMap<>();
			for (String line = readLine(); !line.isEmpty(); line = readLine()) {
				int colon = line.indexOf(':');
				headers.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), (name) -> new ArrayList<>())
					.add(line.substring(colon + 1).strip());
			}
			return new Answer(status, headers, readBody(status, headers));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private byte[] readBody(int status, Map<String, List<String>> headers) throws IOException {
		if (status < 200 || status == 204 || status == 304) {
			return new byte[0];
		}
		if (headers.containsKey("content-length")) {
			return this.input.readNBytes(Integer.parseInt(headers.get("content-length").get(0)));
		}
		if (!headers.containsKey("transfer-encoding")) {
			return this.input.readAllBytes();
		}
		ByteArrayOutputStream body = new ByteArrayOutputStream();
		for (int size = readChunkSize(); size > 0; size = readChunkSize()) {
			body.writeBytes(this.input.readNBytes(size));
			readLine();
		}
		readLine();
		return body.toByteArray();
	}

	private int readChunkSize() throws IOException {
		return Integer.parseInt(readLine(), 16);
	}

	private String readLine() throws IOException {
		StringBuilder line = new StringBuilder();
		for (int next = this.input.read(); next != '\n'; next = this.input.read()) {
			if (next == -1) {
				throw new IOException("The connection ended after '" + line + "'");
			}
			if (next != '\r') {
				line.append((char) next);
			}
		}
		return line.toString();
	}

	@Override
	public void close() {
		try {
			this.socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}

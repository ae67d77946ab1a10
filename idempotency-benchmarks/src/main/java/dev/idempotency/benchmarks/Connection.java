package dev.idempotency.benchmarks;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A client's connection, which takes as little of the machine as it can: the servers need
 * it. Knows of HTTP/1.1 what these servers speak.
 */
final class Connection implements AutoCloseable {

	private static final String BODY = """
			{"amount":125000,"currency":"EUR","reference":"order 2026-11-22/4711"}""";

	private static final String CONTENT_LENGTH = "content-length:";

	private static final String CHUNKED = "transfer-encoding: chunked";

	private final Socket socket;

	private final InputStream input;

	private final OutputStream output;

	private final StringBuilder line = new StringBuilder();

	/** Of the body, negative if it is chunked. */
	private int length;

	Connection(int port) throws IOException {
		this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
		this.socket.setTcpNoDelay(true);
		this.input = new BufferedInputStream(this.socket.getInputStream(), 16_384);
		this.output = this.socket.getOutputStream();
	}

	/**
	 * Sends a payment and reads the response.
	 * @param path where to
	 * @param key the key
	 * @return the status
	 * @throws IOException if the connection fails
	 */
	int pay(String path, String key) throws IOException {
		send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
				+ BODY.length() + "\r\nIdempotency-Key: " + key + "\r\n\r\n" + BODY);
		int status = readHead();
		skipBody();
		return status;
	}

	/**
	 * Asks for a number.
	 * @param path where to
	 * @return the number
	 * @throws IOException if the connection fails
	 */
	long number(String path) throws IOException {
		send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
		readHead();
		return Long.parseLong(new String(readBody(), StandardCharsets.ISO_8859_1));
	}

	private void send(String request) throws IOException {
		this.output.write(request.getBytes(StandardCharsets.ISO_8859_1));
	}

	private int readHead() throws IOException {
		readLine();
		int status = Integer.parseInt(this.line, 9, 12, 10);
		this.length = 0;
		for (readLine(); !this.line.isEmpty(); readLine()) {
			if (startsWith(CONTENT_LENGTH)) {
				this.length = Integer.parseInt(this.line.substring(CONTENT_LENGTH.length()).strip());
			}
			else if (startsWith(CHUNKED)) {
				this.length = -1;
			}
		}
		return status;
	}

	private boolean startsWith(String header) {
		return this.line.length() >= header.length()
				&& header.equalsIgnoreCase(this.line.substring(0, header.length()));
	}

	private void skipBody() throws IOException {
		if (this.length >= 0) {
			this.input.skipNBytes(this.length);
			return;
		}
		for (int chunk = chunkLength(); chunk > 0; chunk = chunkLength()) {
			this.input.skipNBytes(chunk + 2L);
		}
		readLine();
	}

	private int chunkLength() throws IOException {
		readLine();
		return Integer.parseInt(this.line, 0, this.line.length(), 16);
	}

	private byte[] readBody() throws IOException {
		if (this.length >= 0) {
			return this.input.readNBytes(this.length);
		}
		byte[] chunk = this.input.readNBytes(chunkLength());
		this.input.skipNBytes(2);
		skipBody();
		return chunk;
	}

	private void readLine() throws IOException {
		this.line.setLength(0);
		for (int next = this.input.read(); next != '\n'; next = this.input.read()) {
			if (next == -1) {
				throw new EOFException("The server closed the connection");
			}
			if (next != '\r') {
				this.line.append((char) next);
			}
		}
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}

package com.example.twins;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A connection that speaks HTTP/1.1 and hides nothing: headers as they were sent, in
 * which framing a body came, and what became of the connection.
 */
final class Connection implements AutoCloseable {

	/** Nobody waits for so long: a response that never ends is one that was cut short. */
	private static final int PATIENCE = 10_000;

	private final Socket socket;

	private final InputStream in;

	Connection(int port) throws IOException {
		this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
		this.socket.setTcpNoDelay(true);
		this.socket.setSoTimeout(PATIENCE);
		this.in = new BufferedInputStream(this.socket.getInputStream());
	}

	Answer send(Request request) throws IOException {
		OutputStream out = this.socket.getOutputStream();
		String interim = "";
		if (request.expectsContinue()) {
			out.write(request.head());
			Head head = readHead();
			if (head == null || head.status() != 100) {
				return answer(head, request, "");
			}
			interim = head.statusLine();
			out.write(request.framedBody());
		}
		else {
			ByteArrayOutputStream all = new ByteArrayOutputStream();
			all.write(request.head());
			all.write(request.framedBody());
			all.writeTo(out);
		}
		if (request.isCutShort()) {
			this.socket.shutdownOutput();
		}
		Head head = readHead();
		while (head != null && head.status() < 200) {
			interim += head.statusLine();
			head = readHead();
		}
		return answer(head, request, interim);
	}

	private Answer answer(Head head, Request request, String interim) throws IOException {
		if (head == null) {
			return new Answer("no response", List.of(), new byte[0], interim + "none", "closed");
		}
		ByteArrayOutputStream body = new ByteArrayOutputStream();
		String framing;
		try {
			framing = readBody(head, request.method(), body);
		}
		catch (IOException ex) {
			framing = "cut short";
		}
		return new Answer(head.statusLine(), head.headers(), body.toByteArray(), interim + framing,
				fate(head, framing, request));
	}

	private String readBody(Head head, String method, ByteArrayOutputStream body) throws IOException {
		if (method.equals("HEAD") || head.status() == 204 || head.status() == 304) {
			return "no body";
		}
		if (head.value("Transfer-Encoding") != null) {
			for (;;) {
				int size = Integer.parseInt(readLine().trim(), 16);
				readBytes(size, body);
				String end = readLine();
				if (!end.isEmpty()) {
					return "a chunk ends with " + end;
				}
				if (size == 0) {
					return "chunked";
				}
			}
		}
		String length = head.value("Content-Length");
		if (length != null) {
			readBytes(Integer.parseInt(length), body);
			return "with length";
		}
		this.in.transferTo(body);
		return "until the end";
	}

	/**
	 * What can be done with the connection after a response.
	 */
	private String fate(Head head, String framing, Request request) throws IOException {
		if (framing.equals("cut short") || framing.equals("until the end") || request.isCutShort()) {
			return "closed";
		}
		ByteArrayOutputStream rest = new ByteArrayOutputStream();
		try {
			if (!"close".equalsIgnoreCase(head.value("Connection"))) {
				this.socket.getOutputStream()
					.write("GET /end HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
						.getBytes(StandardCharsets.US_ASCII));
			}
			this.in.transferTo(rest);
		}
		catch (IOException ex) {
			if (rest.size() == 0) {
				return "closed";
			}
		}
		String text = rest.toString(StandardCharsets.ISO_8859_1);
		if (text.isEmpty()) {
			return "closed";
		}
		if (text.startsWith("HTTP/1.1 200")) {
			return "usable";
		}
		// Two answers are not sent within the same second
		return "followed by " + text.replaceAll("\r\nDate: [^\r]*", "");
	}

	private void readBytes(int count, ByteArrayOutputStream target) throws IOException {
		byte[] bytes = this.in.readNBytes(count);
		target.writeBytes(bytes);
		if (bytes.length < count) {
			throw new IOException("The connection ends");
		}
	}

	private int readByte() throws IOException {
		int value = this.in.read();
		if (value < 0) {
			throw new IOException("The connection ends");
		}
		return value;
	}

	private String readLine() throws IOException {
		ByteArrayOutputStream line = new ByteArrayOutputStream();
		for (int value = readByte(); value != '\n'; value = readByte()) {
			line.write(value);
		}
		String text = line.toString(StandardCharsets.ISO_8859_1);
		return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
	}

	private Head readHead() {
		try {
			String statusLine = readLine();
			List<String> headers = new ArrayList<>();
			for (String line = readLine(); !line.isEmpty(); line = readLine()) {
				headers.add(line);
			}
			return new Head(statusLine, headers);
		}
		catch (IOException ex) {
			return null;
		}
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

	private record Head(String statusLine, List<String> headers) {

		int status() {
			return Integer.parseInt(this.statusLine.split(" ")[1]);
		}

		String value(String name) {
			return Answer.value(this.headers, name);
		}

	}

}

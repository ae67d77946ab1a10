package com.example.twins;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A request to a twin, changed by its methods, which return a changed copy.
 *
 * @param method the HTTP method
 * @param target path and query, with <code>{twin}</code> for the path of the twin
 * @param headers lines
 * @param body the body, {@code null} for none
 * @param framing how the body is sent
 */
record Request(String method, String target, List<String> headers, byte[] body, Framing framing) {

	enum Framing {

		LENGTH, CHUNKED, CONTINUE, CUT_SHORT, CUT_SHORT_CHUNKED

	}

	static Request post(String target) {
		return new Request("POST", target, List.of(), null, Framing.LENGTH);
	}

	Request method(String method) {
		return new Request(method, this.target, this.headers, this.body, this.framing);
	}

	Request target(String target) {
		return new Request(this.method, target, this.headers, this.body, this.framing);
	}

	Request header(String name, String value) {
		List<String> headers = new ArrayList<>(this.headers);
		headers.add(name + ": " + value);
		return new Request(this.method, this.target, headers, this.body, this.framing);
	}

	Request body(byte[] body) {
		return new Request(this.method, this.target, this.headers, body, this.framing);
	}

	Request framing(Framing framing) {
		return new Request(this.method, this.target, this.headers, this.body, framing);
	}

	boolean expectsContinue() {
		return this.framing == Framing.CONTINUE;
	}

	boolean isCutShort() {
		return this.framing == Framing.CUT_SHORT || this.framing == Framing.CUT_SHORT_CHUNKED;
	}

	boolean isForm() {
		return this.headers.contains("Content-Type: application/x-www-form-urlencoded");
	}

	private boolean isChunked() {
		return this.framing == Framing.CHUNKED || this.framing == Framing.CUT_SHORT_CHUNKED;
	}

	byte[] head() {
		StringBuilder head = new StringBuilder(this.method + " " + this.target + " HTTP/1.1\r\nHost: localhost\r\n");
		this.headers.forEach((line) -> head.append(line).append("\r\n"));
		if (expectsContinue()) {
			head.append("Expect: 100-continue\r\n");
		}
		if (isChunked()) {
			head.append("Transfer-Encoding: chunked\r\n");
		}
		else if (this.body != null) {
			head.append("Content-Length: " + (this.body.length + (isCutShort() ? 10 : 0)) + "\r\n");
		}
		return head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
	}

	byte[] framedBody() {
		if (this.body == null) {
			return new byte[0];
		}
		if (!isChunked()) {
			return this.body;
		}
		ByteArrayOutputStream framed = new ByteArrayOutputStream();
		int half = this.body.length / 2;
		writeChunk(framed, 0, half);
		writeChunk(framed, half, this.body.length);
		if (!isCutShort()) {
			framed.writeBytes("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
		}
		return framed.toByteArray();
	}

	private void writeChunk(ByteArrayOutputStream framed, int from, int to) {
		if (from < to) {
			framed.writeBytes((Integer.toHexString(to - from) + "\r\n").getBytes(StandardCharsets.US_ASCII));
			framed.write(this.body, from, to - from);
			framed.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
		}
	}

}

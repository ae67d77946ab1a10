package dev.idempotency.web;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.Charset;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * The stream and the writer of a response, from their first use on, so that nobody holds
 * those of the container when the response begins to be held. The container is asked for
 * its own all the same: it throws what it throws without the library, and fixes the
 * charset when it does.
 */
final class ResponseBody {

	private final IdempotencyResponseWrapper response;

	private @Nullable ResponseStream stream;

	private @Nullable PrintWriter writer;

	private final Characters characters = new Characters();

	/** Which of the container's the application has asked for. */
	private Mode mode = Mode.NONE;

	private @Nullable ServletOutputStream containerStream;

	private @Nullable PrintWriter containerWriter;

	ResponseBody(IdempotencyResponseWrapper response) {
		this.response = response;
	}

	ServletOutputStream stream() throws IOException {
		if (!this.response.isReplayed()) {
			this.containerStream = next().getOutputStream();
			this.mode = Mode.STREAM;
		}
		if (this.stream == null) {
			this.stream = new ResponseStream(this.response);
		}
		return this.stream;
	}

	PrintWriter writer() throws IOException {
		if (!this.response.isReplayed()) {
			this.containerWriter = next().getWriter();
			this.mode = Mode.WRITER;
		}
		if (this.writer == null || this.characters.closed) {
			this.characters.closed = false;
			this.writer = new BodyWriter(this.characters);
		}
		return this.writer;
	}

	/**
	 * Makes sure that all characters that were written have reached the target.
	 */
	void flushCharacters() throws IOException {
		this.characters.drain();
	}

	/**
	 * Forgets characters that have not reached the target.
	 */
	void dropCharacters() {
		this.characters.encoder = null;
	}

	/**
	 * The response was reset: it may be written in the other way now.
	 */
	void restart() {
		dropCharacters();
		rebind();
		this.mode = Mode.NONE;
	}

	/**
	 * The response now wraps another one.
	 */
	void rebind() {
		this.containerStream = null;
		this.containerWriter = null;
	}

	/**
	 * Returns whether something may have reached the container already.
	 */
	boolean isUsed() {
		return this.mode != Mode.NONE;
	}

	/**
	 * Writes bytes to the container, by that of its stream and writer which is in use.
	 */
	void deliver(byte[] source, int offset, int length) throws IOException {
		if (isWriterInUse()) {
			containerWriter().write(new String(source, offset, length, charset()));
		}
		else {
			containerStream().write(source, offset, length);
		}
	}

	/**
	 * Closes that of the container's stream and writer which is in use.
	 */
	void closeDelivered() throws IOException {
		if (isWriterInUse()) {
			containerWriter().close();
		}
		else {
			containerStream().close();
		}
	}

	private boolean isWriterInUse() throws IOException {
		if (this.mode == Mode.NONE) {
			try {
				containerStream();
			}
			catch (IllegalStateException ex) {
				// A filter around the library's has taken the writer
				containerWriter();
			}
		}
		return this.mode == Mode.WRITER;
	}

	/**
	 * Returns the container's stream if the application has asked for it.
	 */
	@Nullable ServletOutputStream openStream() {
		return this.containerStream;
	}

	ServletOutputStream containerStream() throws IOException {
		if (this.containerStream == null) {
			this.containerStream = next().getOutputStream();
		}
		return this.containerStream;
	}

	private PrintWriter containerWriter() throws IOException {
		if (this.containerWriter == null) {
			this.containerWriter = next().getWriter();
			this.mode = Mode.WRITER;
		}
		return this.containerWriter;
	}

	private Charset charset() {
		return Charset.forName(next().getCharacterEncoding());
	}

	private ServletResponse next() {
		return this.response.getResponse();
	}

	/**
	 * How the application writes.
	 */
	private enum Mode {

		NONE, STREAM, WRITER

	}

	/**
	 * The writer of the response. Spring keeps the first that it got, even beyond a
	 * reset.
	 */
	private final class BodyWriter extends PrintWriter {

		BodyWriter(Characters characters) {
			super(characters);
		}

		/**
		 * Ends a line as the container does, as far as it writes that.
		 */
		@Override
		public void println() {
			PrintWriter container = ResponseBody.this.containerWriter;
			if (ResponseBody.this.response.isPassing() && container != null) {
				container.println();
			}
			else {
				super.println();
			}
		}

		@Override
		public boolean checkError() {
			PrintWriter container = ResponseBody.this.containerWriter;
			return (ResponseBody.this.response.isPassing() && container != null) ? container.checkError()
					: super.checkError();
		}

	}

	/**
	 * Writes characters to the writer of the container while the response passes, and
	 * encodes them otherwise, after a reset anew and in the charset that then holds.
	 */
	private final class Characters extends Writer {

		private @Nullable OutputStreamWriter encoder;

		private boolean closed;

		@Override
		public void write(char[] source, int offset, int length) throws IOException {
			if (ResponseBody.this.response.isPassing()) {
				drain();
				this.encoder = null;
				containerWriter().write(source, offset, length);
			}
			else if (!ResponseBody.this.response.isReplayed()) {
				encoder().write(source, offset, length);
			}
		}

		private OutputStreamWriter encoder() throws IOException {
			if (this.encoder == null) {
				containerWriter();
				this.encoder = new OutputStreamWriter(new TargetStream(), charset());
			}
			return this.encoder;
		}

		void drain() throws IOException {
			if (this.encoder != null) {
				this.encoder.flush();
			}
		}

		@Override
		public void flush() throws IOException {
			drain();
			if (ResponseBody.this.response.isPassing()) {
				containerWriter().flush();
			}
			else {
				ResponseBody.this.response.flushBuffer();
			}
		}

		@Override
		public void close() throws IOException {
			this.closed = true;
			drain();
			ResponseBody.this.response.target().close(ResponseBody.this.response);
		}

	}

	/**
	 * Where encoded characters go.
	 */
	private final class TargetStream extends OutputStream {

		@Override
		public void write(int value) throws IOException {
			write(new byte[] { (byte) value }, 0, 1);
		}

		@Override
		public void write(byte[] source, int offset, int length) throws IOException {
			ResponseBody.this.response.target().write(ResponseBody.this.response, source, offset, length);
		}

	}

}

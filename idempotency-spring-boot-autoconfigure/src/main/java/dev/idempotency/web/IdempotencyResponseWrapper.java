package dev.idempotency.web;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.Locale;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;

import dev.idempotency.IdempotencyException;
import dev.idempotency.engine.StoredResponse;
import dev.idempotency.engine.StoredResponse.Header;

/**
 * Gives to its target what is done to the response.
 *
 * <pre>
 *            hold()                  release(), discard()
 *   passing ───────► held ─────────────────────────────────► passing
 *      │              │  ▲                                      ▲
 *      │  sendError() ▼  │ hold() for the error page            │ reopen()
 *      │ sendRedirect() closed ─────────────────────────────────┤
 *      └───────────────► closed by replay() ────────────────────┘
 * </pre>
 *
 * Status, content type and character encoding always go straight to the container,
 * because nothing of them leaves before the first byte of the body and only the container
 * knows how they depend on each other.
 */
final class IdempotencyResponseWrapper extends HttpServletResponseWrapper {

	private static final Logger logger = LoggerFactory.getLogger(IdempotencyResponseWrapper.class);

	private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter
		.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
		.withZone(ZoneOffset.UTC);

	private static final ClosedTarget CLOSED = new ClosedTarget(null);

	private ResponseTarget target = PassingTarget.INSTANCE;

	private @Nullable HeldResponse held;

	private @Nullable ResponseBody body;

	IdempotencyResponseWrapper(HttpServletResponse response) {
		super(response);
	}

	/**
	 * Returns the response that this one wraps.
	 */
	private HttpServletResponse next() {
		return (HttpServletResponse) getResponse();
	}

	ResponseTarget target() {
		return this.target;
	}

	boolean isPassing() {
		return this.target == PassingTarget.INSTANCE;
	}

	ResponseBody body() {
		if (this.body == null) {
			this.body = new ResponseBody(this);
		}
		return this.body;
	}

	/**
	 * Starts to hold the response back.
	 * @param response what holds it
	 */
	void hold(HeldResponse response) {
		this.held = response;
		this.target = response;
	}

	/**
	 * The dispatch is over in which a response may have been replayed: what follows is
	 * somebody else's.
	 */
	void reopen() {
		if (this.held == null) {
			this.target = PassingTarget.INSTANCE;
		}
	}

	private void pass() {
		this.held = null;
		this.target = PassingTarget.INSTANCE;
	}

	/**
	 * Goes past what filters before the library's made of the response, as the container
	 * does for an asynchronous request that is started without a response: they are
	 * through before it is answered.
	 */
	void unwrap() {
		ServletResponse original = getResponse();
		while (original instanceof ServletResponseWrapper wrapper) {
			original = wrapper.getResponse();
		}
		setResponse(original);
		body().rebind();
	}

	/**
	 * Makes sure that all that was written is held.
	 * @throws IOException if that is more than can be held, and the client is gone
	 */
	void flushWriter() throws IOException {
		if (this.body != null) {
			this.body.flushCharacters();
		}
	}

	private void drain() {
		try {
			flushWriter();
		}
		catch (IOException ex) {
			logger.debug("The client is gone", ex);
		}
	}

	/**
	 * Lets go what is held, and everything that follows.
	 * @throws IOException if the client cannot be written to
	 */
	void release() throws IOException {
		flushWriter();
		letGo();
	}

	/**
	 * Lets go what is held, and everything that follows, as {@link #release()} does, but
	 * for characters that are just being encoded.
	 * @throws IOException if the client cannot be written to
	 */
	void letGo() throws IOException {
		HeldResponse response = this.held;
		if (response != null) {
			pass();
			response.deliver(next(), body());
		}
	}

	/**
	 * Throws away what is held and lets everything that follows pass.
	 */
	void discard() {
		if (this.held != null) {
			this.held.clear();
			pass();
			body().dropCharacters();
			clearContentType();
			super.setStatus(HttpStatus.OK.value());
		}
	}

	/**
	 * Lets an error page have a type of its own. A charset that stands without a type
	 * stays.
	 */
	private void clearContentType() {
		if (super.getContentType() != null) {
			super.setContentType(null);
		}
	}

	/**
	 * The application failed: as without the library, the client keeps what it would have
	 * got by now, and the rest is thrown away.
	 */
	void abort() {
		if (this.held == null || !isCommitted()) {
			discard();
			return;
		}
		try {
			release();
		}
		catch (IOException ex) {
			logger.debug("The client is gone", ex);
		}
	}

	/**
	 * Sends a recorded response past whoever stands between the library's filter and the
	 * handler, and drops what they add. Within an include only the body counts.
	 * @param stored the recorded response
	 * @param operation its operation
	 * @param included whether it is part of another response
	 * @throws IOException if the client cannot be written to
	 */
	void replay(StoredResponse stored, HandlerOperation operation, boolean included) throws IOException {
		int length = stored.body().remaining();
		Redirect redirect = null;
		if (!included) {
			redirect = replayHead(stored, operation);
			if (length > 0 && !body().isUsed()) {
				super.setContentLength(length);
			}
		}
		if (length > 0) {
			body().deliver(stored.body().array(), stored.body().arrayOffset() + stored.body().position(), length);
		}
		if (redirect != null) {
			redirect.send(next());
		}
		this.target = new ClosedTarget(operation.storableHeaders());
	}

	/**
	 * Sends a refusal in place of what was held, and drops what others add.
	 * @param refusal the refusal
	 * @throws IOException if the client cannot be written to
	 */
	void refuse(IdempotencyException refusal) throws IOException {
		byte[] problem = ProblemAdvice.writeHead(refusal, this);
		body().deliver(problem, 0, problem.length);
		this.target = CLOSED;
	}

	private @Nullable Redirect replayHead(StoredResponse stored, HandlerOperation operation) {
		super.setStatus(stored.status());
		Redirect redirect = null;
		for (Header header : stored.headers()) {
			if (Redirect.is(header)) {
				redirect = Redirect.of(header, stored.status(), !stored.body().hasRemaining());
			}
			else if (operation.storableHeaders().includes(header.name())) {
				replay(header);
			}
		}
		super.setHeader(operation.replayHeaderName(), "true");
		return redirect;
	}

	private void replay(Header header) {
		if (header.replaces()) {
			super.setHeader(header.name(), header.value());
		}
		else {
			super.addHeader(header.name(), header.value());
		}
	}

	@Override
	public void setStatus(int status) {
		if (this.target.acceptsHead(next())) {
			super.setStatus(status);
		}
	}

	@Override
	public void sendError(int status) throws IOException {
		beforeError();
		super.sendError(status);
	}

	@Override
	public void sendError(int status, String message) throws IOException {
		beforeError();
		super.sendError(status, message);
	}

	private void beforeError() {
		if (isPassing()) {
			return;
		}
		requireOpen("sendError");
		body().dropCharacters();
		if (this.held != null) {
			this.held.errorSent(next());
		}
		clearContentType();
		this.target = CLOSED;
	}

	private void requireOpen(String call) {
		drain();
		if (this.target.isCommitted(next())) {
			throw new IllegalStateException("Cannot call " + call + "() after the response has been committed");
		}
	}

	@Override
	public void sendRedirect(String location) throws IOException {
		if (isPassing()) {
			super.sendRedirect(location);
		}
		else {
			redirect(new Redirect(location, HttpStatus.FOUND.value(), true));
		}
	}

	// Overrides the method of Servlet 6.1
	@SuppressWarnings("checkstyle:SpringMethodVisibility")
	public void sendRedirect(String location, int status) throws IOException {
		sendRedirect(location, status, true);
	}

	// Overrides the method of Servlet 6.1
	@SuppressWarnings("checkstyle:SpringMethodVisibility")
	public void sendRedirect(String location, boolean clearBuffer) throws IOException {
		sendRedirect(location, HttpStatus.FOUND.value(), clearBuffer);
	}

	// Overrides the method of Servlet 6.1
	@SuppressWarnings("checkstyle:SpringMethodVisibility")
	public void sendRedirect(String location, int status, boolean clearBuffer) throws IOException {
		if (isPassing()) {
			Servlet61.sendRedirect(next(), location, status, clearBuffer);
		}
		else {
			redirect(new Redirect(location, status, clearBuffer));
		}
	}

	private void redirect(Redirect redirect) throws IOException {
		requireOpen("sendRedirect");
		flushWriter();
		if (redirect.clearBuffer()) {
			resetBuffer();
		}
		super.setStatus(redirect.status());
		if (this.held != null) {
			this.held.redirect(redirect);
		}
		this.target = CLOSED;
	}

	@Override
	public void addCookie(Cookie cookie) {
		if (this.target.acceptsHeader(next(), "Set-Cookie")) {
			super.addCookie(cookie);
		}
	}

	@Override
	public void setHeader(String name, @Nullable String value) {
		this.target.setHeader(next(), name, value);
	}

	@Override
	public void addHeader(String name, @Nullable String value) {
		this.target.addHeader(next(), name, value);
	}

	@Override
	public void setIntHeader(String name, int value) {
		setHeader(name, Integer.toString(value));
	}

	@Override
	public void addIntHeader(String name, int value) {
		addHeader(name, Integer.toString(value));
	}

	@Override
	public void setDateHeader(String name, long date) {
		setHeader(name, HTTP_DATE.format(Instant.ofEpochMilli(date)));
	}

	@Override
	public void addDateHeader(String name, long date) {
		addHeader(name, HTTP_DATE.format(Instant.ofEpochMilli(date)));
	}

	@Override
	public boolean containsHeader(String name) {
		return this.target.containsHeader(next(), name);
	}

	@Override
	public @Nullable String getHeader(String name) {
		if (isPassing()) {
			return super.getHeader(name);
		}
		Collection<String> values = getHeaders(name);
		return values.isEmpty() ? null : values.iterator().next();
	}

	@Override
	public Collection<String> getHeaders(String name) {
		return this.target.headers(next(), name);
	}

	@Override
	public Collection<String> getHeaderNames() {
		return this.target.headerNames(next());
	}

	@Override
	public void setContentType(@Nullable String type) {
		if (this.target.acceptsHead(next())) {
			super.setContentType(type);
		}
	}

	@Override
	public void setCharacterEncoding(@Nullable String encoding) {
		if (this.target.acceptsHead(next())) {
			super.setCharacterEncoding(encoding);
		}
	}

	@Override
	public void setLocale(Locale locale) {
		if (!this.target.acceptsHead(next())) {
			return;
		}
		if (this.held != null) {
			this.held.locale(next(), locale);
		}
		else {
			super.setLocale(locale);
		}
	}

	@Override
	public void setContentLength(int length) {
		setContentLengthLong(length);
	}

	@Override
	public void setContentLengthLong(long length) {
		this.target.contentLength(next(), length);
	}

	@Override
	public void setBufferSize(int size) {
		if (this.held != null) {
			drain();
			this.held.requireEmpty();
		}
		super.setBufferSize(size);
	}

	@Override
	public boolean isCommitted() {
		drain();
		return this.target.isCommitted(next());
	}

	@Override
	public void flushBuffer() throws IOException {
		flushWriter();
		this.target.flush(next());
	}

	@Override
	public void resetBuffer() {
		if (!isPassing()) {
			requireOpen("resetBuffer");
			body().dropCharacters();
		}
		if (this.held != null) {
			this.held.resetBuffer();
		}
		super.resetBuffer();
	}

	@Override
	public void reset() {
		if (!isPassing()) {
			requireOpen("reset");
		}
		if (this.held != null) {
			this.held.clear();
		}
		super.reset();
		if (this.body != null) {
			this.body.restart();
		}
	}

	@Override
	public ServletOutputStream getOutputStream() throws IOException {
		return body().stream();
	}

	@Override
	public PrintWriter getWriter() throws IOException {
		return body().writer();
	}

}

package dev.idempotency.behaviour.app;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/**
 * What handlers do that have nothing to do with idempotency.
 */
@Controller
@RequestMapping("/web")
public class WebController {

	private static final byte[] FILE = "0123456789\n".repeat(3000).getBytes(StandardCharsets.US_ASCII);

	@RequestMapping("/json")
	@ResponseBody
	Map<String, Object> json() {
		return Map.of("answer", 42);
	}

	@PostMapping("/validated")
	@ResponseBody
	Map<String, Object> validated(@RequestBody Map<String, Integer> body) {
		return Map.of("answer", body.size());
	}

	@RequestMapping("/redirect-view")
	String redirectView() {
		return "redirect:/elsewhere?a=b";
	}

	@RequestMapping("/forward-view")
	String forwardView() {
		return "forward:/web/json";
	}

	@RequestMapping("/send-redirect")
	void sendRedirect(HttpServletResponse response) throws IOException {
		response.getWriter().write("dropped");
		response.setHeader("X-Kept", "1");
		response.sendRedirect("/elsewhere");
	}

	@RequestMapping("/see-other")
	ResponseEntity<Void> seeOther() {
		return ResponseEntity.status(HttpStatus.SEE_OTHER).header(HttpHeaders.LOCATION, "/elsewhere").build();
	}

	@RequestMapping("/throws")
	void throwsException(HttpServletResponse response) throws IOException {
		response.setHeader("X-Set-Before", "1");
		response.getWriter().write("dropped");
		throw new IllegalStateException("Thrown by a test");
	}

	@RequestMapping("/status-exception")
	void statusException() {
		throw new ResponseStatusException(HttpStatus.I_AM_A_TEAPOT, "short and stout");
	}

	@RequestMapping("/advised")
	void advised() {
		throw new ErrorAdvice.OutOfStockException();
	}

	@RequestMapping("/send-error")
	void sendError(HttpServletResponse response) throws IOException {
		response.sendError(HttpStatus.CONFLICT.value(), "no");
		response.setHeader("X-After", "1");
	}

	@RequestMapping("/file")
	ResponseEntity<Resource> file() {
		return ResponseEntity.ok()
			.contentType(MediaType.TEXT_PLAIN)
			.lastModified(1_700_000_000_000L)
			.eTag("\"file\"")
			.cacheControl(CacheControl.maxAge(Duration.ofHours(1)))
			.header(HttpHeaders.CONTENT_DISPOSITION,
					ContentDisposition.attachment().filename("f.txt").build().toString())
			.body(new ByteArrayResource(FILE));
	}

	@RequestMapping("/stream")
	void stream(HttpServletResponse response) throws IOException {
		response.setBufferSize(2000);
		response.setContentType("application/octet-stream");
		OutputStream stream = response.getOutputStream();
		stream.write(FILE, 0, 100);
		stream.write('x');
		response.flushBuffer();
		response.setHeader("X-Committed", String.valueOf(response.isCommitted()));
		stream.write(FILE);
		stream.flush();
		stream.write(FILE, 7, 3000);
	}

	@RequestMapping("/writer")
	void writer(HttpServletResponse response) throws IOException {
		response.setLocale(Locale.GERMANY);
		response.setContentType("text/plain;charset=UTF-16BE");
		PrintWriter writer = response.getWriter();
		writer.print("Zo\u00eb \ud83d");
		writer.flush();
		writer.print("\ude00");
		response.resetBuffer();
	}

	@RequestMapping("/headers")
	void headers(HttpServletResponse response) throws IOException {
		response.setStatus(HttpStatus.ACCEPTED.value());
		response.addHeader("X-Two", "1");
		response.addHeader("X-Two", "2");
		response.setHeader("X-Gone", "1");
		response.setHeader("X-Gone", null);
		response.setIntHeader("X-Number", 1);
		response.addIntHeader("X-Number", 2);
		response.setDateHeader("X-Date", 1_700_000_000_000L);
		response.addDateHeader("X-Date", 0);
		response.addCookie(new Cookie("name", "value"));
		response.setContentLengthLong(7);
		response.setHeader("X-Names", response.getHeaderNames() + "" + response.containsHeader("X-Two")
				+ response.getHeader("X-Two") + response.getHeaders("X-Two") + response.getStatus());
		response.getOutputStream().print("content");
	}

	@RequestMapping("/reset")
	void reset(HttpServletResponse response) throws IOException {
		response.setStatus(HttpStatus.ACCEPTED.value());
		response.setHeader("X-Gone", "1");
		response.getOutputStream().print("dropped");
		response.reset();
		response.getWriter().print("kept");
	}

	@RequestMapping("/callable")
	@ResponseBody
	Callable<List<Integer>> callable() {
		return () -> List.of(1, 2);
	}

	@RequestMapping("/failing-callable")
	@ResponseBody
	Callable<List<Integer>> failingCallable() {
		return () -> {
			throw new IllegalStateException("Thrown by a test");
		};
	}

	@RequestMapping("/streaming")
	StreamingResponseBody streaming() {
		return (stream) -> {
			stream.write(FILE);
			stream.flush();
			stream.write(FILE);
		};
	}

	@RequestMapping("/events")
	SseEmitter events() throws IOException {
		SseEmitter emitter = new SseEmitter();
		emitter.send("one");
		emitter.send("two");
		emitter.complete();
		return emitter;
	}

	@RequestMapping("/servlet-async")
	@ResponseBody
	void servletAsync(HttpServletRequest request) {
		var async = request.startAsync();
		async.start(() -> {
			try {
				async.getResponse().getOutputStream().print("async " + async.hasOriginalRequestAndResponse());
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
			async.complete();
		});
	}

}

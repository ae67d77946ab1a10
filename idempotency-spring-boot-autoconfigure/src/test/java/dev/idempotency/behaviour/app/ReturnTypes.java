package dev.idempotency.behaviour.app;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.InputStreamResource;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.View;

import dev.idempotency.Idempotent;

/**
 * All the ways in which handlers answer. Each names the number of its run. The same
 * handlers are there with the annotation and without, to be compared.
 */
public abstract class ReturnTypes {

	private static final String TEXT = "Grüße 🙂 ";

	private final Executions executions;

	ReturnTypes(Executions executions) {
		this.executions = executions;
	}

	@PostMapping("void")
	@ResponseBody
	void nothing(HttpServletRequest request) {
		this.executions.enter(request);
	}

	@PostMapping("null")
	@ResponseBody
	@Nullable String nullBody(HttpServletRequest request, HttpServletResponse response) {
		setRun(response, this.executions.enter(request));
		return null;
	}

	@PostMapping("entity-void")
	ResponseEntity<Void> entityVoid(HttpServletRequest request) {
		return ResponseEntity.accepted().header("X-Run", run(request)).build();
	}

	@PostMapping("http-headers")
	HttpHeaders httpHeaders(HttpServletRequest request) {
		HttpHeaders headers = new HttpHeaders();
		headers.set("X-Run", run(request));
		return headers;
	}

	@PostMapping("http-entity")
	HttpEntity<String> httpEntity(HttpServletRequest request) {
		HttpHeaders headers = new HttpHeaders();
		headers.set("X-Run", run(request));
		return new HttpEntity<>(TEXT, headers);
	}

	@PostMapping("json")
	@ResponseBody
	@ResponseStatus(HttpStatus.CREATED)
	Map<String, Object> json(HttpServletRequest request) {
		return Map.of(TEXT, run(request));
	}

	@PostMapping("string")
	@ResponseBody
	String string(HttpServletRequest request) {
		return TEXT + run(request);
	}

	@PostMapping("bytes")
	@ResponseBody
	byte[] bytes(HttpServletRequest request) {
		byte[] bytes = new byte[256];
		for (int i = 0; i < bytes.length; i++) {
			bytes[i] = (byte) i;
		}
		bytes[0] = (byte) this.executions.enter(request);
		return bytes;
	}

	@PostMapping("latin-1")
	ResponseEntity<String> latin1(HttpServletRequest request) {
		return ResponseEntity.ok()
			.contentType(new MediaType(MediaType.TEXT_PLAIN, StandardCharsets.ISO_8859_1))
			.body("Grüße " + run(request));
	}

	@PostMapping("resource")
	@ResponseBody
	Resource resource(HttpServletRequest request) {
		return new ByteArrayResource(utf8(TEXT + run(request)));
	}

	@PostMapping("stream-resource")
	ResponseEntity<Resource> streamResource(HttpServletRequest request) throws IOException {
		Resource resource = new InputStreamResource(new ByteArrayResource(utf8(TEXT + run(request))).getInputStream());
		return ResponseEntity.ok()
			.contentType(MediaType.APPLICATION_PDF)
			.header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"receipt.pdf\"")
			.body(resource);
	}

	@PostMapping("view")
	String view(HttpServletRequest request, Model model) {
		model.addAttribute("run", run(request));
		return "receipt";
	}

	@PostMapping("model-and-view")
	ModelAndView modelAndView(HttpServletRequest request) {
		return new ModelAndView("receipt", Map.of("run", run(request)), HttpStatus.CREATED);
	}

	@PostMapping("redirect")
	String redirect(HttpServletRequest request) {
		return "redirect:/receipts/" + run(request);
	}

	@PostMapping("send-redirect")
	void sendRedirect(HttpServletRequest request, HttpServletResponse response) throws IOException {
		response.sendRedirect("/receipts/" + run(request));
	}

	@PostMapping("stream")
	void stream(HttpServletRequest request, HttpServletResponse response) throws IOException {
		response.setContentType("application/octet-stream");
		response.getOutputStream().write(utf8(TEXT + run(request)));
	}

	@PostMapping("stream-with-length")
	void streamWithLength(HttpServletRequest request, HttpServletResponse response) throws IOException {
		byte[] bytes = utf8(TEXT + run(request));
		response.setContentLength(bytes.length);
		for (byte value : bytes) {
			response.getOutputStream().write(value);
		}
	}

	@PostMapping("stream-large")
	void streamLarge(HttpServletRequest request, HttpServletResponse response) throws IOException {
		byte[] piece = utf8(TEXT + run(request));
		for (int i = 0; i < 5000; i++) {
			response.getOutputStream().write(piece);
		}
	}

	@PostMapping("stream-flushed")
	void streamFlushed(HttpServletRequest request, HttpServletResponse response) throws IOException {
		response.setStatus(201);
		ServletOutputStream stream = response.getOutputStream();
		stream.write(utf8(TEXT));
		stream.flush();
		response.flushBuffer();
		stream.print(run(request));
		stream.close();
	}

	@PostMapping("writer")
	void writer(HttpServletRequest request, HttpServletResponse response) throws IOException {
		response.setContentType("text/plain;charset=UTF-8");
		String text = TEXT + run(request);
		for (int i = 0; i < text.length(); i++) {
			response.getWriter().write(text.charAt(i));
		}
	}

	@PostMapping("writer-large")
	void writerLarge(HttpServletRequest request, HttpServletResponse response) throws IOException {
		response.setCharacterEncoding("UTF-8");
		String piece = TEXT + run(request);
		for (int i = 0; i < 5000; i++) {
			response.getWriter().print(piece);
		}
	}

	@PostMapping("writer-flushed")
	void writerFlushed(HttpServletRequest request, HttpServletResponse response) throws IOException {
		response.setContentType("text/plain");
		response.setCharacterEncoding("UTF-8");
		for (int i = 0; i < TEXT.length(); i++) {
			response.getWriter().write(TEXT.charAt(i));
			response.flushBuffer();
		}
		response.getWriter().print(run(request));
		response.getWriter().close();
	}

	@PostMapping("writer-default")
	void writerDefault(HttpServletRequest request, HttpServletResponse response) throws IOException {
		response.getWriter().print("Grüße " + run(request));
	}

	@PostMapping("writer-utf-16")
	void writerUtf16(HttpServletRequest request, HttpServletResponse response) throws IOException {
		response.setContentType("text/plain;charset=UTF-16");
		response.getWriter().print(TEXT);
		response.getWriter().flush();
		response.getWriter().print(run(request));
	}

	@PostMapping("writer-locale")
	void writerLocale(HttpServletRequest request, HttpServletResponse response) throws IOException {
		response.setLocale(Locale.GERMANY);
		response.getWriter().print(run(request));
	}

	@PostMapping("stream-reset")
	void streamReset(HttpServletRequest request, HttpServletResponse response) throws IOException {
		response.setStatus(500);
		response.setHeader("X-Dropped", "true");
		response.setContentType("application/pdf");
		response.getOutputStream().print("dropped");
		response.reset();
		response.setContentType("text/plain");
		response.getOutputStream().print(run(request));
	}

	@PostMapping("writer-reset")
	void writerReset(HttpServletRequest request, HttpServletResponse response) throws IOException {
		response.setContentType("text/html;charset=UTF-8");
		response.getWriter().print("dropped");
		response.reset();
		response.setContentType("text/plain;charset=UTF-8");
		response.getWriter().print(TEXT + run(request));
	}

	@PostMapping("writer-then-stream")
	void writerThenStream(HttpServletRequest request, HttpServletResponse response) throws IOException {
		response.getWriter().print("dropped");
		response.reset();
		response.getOutputStream().write(utf8(TEXT + run(request)));
	}

	@PostMapping("reset-buffer")
	void resetBuffer(HttpServletRequest request, HttpServletResponse response) throws IOException {
		response.setStatus(202);
		response.setHeader("X-Kept", "true");
		response.getOutputStream().print("dropped");
		response.resetBuffer();
		response.getOutputStream().print(run(request));
	}

	@PostMapping("output-stream-argument")
	void outputStreamArgument(HttpServletRequest request, OutputStream stream) throws IOException {
		stream.write(utf8(TEXT + run(request)));
	}

	@PostMapping("writer-argument")
	void writerArgument(HttpServletRequest request, Writer writer) throws IOException {
		writer.append("Run ").append(run(request));
	}

	@PostMapping("headers")
	void headers(HttpServletRequest request, HttpServletResponse response) {
		response.addHeader("X-Multi", "one, two");
		response.addHeader("X-Multi", "three");
		response.addHeader("x-multi", "");
		response.setHeader("X-Set", "first");
		response.setHeader("x-set", "second");
		response.addIntHeader("X-Run", this.executions.enter(request));
		response.setDateHeader("Last-Modified", 1_700_000_000_000L);
		response.setHeader("X-Latin", "Grüße");
		response.addHeader("Cache-Control", "no-store");
	}

	private String run(HttpServletRequest request) {
		return Integer.toString(this.executions.enter(request));
	}

	private static void setRun(HttpServletResponse response, int run) {
		response.setIntHeader("X-Run", run);
	}

	private static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * The handlers as idempotent operations.
	 */
	@Controller
	@RequestMapping("/annotated/")
	@Idempotent
	public static class Annotated extends ReturnTypes {

		Annotated(Executions executions) {
			super(executions);
		}

	}

	/**
	 * The handlers as they were.
	 */
	@Controller
	@RequestMapping("/bare/")
	public static class Bare extends ReturnTypes {

		Bare(Executions executions) {
			super(executions);
		}

	}

	/**
	 * Renders the run, without a template engine.
	 */
	public static final class ReceiptView implements View {

		@Override
		public String getContentType() {
			return "text/html;charset=UTF-8";
		}

		@Override
		public void render(@Nullable Map<String, ?> model, HttpServletRequest request, HttpServletResponse response)
				throws IOException {
			response.setContentType(getContentType());
			response.getWriter().print("<p>" + TEXT + ((model != null) ? model.get("run") : "") + "</p>");
		}

	}

}

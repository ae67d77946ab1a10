package dev.idempotency.behaviour.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.StringJoiner;
import java.util.TreeMap;

import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.Part;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpEntity;
import org.springframework.http.MediaType;
import org.springframework.http.RequestEntity;
import org.springframework.util.MultiValueMap;
import org.springframework.util.StreamUtils;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.multipart.MultipartHttpServletRequest;

import dev.idempotency.Idempotent;

/**
 * Handlers that answer with what they read, each in its way: once as an idempotent
 * operation and once as they always were.
 */
abstract class BodyController {

	private static final String TEXT = MediaType.TEXT_PLAIN_VALUE + ";charset=UTF-8";

	private final Executions executions;

	BodyController(Executions executions) {
		this.executions = executions;
	}

	@RequestMapping(path = "/string", produces = TEXT)
	String string(@RequestBody(required = false) @Nullable String body, HttpServletRequest request) {
		return echo(request, body);
	}

	@RequestMapping(path = "/bytes", produces = TEXT)
	String bytes(@RequestBody byte[] body, HttpServletRequest request) {
		return echo(request, hex(body));
	}

	@RequestMapping(path = "/object", produces = TEXT)
	String object(@RequestBody Thing body, HttpServletRequest request) {
		return echo(request, body);
	}

	@RequestMapping(path = "/stream", produces = TEXT)
	String stream(HttpServletRequest request) throws IOException {
		StringBuilder read = new StringBuilder();
		InputStream stream = request.getInputStream();
		int first = stream.read();
		if (first != -1) {
			read.append(HexFormat.of().toHexDigits((byte) first));
		}
		byte[] buffer = new byte[1000];
		for (int length = stream.read(buffer, 3, 700); length != -1; length = stream.read(buffer, 3, 700)) {
			read.append(hex(Arrays.copyOfRange(buffer, 3, 3 + length)));
		}
		return echo(request, read.append(stream.read()));
	}

	@RequestMapping(path = "/stream-argument", produces = TEXT)
	String streamArgument(InputStream body, HttpServletRequest request) throws IOException {
		return echo(request, hex(StreamUtils.copyToByteArray(body)));
	}

	@RequestMapping(path = "/reader", produces = TEXT)
	String reader(HttpServletRequest request) throws IOException {
		return echo(request, read(request.getReader()));
	}

	@RequestMapping(path = "/reader-argument", produces = TEXT)
	String readerArgument(Reader body, HttpServletRequest request) throws IOException {
		return echo(request, read(body));
	}

	@RequestMapping(path = "/entity", produces = TEXT)
	String entity(HttpEntity<byte[]> body, HttpServletRequest request) {
		return echo(request, hex(body.getBody()) + body.getHeaders().getContentType());
	}

	@RequestMapping(path = "/request-entity", produces = TEXT)
	String requestEntity(RequestEntity<String> body, HttpServletRequest request) {
		return echo(request, body.getBody() + body.getMethod() + body.getHeaders().getContentType());
	}

	@RequestMapping(path = "/parameters", produces = TEXT)
	String parameters(HttpServletRequest request) {
		return echo(request, parametersOf(request));
	}

	@RequestMapping(path = "/parameter-arguments", produces = TEXT)
	String parameterArguments(@RequestParam String name, @RequestParam List<String> color,
			@RequestParam MultiValueMap<String, String> all, HttpServletRequest request) {
		return echo(request, name + color + new TreeMap<>(all));
	}

	@RequestMapping(path = "/model", produces = TEXT)
	String model(@ModelAttribute Thing thing, HttpServletRequest request) {
		return echo(request, thing);
	}

	@RequestMapping(path = "/form-body", produces = TEXT)
	String formBody(@RequestBody MultiValueMap<String, String> form, HttpServletRequest request) {
		return echo(request, new TreeMap<>(form));
	}

	@RequestMapping(path = "/parts", produces = TEXT)
	String parts(HttpServletRequest request) throws IOException, ServletException {
		StringJoiner read = new StringJoiner("\n");
		for (Part part : request.getParts()) {
			try (InputStream stream = part.getInputStream()) {
				read.add(part.getName() + '|' + part.getSubmittedFileName() + '|' + part.getContentType() + '|'
						+ part.getSize() + '|' + hex(stream.readAllBytes()));
			}
		}
		return echo(request, read + parametersOf(request));
	}

	@RequestMapping(path = "/files", produces = TEXT)
	String files(@RequestParam String title, @RequestParam MultipartFile file, MultipartHttpServletRequest multipart,
			HttpServletRequest request) throws IOException {
		return echo(request, title + '|' + file.getOriginalFilename() + '|' + file.getContentType() + '|'
				+ hex(file.getBytes()) + '|' + multipart.getFileMap().keySet());
	}

	@RequestMapping(path = "/request-part", produces = TEXT)
	String requestPart(@RequestPart Thing thing, @RequestPart("file") byte[] file, HttpServletRequest request) {
		return echo(request, thing + hex(file));
	}

	private String echo(HttpServletRequest request, @Nullable Object read) {
		this.executions.enter(request);
		return "read: " + read;
	}

	private static String parametersOf(ServletRequest request) {
		StringJoiner read = new StringJoiner("\n");
		request.getParameterMap().forEach((name, values) -> read.add(name + '=' + Arrays.toString(values)));
		request.getParameterNames()
			.asIterator()
			.forEachRemaining((name) -> read
				.add(name + '=' + request.getParameter(name) + Arrays.toString(request.getParameterValues(name))));
		return read + "|" + request.getParameter("unknown") + Arrays.toString(request.getParameterValues("unknown"));
	}

	private static String read(Reader reader) throws IOException {
		StringBuilder read = new StringBuilder();
		for (int next = reader.read(); next != -1; next = reader.read()) {
			read.append((char) next);
		}
		return read.toString();
	}

	private static String hex(byte @Nullable [] bytes) {
		return (bytes != null) ? HexFormat.of().formatHex(bytes) : "";
	}

	/**
	 * As idempotent operations.
	 */
	@RestController
	@RequestMapping(path = "/idempotent",
			method = { RequestMethod.POST, RequestMethod.PUT, RequestMethod.PATCH, RequestMethod.DELETE })
	@Idempotent(required = false)
	static final class Annotated extends BodyController {

		Annotated(Executions executions) {
			super(executions);
		}

	}

	/**
	 * As they always were.
	 */
	@RestController
	@RequestMapping(path = "/plain",
			method = { RequestMethod.POST, RequestMethod.PUT, RequestMethod.PATCH, RequestMethod.DELETE })
	static final class Plain extends BodyController {

		Plain(Executions executions) {
			super(executions);
		}

	}

	/**
	 * A body as an object.
	 */
	record Thing(String name, int number) {
	}

}

package com.example.twins;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.Part;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;

import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.InputStreamResource;
import org.springframework.core.io.Resource;
import org.springframework.http.converter.json.MappingJacksonValue;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.RequestEntity;
import org.springframework.http.ResponseEntity;
import org.springframework.ui.Model;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.ErrorResponse;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.multipart.MultipartHttpServletRequest;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.view.RedirectView;
import org.springframework.web.servlet.View;

/**
 * The handlers of both twins.
 */
abstract class TypedHandlers {

	static final String TEXT = "text \u00e4\u20ac";

	// What a row does

	@RequestMapping("/writes/{row}")
	void writes(@PathVariable String row, HttpServletRequest request, HttpServletResponse response) throws Exception {
		run(row, new Call(request, response));
	}

	@RequestMapping("/returns/{row}")
	Object returns(@PathVariable String row) throws Exception {
		return run(row, call());
	}

	@RequestMapping("/answers/{row}")
	@ResponseBody
	Object answers(@PathVariable String row) throws Exception {
		return run(row, call());
	}

	private Object run(String row, Call call) throws Exception {
		call.sightings().ran();
		return Twins.handler(row).handle(call);
	}

	static Call call() {
		ServletRequestAttributes attributes = (ServletRequestAttributes) RequestContextHolder
			.currentRequestAttributes();
		return new Call(attributes.getRequest(), attributes.getResponse());
	}

	/**
	 * Notes that the handler ran and what it got.
	 */
	static <T> T ran(T result, Object... got) {
		Call call = call();
		HttpServletRequest request = call.request();
		call.sightings().ran();
		call.saw(got);
		call.saw("request", request.getMethod(), request.getRequestURI(), request.getQueryString(),
				request.getContentType(), request.getCharacterEncoding(), request.getContentLength(),
				request.getContentLengthLong(), request.getHeader("Content-Length"),
				request.getHeader("Content-Encoding"), request.getDispatcherType());
		return result;
	}

	private static String echo(Object... got) {
		StringBuilder text = new StringBuilder();
		for (Object part : got) {
			String shown = String.valueOf(part);
			text.append(text.isEmpty() ? "" : " ")
				.append((shown.length() > 2_000) ? shown.length() + " characters, " + shown.hashCode() : shown);
		}
		return ran(text.toString(), text);
	}

	// Declared results

	@RequestMapping("/result/void")
	void resultVoid() {
		ran(null);
	}

	@RequestMapping("/result/void-body")
	@ResponseBody
	void resultVoidBody() {
		ran(null);
	}

	@RequestMapping("/result/void-status")
	@ResponseStatus(HttpStatus.ACCEPTED)
	void resultVoidStatus() {
		ran(null);
	}

	@RequestMapping("/result/void-reason")
	@ResponseStatus(code = HttpStatus.CONFLICT, reason = "a reason")
	void resultVoidReason() {
		ran(null);
	}

	@RequestMapping("/result/string")
	@ResponseBody
	String resultString() {
		return ran(TEXT);
	}

	@RequestMapping("/result/string-empty")
	@ResponseBody
	String resultStringEmpty() {
		return ran("");
	}

	@RequestMapping("/result/string-null")
	@ResponseBody
	String resultStringNull() {
		return ran(null);
	}

	@RequestMapping("/result/string-status")
	@ResponseBody
	@ResponseStatus(HttpStatus.CREATED)
	String resultStringStatus() {
		return ran(TEXT);
	}

	@RequestMapping(path = "/result/string-utf-16", produces = "text/plain;charset=UTF-16")
	@ResponseBody
	String resultStringUtf16() {
		return ran(TEXT);
	}

	@RequestMapping(path = "/result/string-json", produces = "application/json")
	@ResponseBody
	String resultStringJson() {
		return ran("\"" + TEXT + "\"");
	}

	@RequestMapping("/result/view")
	String resultView() {
		return ran("textView");
	}

	@RequestMapping("/result/view-redirect")
	String resultViewRedirect() {
		return ran("redirect:/somewhere");
	}

	@RequestMapping("/result/view-model")
	String resultViewModel(Model model) {
		model.addAttribute("content", TEXT);
		return ran("textView");
	}

	@RequestMapping("/result/view-object")
	View resultViewObject() {
		return ran(new RedirectView("/relative", true));
	}

	@RequestMapping("/result/model-and-view")
	ModelAndView resultModelAndView() {
		return ran(new ModelAndView("textView", Map.of("content", TEXT), HttpStatus.CREATED));
	}

	@RequestMapping("/result/map")
	@ResponseBody
	Map<String, Object> resultMap() {
		return ran(Map.of("text", TEXT));
	}

	@RequestMapping("/result/number")
	@ResponseBody
	int resultNumber() {
		return ran(42);
	}

	@RequestMapping("/result/optional")
	@ResponseBody
	Optional<String> resultOptional() {
		return ran(Optional.of(TEXT));
	}

	@RequestMapping("/result/list")
	@ResponseBody
	List<String> resultList() {
		return ran(Collections.nCopies(5000, TEXT));
	}

	@RequestMapping("/result/bytes")
	@ResponseBody
	byte[] resultBytes() {
		return ran(allBytes());
	}

	@RequestMapping("/result/bytes-long")
	@ResponseBody
	byte[] resultBytesLong() {
		return ran(new byte[100_000]);
	}

	@RequestMapping("/result/resource")
	@ResponseBody
	Resource resultResource() {
		return ran(new ByteArrayResource(allBytes()));
	}

	@RequestMapping("/result/resource-stream")
	@ResponseBody
	Resource resultResourceStream() {
		return ran(new InputStreamResource(new ByteArrayInputStream(allBytes())));
	}

	@RequestMapping("/result/resource-named")
	ResponseEntity<Resource> resultResourceNamed() {
		return ran(ResponseEntity.ok(new ByteArrayResource(allBytes()) {

			@Override
			public String getFilename() {
				return "picture.png";
			}

		}));
	}

	@RequestMapping("/result/problem")
	ProblemDetail resultProblem() {
		return ran(ProblemDetail.forStatusAndDetail(HttpStatus.UNPROCESSABLE_ENTITY, TEXT));
	}

	@RequestMapping("/result/error-response")
	ErrorResponse resultErrorResponse() {
		return ran(ErrorResponse.builder(new IllegalStateException(), HttpStatus.CONFLICT, TEXT)
			.header("X-Error", "yes")
			.build());
	}

	@RequestMapping("/result/headers")
	HttpHeaders resultHeaders() {
		HttpHeaders headers = new HttpHeaders();
		headers.add("X-First", "1");
		headers.add("X-First", "2");
		return ran(headers);
	}

	@RequestMapping("/result/entity")
	ResponseEntity<String> resultEntity() {
		return ran(
				ResponseEntity.created(URI.create("/created/1")).eTag("\"1\"").header("X-Custom", "a", "b").body(TEXT));
	}

	@RequestMapping("/result/entity-empty")
	ResponseEntity<Void> resultEntityEmpty() {
		return ran(ResponseEntity.noContent().header("X-Custom", "a").build());
	}

	@RequestMapping("/result/entity-empty-200")
	ResponseEntity<Void> resultEntityEmpty200() {
		return ran(ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).build());
	}

	@RequestMapping("/result/entity-http")
	HttpEntity<byte[]> resultHttpEntity() {
		return ran(new HttpEntity<>(allBytes()));
	}

	@RequestMapping("/result/entity-null")
	ResponseEntity<String> resultEntityNull() {
		return ran(null);
	}

	@RequestMapping("/result/jackson-value")
	@ResponseBody
	@SuppressWarnings("removal")
	MappingJacksonValue resultJacksonValue() {
		return ran(new MappingJacksonValue(Map.of("text", TEXT)));
	}

	// Asynchronous results

	@RequestMapping("/async/callable")
	@ResponseBody
	Callable<String> callable() {
		ran(null);
		return () -> TEXT;
	}

	@RequestMapping("/async/callable-entity")
	Callable<ResponseEntity<String>> callableEntity() {
		ran(null);
		return () -> ResponseEntity.status(201).header("X-Custom", "a").body(TEXT);
	}

	@RequestMapping("/async/callable-view")
	Callable<String> callableView() {
		ran(null);
		return () -> "textView";
	}

	@RequestMapping("/async/callable-forward")
	Callable<String> callableForward(@RequestParam String to) {
		ran(null);
		return () -> "forward:" + to;
	}

	@RequestMapping("/async/callable-failure")
	@ResponseBody
	Callable<String> callableFailure() {
		ran(null);
		return () -> {
			throw new ErrorHandlers.Translated();
		};
	}

	@RequestMapping("/async/callable-raised")
	@ResponseBody
	Callable<String> callableRaised() {
		ran(null);
		return () -> {
			throw new IllegalStateException();
		};
	}

	@RequestMapping("/async/callable-void")
	@ResponseBody
	Callable<Void> callableVoid() {
		ran(null);
		return () -> null;
	}

	@RequestMapping("/async/callable-writes")
	@ResponseBody
	Callable<Void> callableWrites(HttpServletResponse response) throws IOException {
		ran(null);
		response.getWriter().print("before");
		return () -> {
			response.getWriter().print("after");
			return null;
		};
	}

	@RequestMapping("/async/task")
	@ResponseBody
	WebAsyncTask<String> task() {
		ran(null);
		return new WebAsyncTask<>(() -> TEXT);
	}

	@RequestMapping("/async/task-timeout")
	@ResponseBody
	WebAsyncTask<String> taskTimeout() {
		ran(null);
		CompletableFuture<String> never = new CompletableFuture<>();
		WebAsyncTask<String> task = new WebAsyncTask<>(1, never::join);
		task.onTimeout(() -> "too late");
		task.onCompletion(() -> never.complete("late"));
		return task;
	}

	@RequestMapping("/async/deferred")
	@ResponseBody
	DeferredResult<String> deferred() {
		ran(null);
		DeferredResult<String> result = new DeferredResult<>();
		CompletableFuture.runAsync(() -> result.setResult(TEXT));
		return result;
	}

	@RequestMapping("/async/deferred-at-once")
	@ResponseBody
	DeferredResult<String> deferredAtOnce() {
		ran(null);
		DeferredResult<String> result = new DeferredResult<>();
		result.setResult(TEXT);
		return result;
	}

	@RequestMapping("/async/deferred-entity")
	DeferredResult<ResponseEntity<Map<String, Object>>> deferredEntity() {
		ran(null);
		DeferredResult<ResponseEntity<Map<String, Object>>> result = new DeferredResult<>();
		CompletableFuture.runAsync(() -> result.setResult(ResponseEntity.status(409).body(Map.of("text", TEXT))));
		return result;
	}

	@RequestMapping("/async/deferred-error")
	@ResponseBody
	DeferredResult<String> deferredError() {
		ran(null);
		DeferredResult<String> result = new DeferredResult<>();
		CompletableFuture.runAsync(() -> result.setErrorResult(new ErrorHandlers.Translated()));
		return result;
	}

	@RequestMapping("/async/deferred-timeout")
	@ResponseBody
	DeferredResult<String> deferredTimeout() {
		ran(null);
		return new DeferredResult<>(1L, "too late");
	}

	@RequestMapping("/async/deferred-timeout-503")
	@ResponseBody
	DeferredResult<String> deferredTimeout503() {
		ran(null);
		return new DeferredResult<>(1L);
	}

	@RequestMapping("/async/future")
	@ResponseBody
	CompletableFuture<String> future() {
		ran(null);
		return CompletableFuture.supplyAsync(() -> TEXT);
	}

	@RequestMapping("/async/future-done")
	@ResponseBody
	CompletionStage<String> futureDone() {
		ran(null);
		return CompletableFuture.completedFuture(TEXT);
	}

	@RequestMapping("/async/future-entity")
	CompletableFuture<ResponseEntity<byte[]>> futureEntity() {
		ran(null);
		return CompletableFuture.supplyAsync(() -> ResponseEntity.status(201).eTag("\"1\"").body(allBytes()));
	}

	@RequestMapping("/async/future-failure")
	@ResponseBody
	CompletableFuture<String> futureFailure() {
		ran(null);
		return CompletableFuture.failedFuture(new ErrorHandlers.Translated());
	}

	@RequestMapping("/async/future-status")
	@ResponseBody
	@ResponseStatus(HttpStatus.ACCEPTED)
	CompletableFuture<String> futureStatus() {
		ran(null);
		return CompletableFuture.supplyAsync(() -> TEXT);
	}

	// Bodies of requests

	@RequestMapping("/body/nothing")
	@ResponseBody
	String bodyNothing() {
		return echo("nothing");
	}

	@RequestMapping("/body/string")
	@ResponseBody
	String bodyString(@RequestBody String body) {
		return echo("string", body);
	}

	@RequestMapping("/body/string-optional")
	@ResponseBody
	String bodyStringOptional(@RequestBody(required = false) String body) {
		return echo("optional", body);
	}

	@RequestMapping("/body/string-and-parameter")
	@ResponseBody
	String bodyStringAndParameter(@RequestParam(required = false) String a,
			@RequestBody(required = false) String body) {
		return echo("parameter and string", a, body);
	}

	@RequestMapping("/body/string-then-parameter")
	@ResponseBody
	String bodyStringThenParameter(@RequestBody(required = false) String body,
			@RequestParam(required = false) String a) {
		return echo("string and parameter", body, a);
	}

	@RequestMapping("/body/bytes")
	@ResponseBody
	String bodyBytes(@RequestBody byte[] body) {
		return echo("bytes", latin1(body));
	}

	@RequestMapping("/body/bytes-optional")
	@ResponseBody
	String bodyBytesOptional(@RequestBody(required = false) byte[] body) {
		return echo("bytes", (body != null) ? latin1(body) : null);
	}

	@RequestMapping(path = "/body/bytes-mixed", consumes = "multipart/mixed")
	@ResponseBody
	String bodyBytesMixed(@RequestBody byte[] body) {
		return echo("mixed", latin1(body));
	}

	@RequestMapping("/body/json")
	@ResponseBody
	String bodyJson(@RequestBody Map<String, Object> body) {
		return echo("json", body);
	}

	@RequestMapping("/body/record")
	@ResponseBody
	String bodyRecord(@RequestBody Order body) {
		return echo("record", body);
	}

	@RequestMapping("/body/resource")
	@ResponseBody
	String bodyResource(@RequestBody Resource body) throws IOException {
		return echo("resource", latin1(body.getInputStream().readAllBytes()));
	}

	@RequestMapping("/body/entity")
	@ResponseBody
	String bodyEntity(HttpEntity<String> entity) {
		return echo("entity", entity.getBody(), entity.getHeaders().getFirst("Content-Type"));
	}

	@RequestMapping("/body/request-entity")
	@ResponseBody
	String bodyRequestEntity(RequestEntity<byte[]> entity) {
		return echo("request entity", (entity.getBody() != null) ? latin1(entity.getBody()) : null, entity.getMethod());
	}

	@RequestMapping("/body/input-stream")
	@ResponseBody
	String bodyInputStream(InputStream body) throws IOException {
		return echo("stream", latin1(body.readAllBytes()), body.read());
	}

	@RequestMapping("/body/argument-reader")
	@ResponseBody
	String bodyArgumentReader(Reader body) throws IOException {
		return echo("reader", read(body), body.read());
	}

	@RequestMapping("/body/request-stream")
	@ResponseBody
	String bodyRequestStream(HttpServletRequest request) throws IOException {
		ServletInputStream in = request.getInputStream();
		boolean finished = in.isFinished();
		int first = in.read();
		byte[] some = new byte[3];
		int count = in.read(some, 1, 2);
		byte[] rest = in.readAllBytes();
		return echo("stream", finished, first, count, latin1(some), latin1(rest), in.read(), in.isFinished(),
				request.getInputStream() == in);
	}

	@RequestMapping("/body/request-line")
	@ResponseBody
	String bodyRequestLine(HttpServletRequest request) throws IOException {
		byte[] line = new byte[10];
		int count = request.getInputStream().readLine(line, 0, 10);
		return echo("line", count, latin1(line));
	}

	@RequestMapping("/body/request-reader")
	@ResponseBody
	String bodyRequestReader(HttpServletRequest request) throws IOException {
		return echo("reader", read(request.getReader()), request.getCharacterEncoding());
	}

	@RequestMapping("/body/request-reader-latin")
	@ResponseBody
	String bodyRequestReaderLatin(HttpServletRequest request) throws IOException {
		request.setCharacterEncoding("ISO-8859-1");
		return echo("reader", read(request.getReader()), request.getCharacterEncoding());
	}

	@RequestMapping("/body/stream-then-reader")
	@ResponseBody
	String bodyStreamThenReader(HttpServletRequest request) throws IOException {
		request.getInputStream();
		return echo("stream then reader", failure(request::getReader));
	}

	@RequestMapping("/body/reader-then-stream")
	@ResponseBody
	String bodyReaderThenStream(HttpServletRequest request) throws IOException {
		request.getReader();
		return echo("reader then stream", failure(request::getInputStream));
	}

	@RequestMapping("/body/stream-then-parameters")
	@ResponseBody
	String bodyStreamThenParameters(HttpServletRequest request) throws IOException {
		return echo("stream, parameters", latin1(request.getInputStream().readAllBytes()), parameters(request));
	}

	@RequestMapping("/body/parameters-then-stream")
	@ResponseBody
	String bodyParametersThenStream(HttpServletRequest request) throws IOException {
		return echo("parameters, stream", parameters(request), latin1(request.getInputStream().readAllBytes()));
	}

	@RequestMapping("/body/read-listener")
	void bodyReadListener(HttpServletRequest request, HttpServletResponse response) throws IOException {
		ran(null);
		Call call = new Call(request, response);
		AsyncContext context = request.startAsync(request, response);
		ServletInputStream in = request.getInputStream();
		call.tries("listener", () -> in.setReadListener(new ReadListener() {

			private final StringBuilder text = new StringBuilder();

			@Override
			public void onDataAvailable() throws IOException {
				while (in.isReady() && !in.isFinished()) {
					int value = in.read();
					if (value >= 0) {
						this.text.append((char) value);
					}
				}
			}

			@Override
			public void onAllDataRead() throws IOException {
				call.saw("all", this.text);
				response.getOutputStream().print("all " + this.text.length());
				context.complete();
			}

			@Override
			public void onError(Throwable ex) {
				call.saw("error", Call.name(ex));
				context.complete();
			}

		}), context::complete);
	}

	// Forms

	@RequestMapping("/form/parameters")
	@ResponseBody
	String formParameters(HttpServletRequest request) {
		return echo("parameters", parameters(request));
	}

	@RequestMapping("/form/argument")
	@ResponseBody
	String formArgument(@RequestParam String name) {
		return echo("name", name);
	}

	@RequestMapping("/form/optional")
	@ResponseBody
	String formOptional(@RequestParam(required = false) String name) {
		return echo("name", name);
	}

	@RequestMapping("/form/list")
	@ResponseBody
	String formList(@RequestParam List<String> a) {
		return echo("a", a);
	}

	@RequestMapping("/form/map")
	@ResponseBody
	String formMap(@RequestParam MultiValueMap<String, String> map) {
		return echo("map", map);
	}

	@RequestMapping("/form/body-map")
	@ResponseBody
	String formBodyMap(@RequestBody MultiValueMap<String, String> map) {
		return echo("body map", map);
	}

	@RequestMapping("/form/model")
	@ResponseBody
	String formModel(@ModelAttribute Order order) {
		return echo("model", order);
	}

	@RequestMapping("/form/implicit")
	@ResponseBody
	String formImplicit(String name) {
		return echo("name", name);
	}

	@RequestMapping("/form/web-request")
	@ResponseBody
	String formWebRequest(NativeWebRequest request) {
		return echo("name", request.getParameter("name"), request.getParameterMap().keySet());
	}

	@RequestMapping(path = "/form/consumes", consumes = "application/x-www-form-urlencoded")
	@ResponseBody
	String formConsumes(HttpServletRequest request) {
		return echo("parameters", parameters(request));
	}

	@RequestMapping(path = "/form/params", params = "name")
	@ResponseBody
	String formParams() {
		return echo("by parameter");
	}

	// Multipart

	@RequestMapping("/multipart/file")
	@ResponseBody
	String multipartFile(@RequestParam MultipartFile file) throws IOException {
		return echo("file", describe(file));
	}

	@RequestMapping("/multipart/files")
	@ResponseBody
	String multipartFiles(@RequestParam List<MultipartFile> file) throws IOException {
		StringBuilder text = new StringBuilder();
		for (MultipartFile each : file) {
			text.append(describe(each)).append('|');
		}
		return echo("files", text);
	}

	@RequestMapping("/multipart/optional")
	@ResponseBody
	String multipartOptional(@RequestParam(required = false) MultipartFile file) throws IOException {
		return echo("file", (file != null) ? describe(file) : null);
	}

	@RequestMapping("/multipart/part")
	@ResponseBody
	String multipartPart(@RequestPart Part file) throws IOException {
		return echo("part", describe(file));
	}

	@RequestMapping("/multipart/json-part")
	@ResponseBody
	String multipartJson(@RequestPart Order order, @RequestPart(required = false) MultipartFile file)
			throws IOException {
		return echo("part", order, (file != null) ? describe(file) : null);
	}

	@RequestMapping("/multipart/parameters")
	@ResponseBody
	String multipartParameters(HttpServletRequest request) {
		return echo("parameters", parameters(request));
	}

	@RequestMapping("/multipart/parameter")
	@ResponseBody
	String multipartParameter(@RequestParam String name) {
		return echo("name", name);
	}

	@RequestMapping("/multipart/request-parts")
	@ResponseBody
	String multipartRequestParts(HttpServletRequest request) throws Exception {
		List<String> parts = new ArrayList<>();
		for (Part part : request.getParts()) {
			parts.add(describe(part));
		}
		return echo("parts", parts, request.getPart("absent"));
	}

	@RequestMapping("/multipart/request")
	@ResponseBody
	String multipartRequest(MultipartHttpServletRequest request) throws IOException {
		StringBuilder text = new StringBuilder();
		for (MultipartFile each : request.getFileMap().values()) {
			text.append(describe(each)).append('|');
		}
		return echo("request", text, request.getMultipartContentType("file"));
	}

	@RequestMapping("/multipart/model")
	@ResponseBody
	String multipartModel(@ModelAttribute Upload upload) throws IOException {
		return echo("model", upload.name(), (upload.file() != null) ? describe(upload.file()) : null);
	}

	private static String describe(MultipartFile file) throws IOException {
		return file.getName() + "," + file.getOriginalFilename() + "," + file.getContentType() + "," + file.getSize()
				+ "," + latin1(file.getBytes());
	}

	private static String describe(Part part) throws IOException {
		return part.getName() + "," + part.getSubmittedFileName() + "," + part.getContentType() + "," + part.getSize()
				+ "," + part.getHeaderNames().stream().map((name) -> name.toLowerCase(Locale.ROOT)).sorted().toList()
				+ "," + latin1(part.getInputStream().readAllBytes());
	}

	static String parameters(HttpServletRequest request) {
		StringBuilder text = new StringBuilder();
		int count = 0;
		for (Map.Entry<String, String[]> entry : request.getParameterMap().entrySet()) {
			count += entry.getValue().length;
			if (count < 50) {
				text.append(entry.getKey()).append('=').append(List.of(entry.getValue())).append(';');
			}
		}
		return text + " " + count + " " + Collections.list(request.getParameterNames()).size() + " "
				+ request.getParameter("absent") + " " + request.getParameter("a");
	}

	static String latin1(byte[] bytes) {
		return new String(bytes, StandardCharsets.ISO_8859_1);
	}

	private static String read(Reader reader) throws IOException {
		StringBuilder text = new StringBuilder();
		for (int value = reader.read(); value >= 0; value = reader.read()) {
			text.append((char) value);
		}
		return text.toString();
	}

	private static String failure(Call.Attempt attempt) {
		try {
			attempt.run();
			return "ok";
		}
		catch (Exception ex) {
			return Call.name(ex);
		}
	}

	static byte[] allBytes() {
		byte[] bytes = new byte[256];
		for (int i = 0; i < bytes.length; i++) {
			bytes[i] = (byte) i;
		}
		return bytes;
	}

	record Order(String name, int quantity) {

	}

	record Upload(String name, MultipartFile file) {

	}

}

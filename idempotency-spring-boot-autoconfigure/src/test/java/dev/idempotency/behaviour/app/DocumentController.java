package dev.idempotency.behaviour.app;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;

import dev.idempotency.Idempotent;

/**
 * Documents with versions, changed under conditions.
 */
@RestController
@Idempotent
public class DocumentController {

	private final Executions executions;

	private final Map<String, Integer> versions = new ConcurrentHashMap<>();

	DocumentController(Executions executions) {
		this.executions = executions;
	}

	@PutMapping("/documents/{id}")
	ResponseEntity<String> put(@PathVariable String id, @RequestHeader("If-None-Match") String condition,
			HttpServletRequest request) {
		this.executions.enter(request);
		if (!condition.equals("*") || this.versions.putIfAbsent(id, 1) != null) {
			return ResponseEntity.status(HttpStatus.PRECONDITION_FAILED).build();
		}
		return ResponseEntity.status(HttpStatus.CREATED).eTag("\"1\"").body("version 1");
	}

	@PatchMapping("/documents/{id}")
	ResponseEntity<String> patch(@PathVariable String id, @RequestHeader("If-Match") String condition,
			HttpServletRequest request) {
		this.executions.enter(request);
		Integer version = this.versions.get(id);
		if (version == null || !condition.equals("\"" + version + "\"")) {
			return ResponseEntity.status(HttpStatus.PRECONDITION_FAILED).build();
		}
		this.versions.put(id, version + 1);
		return ResponseEntity.ok().eTag("\"" + (version + 1) + "\"").body("version " + (version + 1));
	}

	@DeleteMapping("/documents/{id}")
	ResponseEntity<Void> delete(@PathVariable String id, HttpServletRequest request) {
		this.executions.enter(request);
		return ((this.versions.remove(id) != null) ? ResponseEntity.noContent() : ResponseEntity.notFound()).build();
	}

	/** Takes whatever comes at whichever path. */
	@RequestMapping(path = { "/things/{id}", "/things/{id}/" },
			method = { RequestMethod.POST, RequestMethod.PUT, RequestMethod.PATCH, RequestMethod.DELETE })
	ResponseEntity<String> thing(@PathVariable String id, @RequestBody(required = false) byte @Nullable [] body,
			HttpServletRequest request) {
		int run = this.executions.enter(request);
		return ResponseEntity.accepted()
			.header("X-Secret", "secret-header")
			.body("secret-body " + id + " " + run + " " + ((body != null) ? body.length : 0));
	}

	/** Has one representation only, and says so. */
	@PostMapping(path = "/only-json", produces = MediaType.APPLICATION_JSON_VALUE)
	Map<String, Object> onlyJson(HttpServletRequest request) {
		return Map.of("run", this.executions.enter(request));
	}

	/** Has two representations. */
	@PostMapping(path = "/json-or-text", produces = MediaType.APPLICATION_JSON_VALUE)
	Map<String, Object> json(HttpServletRequest request) {
		return Map.of("run", this.executions.enter(request));
	}

	/** The other one. */
	@PostMapping(path = "/json-or-text", produces = MediaType.TEXT_PLAIN_VALUE)
	String text(HttpServletRequest request) {
		return "run " + this.executions.enter(request);
	}

}

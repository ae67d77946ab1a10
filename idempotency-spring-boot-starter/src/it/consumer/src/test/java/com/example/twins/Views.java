package com.example.twins;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.Map;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.ServletException;

import org.springframework.context.annotation.Bean;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.servlet.View;

/**
 * What handlers forward to: views, and handlers that are never annotated.
 */
@Controller
class Views {

	@Bean
	static View textView() {
		return new View() {

			@Override
			public String getContentType() {
				return "text/plain;charset=UTF-8";
			}

			@Override
			public void render(Map<String, ?> model, HttpServletRequest request, HttpServletResponse response)
					throws IOException {
				response.setContentType(getContentType());
				response.getWriter().print("view of " + ((model != null) ? model.get("content") : null));
			}

		};
	}

	@Bean
	static View failingView() {
		return (model, request, response) -> {
			response.getWriter().print("partly");
			throw new ServletException("a view that fails");
		};
	}

	@RequestMapping("/target/text")
	@ResponseBody
	String text() {
		return "target " + TypedHandlers.TEXT;
	}

	@RequestMapping("/target/entity")
	ResponseEntity<String> entity() {
		return ResponseEntity.status(201).header("X-Target", "yes").body("target");
	}

	@RequestMapping("/target/body")
	@ResponseBody
	String body(@RequestBody(required = false) String body) {
		Sightings sightings = TypedHandlers.call().sightings();
		sightings.add("target got", body);
		return "target " + body;
	}

	@RequestMapping("/target/parameter")
	@ResponseBody
	String parameter(@RequestParam(required = false) String name, HttpServletRequest request) {
		TypedHandlers.call().saw("target got", name, request.getParameterMap().keySet());
		return "target " + name;
	}

	@RequestMapping("/target/writer")
	void writer(HttpServletResponse response) throws IOException {
		response.getWriter().print("target written");
	}

	@RequestMapping("/target/stream")
	void stream(HttpServletResponse response) throws IOException {
		response.getOutputStream().print("target streamed");
	}

	@RequestMapping("/target/nothing")
	void nothing(HttpServletResponse response) {
	}

	@RequestMapping("/target/empty")
	ResponseEntity<Void> empty() {
		return ResponseEntity.noContent().build();
	}

	@RequestMapping("/target/long")
	@ResponseBody
	byte[] longAnswer() {
		return new byte[100_000];
	}

	@RequestMapping("/target/error")
	void error(HttpServletResponse response) throws IOException {
		response.sendError(409, "target");
	}

	@RequestMapping("/target/failure")
	@ResponseBody
	String failure() {
		throw new ErrorHandlers.Translated();
	}

	@RequestMapping("/target/raised")
	@ResponseBody
	String raised() {
		throw new IllegalStateException();
	}

	@RequestMapping("/target/redirect")
	String redirect() {
		return "redirect:/elsewhere";
	}

	@RequestMapping("/target/view")
	String view() {
		return "textView";
	}

	@RequestMapping("/target/forward")
	String forward() {
		return "forward:/target/text";
	}

	@RequestMapping("/target/callable")
	@ResponseBody
	Callable<String> callable() {
		return () -> "target " + TypedHandlers.TEXT;
	}

	@RequestMapping("/target/future")
	@ResponseBody
	CompletableFuture<String> future() {
		return CompletableFuture.supplyAsync(() -> "target " + TypedHandlers.TEXT);
	}

}

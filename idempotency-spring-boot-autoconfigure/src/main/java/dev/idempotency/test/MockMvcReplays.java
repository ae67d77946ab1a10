package dev.idempotency.test;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.MvcResult;
import org.springframework.test.web.servlet.RequestBuilder;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerExecutionChain;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.util.ServletRequestPathUtils;

import dev.idempotency.test.ReplayCheck.Reply;
import dev.idempotency.web.HandlerOperation;
import dev.idempotency.web.IdempotentOperations;

/**
 * Asserts with {@link MockMvc} that an operation is idempotent.
 *
 * @since 0.1.0
 */
public final class MockMvcReplays {

	private MockMvcReplays() {
	}

	/**
	 * Performs a request twice under one key and asserts that it ran once: the first
	 * response is no replay, the second one is, with the same status, body and headers.
	 * An asynchronous request is completed first. The names of the headers are those that
	 * the configuration has for the operation.
	 * @param mockMvc performs the requests
	 * @param request the request; a key of its own, if it has one, must not have been
	 * used
	 * @return the result of the first request, for expectations
	 * @throws AssertionError if it is not so
	 * @throws Exception what {@link MockMvc#perform} throws
	 */
	public static ResultActions assertReplayed(MockMvc mockMvc, RequestBuilder request) throws Exception {
		WebApplicationContext context = mockMvc.getDispatcherServlet().getWebApplicationContext();
		RequestBuilder keyed = new KeyedRequestBuilder(request, (built) -> keyHeader(mockMvc, built),
				ReplayCheck.newKey());
		ResultActions first = perform(mockMvc, keyed);
		MvcResult firstResult = first.andReturn();
		if (firstResult.getResponse().getErrorMessage() != null) {
			throw new AssertionError("The first response is left to the error page, which MockMvc does not render, by"
					+ " sendError or a ResponseStatusException. Set spring.mvc.problemdetails.enabled=true, or test"
					+ " with a running server.");
		}
		Reply firstReply = reply(firstResult.getResponse());
		Reply secondReply = reply(perform(mockMvc, keyed).andReturn().getResponse());
		HandlerOperation operation = findOperation(context, firstResult.getHandler());
		ReplayCheck check = (operation != null) ? new ReplayCheck(operation.keyParser().headerName(),
				operation.replayHeaderName(), operation.storableHeaders()) : ReplayCheck.defaults();
		check.assertReplay(firstReply, secondReply);
		return first;
	}

	private static String keyHeader(MockMvc mockMvc, MockHttpServletRequest request) {
		DispatcherServlet servlet = mockMvc.getDispatcherServlet();
		HandlerOperation operation = findOperation(servlet.getWebApplicationContext(), handler(servlet, request));
		return (operation != null) ? operation.keyParser().headerName() : ReplayCheck.defaults().keyHeader();
	}

	/** Asks as the servlet will do, and leaves no trace on the request. */
	private static @Nullable Object handler(DispatcherServlet servlet, MockHttpServletRequest request) {
		List<HandlerMapping> mappings = servlet.getHandlerMappings();
		if (mappings == null) {
			return null;
		}
		Set<String> attributes = Set.copyOf(Collections.list(request.getAttributeNames()));
		ServletRequestPathUtils.parseAndCache(request);
		try {
			for (HandlerMapping mapping : mappings) {
				HandlerExecutionChain chain = mapping.getHandler(request);
				if (chain != null) {
					return chain.getHandler();
				}
			}
			return null;
		}
		catch (Exception ex) {
			// The request itself will say so
			return null;
		}
		finally {
			Collections.list(request.getAttributeNames())
				.stream()
				.filter((name) -> !attributes.contains(name))
				.forEach(request::removeAttribute);
		}
	}

	private static @Nullable HandlerOperation findOperation(@Nullable WebApplicationContext context,
			@Nullable Object handler) {
		if (context == null || !(handler instanceof HandlerMethod method)) {
			return null;
		}
		IdempotentOperations operations = context.getBeanProvider(IdempotentOperations.class).getIfAvailable();
		return (operations != null) ? operations.find(method) : null;
	}

	private static ResultActions perform(MockMvc mockMvc, RequestBuilder request) throws Exception {
		ResultActions actions = mockMvc.perform(request);
		MvcResult result = actions.andReturn();
		return result.getRequest().isAsyncStarted() ? mockMvc.perform(MockMvcRequestBuilders.asyncDispatch(result))
				: actions;
	}

	private static Reply reply(MockHttpServletResponse response) {
		Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		response.getHeaderNames().forEach((name) -> headers.put(name, response.getHeaders(name)));
		return new Reply(response.getStatus(), headers, response.getContentAsByteArray());
	}

}

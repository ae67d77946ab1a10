package dev.idempotency.test;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.MvcResult;
import org.springframework.test.web.servlet.RequestBuilder;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.method.HandlerMethod;

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
	 * An asynchronous request is completed first. The names of the headers are those of
	 * the application's configuration.
	 * @param mockMvc performs the requests
	 * @param request the request; a key of its own, if it has one, must not have been
	 * used
	 * @return the result of the first request, for expectations
	 * @throws AssertionError if it is not so
	 * @throws Exception what {@link MockMvc#perform} throws
	 */
	public static ResultActions assertReplayed(MockMvc mockMvc, RequestBuilder request) throws Exception {
		WebApplicationContext context = mockMvc.getDispatcherServlet().getWebApplicationContext();
		ReplayCheck defaults = ReplayCheck.defaults();
		String keyHeader = (context != null)
				? context.getEnvironment().getProperty("idempotency.header-name", defaults.keyHeader())
				: defaults.keyHeader();
		RequestBuilder keyed = new KeyedRequestBuilder(request, keyHeader, ReplayCheck.newKey());
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
		ReplayCheck check = (operation != null)
				? new ReplayCheck(keyHeader, operation.replayHeaderName(), operation.storableHeaders()) : defaults;
		check.assertReplay(firstReply, secondReply);
		return first;
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

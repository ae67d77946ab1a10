package dev.idempotency.test;

import java.util.function.Function;

import jakarta.servlet.ServletContext;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.Mergeable;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.test.web.servlet.RequestBuilder;
import org.springframework.test.web.servlet.SmartRequestBuilder;

/**
 * Adds a key to the requests of another builder, and is otherwise treated as that one is:
 * what {@code MockMvc} was set up with, a user for example, comes into them as well.
 */
final class KeyedRequestBuilder implements SmartRequestBuilder, Mergeable {

	private final RequestBuilder request;

	private final Function<MockHttpServletRequest, String> header;

	private final String key;

	/**
	 * Creates the builder.
	 * @param request what to add a key to
	 * @param header finds the name of the header for a request
	 * @param key the value of the header
	 */
	KeyedRequestBuilder(RequestBuilder request, Function<MockHttpServletRequest, String> header, String key) {
		this.request = request;
		this.header = header;
		this.key = key;
	}

	@Override
	public MockHttpServletRequest buildRequest(ServletContext servletContext) {
		return this.request.buildRequest(servletContext);
	}

	@Override
	public MockHttpServletRequest postProcessRequest(MockHttpServletRequest built) {
		MockHttpServletRequest processed = (this.request instanceof SmartRequestBuilder smart)
				? smart.postProcessRequest(built) : built;
		String name = this.header.apply(processed);
		if (processed.getHeader(name) == null) {
			processed.addHeader(name, this.key);
		}
		return processed;
	}

	@Override
	public boolean isMergeEnabled() {
		return this.request instanceof Mergeable mergeable && mergeable.isMergeEnabled();
	}

	@Override
	public Object merge(@Nullable Object parent) {
		return (this.request instanceof Mergeable mergeable)
				? new KeyedRequestBuilder((RequestBuilder) mergeable.merge(parent), this.header, this.key) : this;
	}

}

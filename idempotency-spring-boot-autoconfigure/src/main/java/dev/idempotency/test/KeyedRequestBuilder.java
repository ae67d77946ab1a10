package dev.idempotency.test;

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

	private final String header;

	private final String key;

	KeyedRequestBuilder(RequestBuilder request, String header, String key) {
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
		if (processed.getHeader(this.header) == null) {
			processed.addHeader(this.header, this.key);
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

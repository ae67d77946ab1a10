package dev.idempotency.autoconfigure;

import java.util.List;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

import dev.idempotency.client.IdempotencyKeyInterceptor;

/**
 * Adds keys to {@code RestClient} and {@code RestTemplate}.
 */
final class BlockingClientCustomizer extends ClientCustomizer {

	private final ObjectProvider<IdempotencyKeyInterceptor> interceptor;

	BlockingClientCustomizer(Class<?> type, List<String> groups,
			ObjectProvider<IdempotencyKeyInterceptor> interceptor) {
		super(type, groups);
		this.interceptor = interceptor;
	}

	@Override
	void customize(Object client) {
		if (client instanceof RestTemplate template) {
			known(template.getInterceptors()).customize(template);
		}
		else if (client instanceof RestClient.Builder builder) {
			builder.requestInterceptors((interceptors) -> known(interceptors).customize(builder));
		}
	}

	/** One that the application has added wins, as it may have settings of its own. */
	private IdempotencyKeyInterceptor known(List<ClientHttpRequestInterceptor> interceptors) {
		return interceptors.stream()
			.filter(IdempotencyKeyInterceptor.class::isInstance)
			.map(IdempotencyKeyInterceptor.class::cast)
			.findFirst()
			.orElseGet(this.interceptor::getObject);
	}

}

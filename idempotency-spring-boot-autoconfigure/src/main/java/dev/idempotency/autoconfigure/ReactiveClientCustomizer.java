package dev.idempotency.autoconfigure;

import java.util.List;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.WebClient;

import dev.idempotency.client.IdempotencyKeyFilter;

/**
 * Adds keys to {@code WebClient}.
 */
final class ReactiveClientCustomizer extends ClientCustomizer {

	private final ObjectProvider<IdempotencyKeyFilter> filter;

	ReactiveClientCustomizer(Class<?> type, List<String> groups, ObjectProvider<IdempotencyKeyFilter> filter) {
		super(type, groups);
		this.filter = filter;
	}

	@Override
	void customize(Object client) {
		WebClient.Builder builder = (WebClient.Builder) client;
		builder.filters((filters) -> known(filters).customize(builder));
	}

	/** One that the application has added wins, as it may have settings of its own. */
	private IdempotencyKeyFilter known(List<ExchangeFilterFunction> filters) {
		return filters.stream()
			.filter(IdempotencyKeyFilter.class::isInstance)
			.map(IdempotencyKeyFilter.class::cast)
			.findFirst()
			.orElseGet(this.filter::getObject);
	}

}

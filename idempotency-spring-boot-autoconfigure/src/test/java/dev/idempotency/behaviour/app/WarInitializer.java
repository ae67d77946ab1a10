package dev.idempotency.behaviour.app;

import java.util.List;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.support.SpringBootServletInitializer;

/**
 * Starts the application in a servlet container that is there already.
 */
public final class WarInitializer extends SpringBootServletInitializer {

	private final List<String> properties;

	/**
	 * Creates the initializer.
	 * @param properties the configuration of the application
	 */
	public WarInitializer(List<String> properties) {
		this.properties = properties;
	}

	@Override
	protected SpringApplicationBuilder configure(SpringApplicationBuilder builder) {
		return builder.sources(OrdersApplication.class).properties(this.properties.toArray(String[]::new));
	}

}

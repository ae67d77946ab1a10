package dev.idempotency.actuate;

import java.util.List;
import java.util.Map;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The idempotent operations of the application and their settings, by the names of the
 * properties. A setting that is not set is not there.
 *
 * @param repository the kind of repository
 * @param namespace what separates the application from others on one repository
 * @param defaults the general settings
 * @param operations the operations by name, each with its handler methods
 * @since 0.1.0
 */
public record IdempotencyOverview(String repository, String namespace, Map<String, Object> defaults,
		Map<String, List<Handler>> operations) implements OperationResponseBody {

	/**
	 * A handler method of an operation.
	 *
	 * @param handler the method
	 * @param settings the settings that apply to it
	 */
	public record Handler(String handler, Map<String, Object> settings) {
	}

}

package dev.idempotency.autoconfigure;

import java.util.regex.Pattern;

import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Hides the encryption keys from Actuator's endpoints, whatever
 * {@code management.endpoint.env.show-values} and
 * {@code management.endpoint.configprops.show-values} say.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(SanitizingFunction.class)
class SanitizingConfiguration {

	/** As a property or as an environment variable. */
	private static final Pattern SECRET = Pattern.compile("idempotency[._]encryption[._]keys.*secret",
			Pattern.CASE_INSENSITIVE);

	@Bean
	static SanitizingFunction idempotencySanitizingFunction() {
		return SanitizingFunction.sanitizeValue().ifKeyMatches(SECRET);
	}

}

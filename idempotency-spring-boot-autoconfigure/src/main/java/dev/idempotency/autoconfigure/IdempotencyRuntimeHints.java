package dev.idempotency.autoconfigure;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.util.ClassUtils;

/**
 * Names what the library looks up at runtime, so that a native image keeps it. Whether
 * the application uses our repositories through the auto-configuration or as beans of its
 * own makes no difference.
 */
final class IdempotencyRuntimeHints implements RuntimeHintsRegistrar {

	private static final String SERVLET_RESPONSE = "jakarta.servlet.http.HttpServletResponse";

	/** Of Spring Security 7. */
	private static final String SAML2_ASSERTION = "org.springframework.security.saml2.provider.service.authentication"
			+ ".Saml2AssertionAuthentication";

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources().registerPattern("dev/idempotency/repository/jdbc/schema-*.sql");
		hints.resources().registerPattern("dev/idempotency/repository/redis/*.lua");
		// By its presence the redis repository chooses the driver
		hints.reflection()
			.registerTypeIfPresent(classLoader, "io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands");
		hints.reflection().registerTypeIfPresent(classLoader, SAML2_ASSERTION, MemberCategory.INVOKE_PUBLIC_METHODS);
		// By its presence replays ask method security
		hints.reflection()
			.registerTypeIfPresent(classLoader,
					"org.springframework.security.authorization.method.AuthorizationAdvisor");
		registerResponse(hints, classLoader);
	}

	private static void registerResponse(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		if (ClassUtils.isPresent(SERVLET_RESPONSE, classLoader)) {
			Class<?> response = ClassUtils.resolveClassName(SERVLET_RESPONSE, classLoader);
			hints.proxies().registerJdkProxy(response);
			// Of Servlet 6.1
			Method sendRedirect = ClassUtils.getMethodIfAvailable(response, "sendRedirect", String.class, int.class,
					boolean.class);
			if (sendRedirect != null) {
				hints.reflection().registerMethod(sendRedirect, ExecutableMode.INVOKE);
			}
		}
	}

}

package dev.idempotency.web;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Tells whose key a request brings. Keys of different scopes never meet, so nobody is
 * answered with another's response.
 * <p>
 * A bean of this type replaces the default, {@link PrincipalScopeResolver}: the
 * authenticated principal, or an empty scope without one.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface IdempotencyScopeResolver {

	/**
	 * Returns the scope of a request: a tenant, an API client, a user.
	 * @param request the request, already authenticated
	 * @return the scope, empty if all callers share one, never {@code null}: a request
	 * without scope is refused with status 500
	 */
	String resolve(HttpServletRequest request);

}

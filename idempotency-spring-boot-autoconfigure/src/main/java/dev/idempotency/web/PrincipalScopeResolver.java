package dev.idempotency.web;

import java.security.Principal;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * Separates keys by the name of the authenticated principal.
 *
 * @since 0.1.0
 */
public final class PrincipalScopeResolver implements IdempotencyScopeResolver {

	@Override
	public String resolve(HttpServletRequest request) {
		@Nullable Principal principal = request.getUserPrincipal();
		return (principal != null) ? principal.getName() : "";
	}

}

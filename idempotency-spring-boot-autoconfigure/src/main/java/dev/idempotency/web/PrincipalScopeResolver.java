package dev.idempotency.web;

import java.security.Principal;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/**
 * Separates keys by the authenticated principal: by its name, and by who vouches for it,
 * where that is not the application itself. The issuer of a token, or the registration of
 * a login, stands in quotes before the name then, as in
 * {@code "issuer:https://idp.example" alice}.
 *
 * @since 0.1.0
 */
public final class PrincipalScopeResolver implements IdempotencyScopeResolver {

	private static final boolean SPRING_SECURITY_PRESENT = ClassUtils
		.isPresent("org.springframework.security.core.Authentication", PrincipalScopeResolver.class.getClassLoader());

	/**
	 * Returns the scope of the authenticated principal.
	 * @param request the request, already authenticated
	 * @return the scope, empty without principal
	 * @throws IllegalStateException if the principal has no name, or only one that Java
	 * made of the address of an object
	 */
	@Override
	public String resolve(HttpServletRequest request) {
		@Nullable Principal principal = request.getUserPrincipal();
		if (principal == null) {
			return "";
		}
		Object identity = SPRING_SECURITY_PRESENT ? SecurityPrincipals.identity(principal) : principal;
		String provider = SPRING_SECURITY_PRESENT ? SecurityPrincipals.provider(principal, identity) : null;
		return scope(provider, name(principal, identity));
	}

	private static String name(Principal principal, Object identity) {
		String name = principal.getName();
		if (name == null || name.equals(unnamed(principal)) || name.equals(unnamed(identity))) {
			throw new IllegalStateException("The authenticated principal has no name that stays the same: getName() of "
					+ principal.getClass().getName() + " gives "
					+ ((name != null) ? "what Object.toString() makes of " + identity.getClass().getName() : "null")
					+ ". Let " + identity.getClass().getName()
					+ " implement java.security.Principal or UserDetails, override its toString(), or declare a bean"
					+ " of type " + IdempotencyScopeResolver.class.getName());
		}
		return name;
	}

	/**
	 * What {@link Object#toString()} returns, which is another one in the next process.
	 */
	private static String unnamed(Object object) {
		return object.getClass().getName() + "@" + Integer.toHexString(object.hashCode());
	}

	/**
	 * Joins provider and name so that no two pairs are the same scope: a name never looks
	 * like one with a provider.
	 */
	private static String scope(@Nullable String provider, String name) {
		if (provider != null) {
			return "\"" + provider.replace("\\", "\\\\").replace("\"", "\\\"") + "\" " + name;
		}
		return (name.isEmpty() || name.startsWith("\"")) ? "\"\" " + name : name;
	}

}

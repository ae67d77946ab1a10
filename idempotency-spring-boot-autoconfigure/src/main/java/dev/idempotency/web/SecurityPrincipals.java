package dev.idempotency.web;

import java.lang.reflect.Method;
import java.security.Principal;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.core.ClaimAccessor;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.server.resource.authentication.AbstractOAuth2TokenAuthenticationToken;
import org.springframework.security.saml2.provider.service.authentication.Saml2AuthenticatedPrincipal;
import org.springframework.security.saml2.provider.service.authentication.Saml2Authentication;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Tells who vouches for a principal of Spring Security. Only reached where that is on the
 * class path; the parts of it that may be missing are in classes of their own.
 */
final class SecurityPrincipals {

	private static final boolean LOGINS_PRESENT = isPresent(
			"org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken");

	private static final boolean BEARERS_PRESENT = isPresent(
			"org.springframework.security.oauth2.server.resource.authentication.AbstractOAuth2TokenAuthenticationToken");

	private static final boolean TOKENS_PRESENT = isPresent(
			"org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal");

	private static final boolean ASSERTIONS_PRESENT = isPresent(
			"org.springframework.security.saml2.provider.service.authentication.Saml2AuthenticatedPrincipal");

	private SecurityPrincipals() {
	}

	private static boolean isPresent(String name) {
		return ClassUtils.isPresent(name, SecurityPrincipals.class.getClassLoader());
	}

	/**
	 * Returns the object that a principal stands for.
	 * @param principal the principal of a request
	 * @return the principal of the authentication that it is, otherwise itself
	 */
	static Object identity(Principal principal) {
		Object identity = (principal instanceof Authentication authentication) ? authentication.getPrincipal() : null;
		return (identity != null) ? identity : principal;
	}

	/**
	 * Returns who vouches for a principal.
	 * @param principal the principal of a request
	 * @param identity the object that it stands for
	 * @return the issuer of a token or the registration of a login, {@code null} for the
	 * application itself
	 */
	static @Nullable String provider(Principal principal, Object identity) {
		String provider = LOGINS_PRESENT ? Logins.provider(principal) : null;
		if (provider == null && BEARERS_PRESENT) {
			provider = Bearers.provider(principal);
		}
		if (provider == null && TOKENS_PRESENT) {
			provider = Tokens.provider(identity);
		}
		if (provider == null && ASSERTIONS_PRESENT) {
			provider = Assertions.provider(principal, identity);
		}
		return provider;
	}

	/** A token without issuer is nobody's of the application's own users either. */
	private static String issuer(@Nullable Object issuer) {
		return "issuer:" + ((issuer != null) ? issuer : "");
	}

	/**
	 * Users who logged in by OAuth 2.0 or OpenID Connect.
	 */
	private static final class Logins {

		static @Nullable String provider(Principal principal) {
			return (principal instanceof OAuth2AuthenticationToken login)
					? "registration:" + login.getAuthorizedClientRegistrationId() : null;
		}

	}

	/**
	 * Requests with a bearer token.
	 */
	private static final class Bearers {

		static @Nullable String provider(Principal principal) {
			return (principal instanceof AbstractOAuth2TokenAuthenticationToken<?> bearer)
					? issuer(bearer.getTokenAttributes().get("iss")) : null;
		}

	}

	/**
	 * Tokens in an authentication of the application's own.
	 */
	private static final class Tokens {

		static @Nullable String provider(Object identity) {
			Map<String, Object> attributes = null;
			if (identity instanceof ClaimAccessor claims) {
				attributes = claims.getClaims();
			}
			else if (identity instanceof OAuth2AuthenticatedPrincipal user) {
				attributes = user.getAttributes();
			}
			return (attributes != null) ? issuer(attributes.get("iss")) : null;
		}

	}

	/**
	 * Users who logged in by SAML 2.0.
	 */
	private static final class Assertions {

		private static final String REGISTRATION = "getRelyingPartyRegistrationId";

		static @Nullable String provider(Principal principal, Object identity) {
			boolean known = identity instanceof Saml2AuthenticatedPrincipal || principal instanceof Saml2Authentication;
			return known ? "saml2:" + Objects.requireNonNullElse(registration(principal, identity), "") : null;
		}

		private static @Nullable Object registration(Principal principal, Object identity) {
			Object registration = (identity instanceof Saml2AuthenticatedPrincipal user)
					? user.getRelyingPartyRegistrationId() : null;
			if (registration != null) {
				return registration;
			}
			// Of Saml2AssertionAuthentication, which is new in Spring Security 7
			Method method = ReflectionUtils.findMethod(principal.getClass(), REGISTRATION);
			return (method != null) ? ReflectionUtils.invokeMethod(method, principal) : null;
		}

	}

}

package dev.idempotency.behaviour.app;

import java.io.IOException;
import java.io.Serial;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationManagerResolver;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.core.DefaultOAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.core.user.DefaultOAuth2User;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.authentication.JwtIssuerAuthenticationManagerResolver;
import org.springframework.security.oauth2.server.resource.authentication.OpaqueTokenAuthenticationProvider;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.saml2.provider.service.authentication.DefaultSaml2AuthenticatedPrincipal;
import org.springframework.security.saml2.provider.service.authentication.Saml2Authentication;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * The application, whose users come from several identity providers: two issuers of
 * signed tokens, one of opaque ones, logins elsewhere, and accounts of its own.
 */
@Configuration(proxyBeanMethods = false)
@Import(OrdersApplication.class)
public class FederatedApplication {

	/** The first issuer. */
	public static final String ONE = "https://one.example";

	/** The second issuer. */
	public static final String TWO = "https://two.example";

	private static final Map<String, KeyPair> KEYS = Map.of(ONE, newKeys(), TWO, newKeys());

	private static KeyPair newKeys() {
		try {
			KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
			generator.initialize(2048);
			return generator.generateKeyPair();
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Returns a new token.
	 * @param issuer its issuer
	 * @param subject whose it is
	 * @return the signed token
	 */
	public static String token(String issuer, String subject) {
		JWTClaimsSet claims = new JWTClaimsSet.Builder().issuer(issuer)
			.subject(subject)
			.jwtID(UUID.randomUUID().toString())
			.expirationTime(Date.from(Instant.now().plusSeconds(600)))
			.build();
		SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256), claims);
		try {
			token.sign(new RSASSASigner(keys(issuer).getPrivate()));
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
		return token.serialize();
	}

	private static KeyPair keys(String issuer) {
		KeyPair keys = KEYS.get(issuer);
		if (keys == null) {
			throw new IllegalArgumentException(issuer);
		}
		return keys;
	}

	@Bean
	SecurityFilterChain securityFilterChain(HttpSecurity http) throws Exception {
		return http.csrf(AbstractHttpConfigurer::disable)
			.httpBasic(Customizer.withDefaults())
			.formLogin(Customizer.withDefaults())
			.rememberMe((rememberMe) -> rememberMe.key("secret"))
			.oauth2ResourceServer((server) -> server.authenticationManagerResolver(tokens()))
			.addFilterBefore(new ElsewhereFilter(), AnonymousAuthenticationFilter.class)
			.authorizeHttpRequests((requests) -> requests.dispatcherTypeMatchers(DispatcherType.ERROR)
				.permitAll()
				.anyRequest()
				.authenticated())
			.build();
	}

	private static AuthenticationManagerResolver<HttpServletRequest> tokens() {
		AuthenticationManagerResolver<HttpServletRequest> signed = new JwtIssuerAuthenticationManagerResolver(
				FederatedApplication::signedBy);
		AuthenticationManager opaque = new OpaqueTokenAuthenticationProvider(
				(token) -> new DefaultOAuth2AuthenticatedPrincipal(token, Map.of("active", true),
						AuthorityUtils.NO_AUTHORITIES))::authenticate;
		return (request) -> request.getHeader("Authorization").contains(".") ? signed.resolve(request) : opaque;
	}

	private static AuthenticationManager signedBy(String issuer) {
		return new JwtAuthenticationProvider(
				NimbusJwtDecoder.withPublicKey((RSAPublicKey) keys(issuer).getPublic()).build())::authenticate;
	}

	@Bean
	PasswordEncoder passwordEncoder() {
		return SecuredApplication.PASSWORDS;
	}

	@Bean
	InMemoryUserDetailsManager users() {
		return new InMemoryUserDetailsManager(SecuredApplication.user("ada"));
	}

	/**
	 * Takes the place of what identity providers would send by way of a browser.
	 */
	private static final class ElsewhereFilter extends OncePerRequestFilter {

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			String[] elsewhere = String.valueOf(request.getHeader("X-Elsewhere")).split(" ", 3);
			Authentication authentication = switch (elsewhere[0]) {
				case "oauth2" ->
					new OAuth2AuthenticationToken(user(Map.of("login", elsewhere[2])), List.of(), elsewhere[1]);
				case "saml2" ->
					new Saml2Authentication(assertion(elsewhere[1], elsewhere[2]), "<Response/>", List.of());
				case "saml2-later" -> new LaterSaml2Authentication(elsewhere[1], elsewhere[2]);
				case "claims" -> authenticated(user(Map.of("iss", elsewhere[1], "login", elsewhere[2])));
				case "local" -> authenticated(elsewhere[2]);
				case "nameless" -> authenticated(new Nameless(elsewhere[2]));
				case "unstable" -> authenticated(new Object());
				default -> null;
			};
			if (authentication != null) {
				SecurityContextHolder.getContext().setAuthentication(authentication);
			}
			chain.doFilter(request, response);
		}

		private static DefaultOAuth2User user(Map<String, Object> attributes) {
			return new DefaultOAuth2User(List.of(), attributes, "login");
		}

		private static Authentication authenticated(Object principal) {
			return UsernamePasswordAuthenticationToken.authenticated(principal, null, List.of());
		}

		private static DefaultSaml2AuthenticatedPrincipal assertion(String registration, String name) {
			DefaultSaml2AuthenticatedPrincipal principal = new DefaultSaml2AuthenticatedPrincipal(name, Map.of());
			principal.setRelyingPartyRegistrationId(registration);
			return principal;
		}

	}

	/**
	 * As that of Spring Security 7, whose principal does not know the registration.
	 */
	public static final class LaterSaml2Authentication extends Saml2Authentication {

		@Serial
		private static final long serialVersionUID = 1L;

		private final String registration;

		LaterSaml2Authentication(String registration, String name) {
			super(new DefaultSaml2AuthenticatedPrincipal(name, Map.of()), "<Response/>", List.of());
			this.registration = registration;
		}

		/**
		 * Returns the registration by which the user logged in.
		 * @return the registration
		 */
		public String getRelyingPartyRegistrationId() {
			return this.registration;
		}

	}

	/**
	 * Equal to itself in another request, but without a name.
	 */
	private static final class Nameless {

		private final String id;

		Nameless(String id) {
			this.id = id;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Nameless nameless && this.id.equals(nameless.id);
		}

		@Override
		public int hashCode() {
			return this.id.hashCode();
		}

	}

}

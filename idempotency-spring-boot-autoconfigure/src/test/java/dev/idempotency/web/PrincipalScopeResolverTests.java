package dev.idempotency.web;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.security.Principal;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link PrincipalScopeResolver}. What it makes of users of several identity
 * providers is shown over HTTP, as behaviour 7.7.
 */
class PrincipalScopeResolverTests {

	@ParameterizedTest
	@ValueSource(strings = { "spring-security-", "spring-security-oauth2-", "spring-security-oauth2-client-",
			"spring-security-oauth2-resource-server-", "spring-security-saml2-", "no-such-library" })
	void needsNoneOfTheLibrariesThatItKnows(String missing) throws Exception {
		try (URLClassLoader without = new URLClassLoader(classPathWithout(missing),
				ClassLoader.getPlatformClassLoader())) {
			Class<?> test = without.loadClass(LocalUser.class.getName());
			assertThat(test.getMethod("scope").invoke(null)).isEqualTo("ada");
		}
	}

	private static URL[] classPathWithout(String missing) {
		return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> !new File(entry).getName().startsWith(missing))
			.map((entry) -> {
				try {
					return Path.of(entry).toUri().toURL();
				}
				catch (MalformedURLException ex) {
					throw new IllegalArgumentException(ex);
				}
			})
			.toArray(URL[]::new);
	}

	@ParameterizedTest
	@ValueSource(strings = { "ada", "ada \"x\"", "C:\\ada", "issuer:x ada", " " })
	void theScopeOfALocalUserIsTheName(String name) {
		assertThat(scope(() -> name)).isEqualTo(name);
	}

	@ParameterizedTest
	@ValueSource(strings = { "\"issuer:x\" ada", "\"\" ada", "\"", "" })
	void aNameThatLooksLikeOneWithAProviderGetsAnEmptyOne(String name) {
		assertThat(scope(() -> name)).isEqualTo("\"\" " + name);
	}

	@Test
	void nobodyHasAnEmptyScope() {
		assertThat(scope(null)).isEmpty();
	}

	@Test
	void aPrincipalWithoutNameIsRefused() {
		assertThatIllegalStateException().isThrownBy(() -> scope(new Principal() {

			@Override
			public String getName() {
				return toString();
			}

		})).withMessageContainingAll(PrincipalScopeResolverTests.class.getName(), "toString()");
		assertThatIllegalStateException().isThrownBy(() -> scope(new Principal() {

			@Override
			@SuppressWarnings("NullAway")
			public @Nullable String getName() {
				return null;
			}

		})).withMessageContaining("null");
	}

	private static String scope(@Nullable Principal principal) {
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.setUserPrincipal(principal);
		return new PrincipalScopeResolver().resolve(request);
	}

	/**
	 * Runs where libraries are missing.
	 */
	public static final class LocalUser {

		private LocalUser() {
		}

		/**
		 * Resolves the scope of a user.
		 * @return the scope
		 */
		public static String scope() {
			return PrincipalScopeResolverTests.scope(() -> "ada");
		}

	}

}

package dev.idempotency.behaviour.app;

import java.util.Map;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.csrf.CsrfTokenRequestAttributeHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

import dev.idempotency.Idempotent;

/**
 * The application behind filters that let in who may, and forgeries never.
 */
@Configuration(proxyBeanMethods = false)
@EnableMethodSecurity
@Import({ OrdersApplication.class, SecuredApplication.ReportController.class })
public class SecuredApplication {

	/** Who sends this header has to send a token against forgery too. */
	public static final String FROM_BROWSER = "X-From-Browser";

	/** The least of the work that makes a password safe: each request does it again. */
	static final PasswordEncoder PASSWORDS = new BCryptPasswordEncoder(4);

	@Bean
	SecurityFilterChain securityFilterChain(HttpSecurity http) throws Exception {
		return http.httpBasic(Customizer.withDefaults())
			.csrf((csrf) -> csrf.requireCsrfProtectionMatcher((request) -> request.getHeader(FROM_BROWSER) != null)
				.csrfTokenRepository(new CookieCsrfTokenRepository())
				.csrfTokenRequestHandler(new CsrfTokenRequestAttributeHandler()))
			.authorizeHttpRequests((requests) -> requests.dispatcherTypeMatchers(DispatcherType.ERROR)
				.permitAll()
				.requestMatchers("/orders")
				.hasRole("BUYER")
				.anyRequest()
				.authenticated())
			.build();
	}

	@Bean
	PasswordEncoder passwordEncoder() {
		return PASSWORDS;
	}

	@Bean
	InMemoryUserDetailsManager users() {
		return new InMemoryUserDetailsManager(user("ada", "BUYER"), user("bob", "BUYER"), user("eve"));
	}

	/**
	 * Returns a user whose password is his name.
	 * @param name the name
	 * @param roles what he may do
	 * @return the user
	 */
	public static UserDetails user(String name, String... roles) {
		return User.withUsername(name).password(PASSWORDS.encode(name)).roles(roles).build();
	}

	/**
	 * A handler that is guarded by itself.
	 */
	@RestController
	static class ReportController {

		private final Executions executions;

		ReportController(Executions executions) {
			this.executions = executions;
		}

		@PostMapping("/reports")
		@Idempotent
		@PreAuthorize("hasRole('AUDITOR')")
		@ResponseStatus(HttpStatus.CREATED)
		Map<String, Object> create(HttpServletRequest request) {
			return Map.of("run", this.executions.enter(request));
		}

	}

}

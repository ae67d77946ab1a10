package dev.idempotency.web;

import org.springframework.aop.Advisor;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authorization.method.AuthorizationAdvisor;
import org.springframework.security.core.AuthenticationException;

/**
 * All that is named of Spring Security. Loaded only where its method security is on the
 * class path.
 */
final class MethodSecurity {

	/** That of {@code @EnableGlobalMethodSecurity}, which is deprecated, but works. */
	private static final String LEGACY_ADVISOR = "org.springframework.security.access.intercept.aopalliance"
			+ ".MethodSecurityMetadataSourceAdvisor";

	private MethodSecurity() {
	}

	/**
	 * Returns whether an advisor decides who may call a method.
	 * @param advisor the advisor
	 * @return whether it belongs to method security
	 */
	static boolean isDecidedBy(Advisor advisor) {
		return advisor instanceof AuthorizationAdvisor || advisor.getAdvice() instanceof AuthorizationAdvisor
				|| advisor.getClass().getName().equals(LEGACY_ADVISOR);
	}

	/**
	 * Returns whether an exception says that somebody may not do something.
	 * @param exception the exception
	 * @return whether Spring Security answers it with 401 or 403
	 */
	static boolean isRefusal(Exception exception) {
		return exception instanceof AccessDeniedException || exception instanceof AuthenticationException;
	}

	/**
	 * Returns the refusal of those whose right cannot be decided.
	 * @return the refusal, without a cause, which could be taken for the answer
	 */
	static RuntimeException undecided() {
		return new AccessDeniedException("It cannot be decided whether the recorded response may be replayed");
	}

}

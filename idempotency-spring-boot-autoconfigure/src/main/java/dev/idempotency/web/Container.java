package dev.idempotency.web;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import org.springframework.web.context.request.async.StandardServletAsyncWebRequest;

/**
 * What containers do in ways of their own.
 */
final class Container {

	private Container() {
	}

	/**
	 * Returns whether the reader of a request fails for malformed text, as that of Tomcat
	 * does, where others replace it.
	 */
	static boolean failsForMalformedText(ServletRequest request) {
		return serverInfo(request).startsWith("Apache Tomcat");
	}

	/**
	 * Returns whether an include may flush the response around it, as anywhere but on
	 * Undertow.
	 */
	static boolean isFlushedByIncludes(ServletRequest request) {
		return !serverInfo(request).startsWith("Undertow");
	}

	private static String serverInfo(ServletRequest request) {
		return String.valueOf(request.getServletContext().getServerInfo());
	}

	/**
	 * Returns whether somebody has wrapped a response who may keep its body for a while:
	 * others than the container, and Spring MVC for a handler.
	 * @param response the response as a handler sees it
	 * @param inner a response somewhere in it
	 * @return whether somebody else's wrapper is around the inner response
	 */
	static boolean isWrapped(ServletResponse response, ServletResponseWrapper inner) {
		ServletResponse own = inner;
		while (own instanceof ServletResponseWrapper wrapper) {
			own = wrapper.getResponse();
		}
		Package container = own.getClass().getPackage();
		ServletResponse outer = response;
		while (outer != inner && outer instanceof ServletResponseWrapper wrapper) {
			Class<?> type = wrapper.getClass();
			if (!type.getPackage().equals(container)
					&& type.getEnclosingClass() != StandardServletAsyncWebRequest.class) {
				return true;
			}
			outer = wrapper.getResponse();
		}
		return false;
	}

}

package dev.idempotency.web;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * What Servlet 6.1 has and Servlet 6.0, against which this compiles, has not.
 */
final class Servlet61 {

	private Servlet61() {
	}

	/**
	 * Returns whether the container of a request has it.
	 */
	static boolean isSupported(ServletRequest request) {
		int major = request.getServletContext().getMajorVersion();
		return major > 6 || (major == 6 && request.getServletContext().getMinorVersion() >= 1);
	}

	/**
	 * Redirects with a status. Only reached where the caller has Servlet 6.1.
	 */
	static void sendRedirect(HttpServletResponse response, String location, int status, boolean clearBuffer)
			throws IOException {
		try {
			SendRedirect.HANDLE.invokeExact(response, location, status, clearBuffer);
		}
		catch (IOException | RuntimeException | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException("Unexpected exception of a redirect", ex);
		}
	}

	/**
	 * The method, looked up on first use.
	 */
	private static final class SendRedirect {

		private static final MethodHandle HANDLE = find();

		private static MethodHandle find() {
			try {
				return MethodHandles.publicLookup()
					.findVirtual(HttpServletResponse.class, "sendRedirect",
							MethodType.methodType(void.class, String.class, int.class, boolean.class));
			}
			catch (ReflectiveOperationException ex) {
				throw new IllegalStateException("A redirect with a status needs Servlet 6.1", ex);
			}
		}

	}

}

package dev.idempotency.web;

import java.io.PrintWriter;
import java.io.Writer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * A response that tells what another one tells, and loses all that is written to it.
 */
final class DiscardedResponse {

	private DiscardedResponse() {
	}

	/**
	 * Returns a response to write to.
	 * @param response the response that stays as it is
	 * @return a response that looks like it; a proxy, because newer versions of the
	 * interface have more methods
	 */
	static HttpServletResponse of(HttpServletResponse response) {
		return (HttpServletResponse) Proxy.newProxyInstance(HttpServletResponse.class.getClassLoader(),
				new Class<?>[] { HttpServletResponse.class },
				(proxy, method, arguments) -> invoke(response, method, arguments));
	}

	private static @Nullable Object invoke(HttpServletResponse response, Method method, Object[] arguments)
			throws Throwable {
		if (method.getReturnType() == ServletOutputStream.class) {
			return new DiscardingOutputStream();
		}
		if (method.getReturnType() == PrintWriter.class) {
			return new PrintWriter(Writer.nullWriter());
		}
		if (method.getReturnType() == void.class) {
			return null;
		}
		try {
			return method.invoke(response, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

	/**
	 * Keeps nothing.
	 */
	private static final class DiscardingOutputStream extends ServletOutputStream {

		@Override
		public void write(int value) {
			// Lost
		}

		@Override
		public void write(byte[] source, int offset, int length) {
			// Lost
		}

		@Override
		public boolean isReady() {
			return true;
		}

		@Override
		public void setWriteListener(WriteListener listener) {
			throw new IllegalStateException("The response is written at once");
		}

	}

}

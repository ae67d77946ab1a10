package dev.idempotency.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;

import javax.net.ssl.SSLHandshakeException;

import org.jspecify.annotations.Nullable;

/**
 * What an exception that ended an attempt says of its request.
 */
final class Failures {

	/** More causes than any exception has, unless they form a circle. */
	private static final int DEPTH = 20;

	private Failures() {
	}

	/**
	 * Returns an exception of a blocking client as an I/O error, which some libraries
	 * wrap, or throw as a runtime exception of their own. Nobody but the library is to be
	 * behind us: what anybody else throws there is taken for an error on the way, too.
	 * @param failure the exception
	 * @return the I/O error
	 */
	static IOException ofExchange(Exception failure) {
		Throwable lost = find(failure, (cause) -> cause instanceof IOException);
		return (lost instanceof IOException ex) ? ex : new IOException(failure.toString(), failure);
	}

	/**
	 * Returns whether an exception came before the first byte of the request: nobody
	 * listens, or there is no way, no name, no connection in time, no secure connection.
	 * @param failure the exception
	 * @return whether nothing was sent, for certain
	 */
	static boolean isBeforeSending(Throwable failure) {
		return find(failure, Failures::isOfConnecting) != null;
	}

	private static boolean isOfConnecting(Throwable failure) {
		return failure instanceof ConnectException || failure instanceof UnknownHostException
				|| failure instanceof NoRouteToHostException || failure instanceof UnresolvedAddressException
				|| failure instanceof HttpConnectTimeoutException || failure instanceof SSLHandshakeException
				|| (failure instanceof SocketTimeoutException && isOfConnecting(failure.getMessage()))
				|| failure.getClass().getSimpleName().equals("ConnectTimeoutException");
	}

	/** The JDK and Jetty tell the two time-outs apart by their words alone. */
	private static boolean isOfConnecting(@Nullable String message) {
		return message != null && message.toLowerCase(Locale.ROOT).startsWith("connect time");
	}

	/**
	 * Finds an exception among another one and its causes.
	 * @param failure the exception
	 * @param wanted what to find
	 * @return the first that is wanted, {@code null} if there is none
	 */
	static @Nullable Throwable find(Throwable failure, Predicate<Throwable> wanted) {
		return Stream.<@Nullable Throwable>iterate(failure, (cause) -> (cause != null) ? cause.getCause() : null)
			.limit(DEPTH)
			.takeWhile((cause) -> cause != null)
			.filter(wanted)
			.findFirst()
			.orElse(null);
	}

}

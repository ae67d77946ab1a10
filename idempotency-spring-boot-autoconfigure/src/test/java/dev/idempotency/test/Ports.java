package dev.idempotency.test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ports for servers of tests, none of which the system gives to outgoing connections:
 * such a port could be taken before its server listens, or while it is down.
 */
public final class Ports {

	private static final Logger logger = LoggerFactory.getLogger(Ports.class);

	private static final int FIRST = 10_000;

	private static final int END = 32_000;

	private Ports() {
	}

	/**
	 * Returns a port on which nothing listens.
	 * @return the port
	 */
	public static int free() {
		while (true) {
			int port = ThreadLocalRandom.current().nextInt(FIRST, END);
			if (isFree(port)) {
				return port;
			}
		}
	}

	/**
	 * Returns a port on which nothing listens, nor on another one.
	 * @param offset the distance of the other one
	 * @return the port
	 */
	static int freeWith(int offset) {
		while (true) {
			int port = ThreadLocalRandom.current().nextInt(FIRST, END - offset);
			if (isFree(port) && isFree(port + offset)) {
				return port;
			}
		}
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
			return socket.isBound();
		}
		catch (IOException ex) {
			logger.debug("Port {} is in use", port, ex);
			return false;
		}
	}

}

package dev.idempotency.test;

import java.time.Duration;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;

/**
 * Decides where database servers run, and says so.
 */
final class Docker {

	static final String PASSWORD = "test";

	private static final Logger logger = LoggerFactory.getLogger(Docker.class);

	private Docker() {
	}

	static boolean isAvailable() {
		return DockerClientFactory.instance().isDockerAvailable();
	}

	/**
	 * Starts a server that ends with the JVM.
	 * @param image the image
	 * @param port the port that it listens on
	 * @param passwordVariable the environment variable for the password of its superuser
	 * @return its host and port, as in a URL
	 */
	static String start(String image, int port, String passwordVariable) {
		@SuppressWarnings("resource") // Ends with the JVM
		GenericContainer<?> server = new GenericContainer<>(image).withEnv(passwordVariable, PASSWORD)
			.withExposedPorts(port)
			// Once while it is set up, once for good
			.waitingFor(Wait.forLogMessage(".*ready (to accept|for) connections.*", 2)
				.withStartupTimeout(Duration.ofMinutes(2)));
		server.start();
		return server.getHost() + ":" + server.getMappedPort(port);
	}

	static void report(String server) {
		logger.info("Tests use {}", server);
	}

}

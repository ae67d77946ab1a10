package dev.idempotency.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.StringUtils;

import dev.idempotency.benchmarks.server.BenchmarkServer;

/**
 * A server in a process of its own.
 */
final class ServerProcess implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(ServerProcess.class);

	/** More options of the JVM, such as those that record a profile. */
	private static final String[] OPTIONS = StringUtils.tokenizeToStringArray(System.getProperty("server-options"),
			" ");

	/** The processes of all servers that were started. */
	private static final Set<Long> PIDS = ConcurrentHashMap.newKeySet();

	private final Process process;

	private final int port;

	private ServerProcess(Process process, int port) {
		this.process = process;
		this.port = port;
	}

	/**
	 * Starts a server and waits until it answers.
	 * @param properties its properties, as {@code name=value}
	 * @return the server
	 * @throws IOException if it does not start
	 */
	static ServerProcess start(List<String> properties) throws IOException {
		List<String> command = new ArrayList<>();
		Collections.addAll(command, Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xms256m",
				"-Xmx256m");
		Collections.addAll(command, OPTIONS);
		Collections.addAll(command, "-cp", System.getProperty("java.class.path"), BenchmarkServer.class.getName());
		properties.forEach((property) -> command.add("--" + property));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		PIDS.add(process.pid());
		BufferedReader output = new BufferedReader(
				new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
		for (String line = output.readLine(); line != null; line = output.readLine()) {
			int ready = line.indexOf(BenchmarkServer.READY);
			if (ready >= 0) {
				forward(output);
				return new ServerProcess(process,
						Integer.parseInt(line.substring(ready + BenchmarkServer.READY.length())));
			}
			logger.info(line);
		}
		throw new IOException("The server did not start with " + properties);
	}

	private static void forward(BufferedReader output) {
		Thread thread = new Thread(() -> output.lines().forEach(logger::info));
		thread.setDaemon(true);
		thread.start();
	}

	int port() {
		return this.port;
	}

	ProcessHandle handle() {
		return this.process.toHandle();
	}

	static boolean isServer(ProcessHandle process) {
		return PIDS.contains(process.pid());
	}

	@Override
	public void close() {
		this.process.destroy();
		this.process.onExit().join();
	}

}

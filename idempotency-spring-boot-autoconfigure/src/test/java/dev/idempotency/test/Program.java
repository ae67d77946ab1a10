package dev.idempotency.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A program in a process of its own, with what it has written so far.
 */
public final class Program implements AutoCloseable {

	private static final Duration LONG_ENOUGH = Duration.ofMinutes(2);

	private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

	private final Path log;

	private final Process process;

	private Program(Path log, Process process) {
		this.log = log;
		this.process = process;
	}

	/**
	 * Starts a program.
	 * @param log where its output goes
	 * @param classPath its class path
	 * @param arguments options of the virtual machine, the main class, its arguments
	 * @return the program
	 * @throws IOException if there is no such program
	 */
	public static Program start(Path log, String classPath, List<String> arguments) throws IOException {
		return start(log, List.of(), classPath, arguments);
	}

	/**
	 * Starts a program by another one.
	 * @param log where its output goes
	 * @param launcher the command that starts the command that follows it
	 * @param classPath its class path
	 * @param arguments options of the virtual machine, the main class, its arguments
	 * @return the program
	 * @throws IOException if there is no such launcher
	 */
	public static Program start(Path log, List<String> launcher, String classPath, List<String> arguments)
			throws IOException {
		List<String> command = new ArrayList<>(launcher);
		command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-XX:TieredStopAtLevel=1", "-cp", classPath));
		command.addAll(arguments);
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
		Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
		return new Program(log, process);
	}

	/**
	 * Waits for the end of the program.
	 * @return its exit value
	 */
	public int exitValue() {
		try {
			assertThat(this.process.waitFor(LONG_ENOUGH.toSeconds(), TimeUnit.SECONDS)).as(this::output).isTrue();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
		return this.process.exitValue();
	}

	/**
	 * Waits until the program serves.
	 * @return the port on which it listens
	 */
	public int port() {
		Awaitility.await().atMost(LONG_ENOUGH).until(() -> PORT.matcher(output()).find() || !this.process.isAlive());
		Matcher started = PORT.matcher(output());
		assertThat(started.find()).as(this::output).isTrue();
		return Integer.parseInt(started.group(1));
	}

	/**
	 * Returns what the program has written.
	 * @return its output so far
	 */
	public String output() {
		try {
			return Files.readString(this.log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Sends a signal to the program, where there are signals.
	 * @param name its name, such as {@code STOP}
	 * @throws IOException if there is no such command
	 */
	public void signal(String name) throws IOException {
		new ProcessBuilder("kill", "-" + name, Long.toString(this.process.pid())).start().onExit().join();
	}

	/** Kills the program, as {@code kill -9} does, and what it has started. */
	@Override
	public void close() {
		this.process.descendants().forEach(ProcessHandle::destroyForcibly);
		this.process.destroyForcibly().onExit().join();
	}

}

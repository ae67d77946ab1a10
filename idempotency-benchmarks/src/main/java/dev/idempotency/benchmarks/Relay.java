package dev.idempotency.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between a server and its store, and counts their round trips: how often
 * something is sent to the store after the store was last heard of.
 */
final class Relay implements AutoCloseable {

	private static final int BUFFER_SIZE = 65_536;

	private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

	private final ExecutorService threads = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "relay");
		thread.setDaemon(true);
		return thread;
	});

	private final AtomicLong roundTrips = new AtomicLong();

	private final int target;

	/**
	 * Begins to relay.
	 * @param target the port of the store
	 * @throws IOException if there is no port to listen on
	 */
	Relay(int target) throws IOException {
		this.target = target;
		this.threads.execute(this::accept);
	}

	int port() {
		return this.socket.getLocalPort();
	}

	long roundTrips() {
		return this.roundTrips.get();
	}

	private void accept() {
		try {
			while (true) {
				Socket client = this.socket.accept();
				Socket store = new Socket(InetAddress.getLoopbackAddress(), this.target);
				AtomicBoolean awaited = new AtomicBoolean();
				this.threads.execute(() -> copy(client, store, () -> {
					if (awaited.compareAndSet(false, true)) {
						this.roundTrips.incrementAndGet();
					}
				}));
				this.threads.execute(() -> copy(store, client, () -> awaited.set(false)));
			}
		}
		catch (IOException ex) {
			// Closed
		}
	}

	private static void copy(Socket from, Socket to, Runnable beforeEach) {
		try (from; to) {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			byte[] buffer = new byte[BUFFER_SIZE];
			for (int read = in.read(buffer); read != -1; read = in.read(buffer)) {
				beforeEach.run();
				out.write(buffer, 0, read);
			}
		}
		catch (IOException ex) {
			// Whoever is left sees the end of the connection
		}
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
		this.threads.shutdownNow();
	}

}

package dev.idempotency.test;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

import org.jspecify.annotations.Nullable;

/**
 * Stands between an application and a server, which it can take away from it.
 */
public final class TcpProxy implements AutoCloseable {

	private volatile InetSocketAddress target;

	private final Set<Closeable> connections = ConcurrentHashMap.newKeySet();

	private final int port;

	private ServerSocket listener;

	private volatile CountDownLatch open = new CountDownLatch(0);

	private volatile CountDownLatch stuck = new CountDownLatch(0);

	private volatile @Nullable Way torn;

	private volatile @Nullable Way slow;

	private volatile Duration delay = Duration.ZERO;

	/**
	 * Creates a proxy and starts it.
	 * @param host the host of the server
	 * @param port the port of the server
	 */
	public TcpProxy(String host, int port) {
		this.target = new InetSocketAddress(host, port);
		// Listens again when it heals, so nobody else may get the port meanwhile
		this.port = Ports.free();
		this.listener = listen(this.port);
	}

	/**
	 * Returns the port on which the proxy listens on the loopback interface.
	 * @return the port
	 */
	public int port() {
		return this.port;
	}

	/**
	 * Leads new connections to another port of the same host.
	 * @param targetPort the port of the server
	 */
	public void redirect(int targetPort) {
		this.target = new InetSocketAddress(this.target.getHostString(), targetPort);
	}

	/**
	 * Breaks connections, each at the first bytes that it is to transport in a direction:
	 * before the server gets a request, or after it has answered it.
	 * @param way the direction
	 */
	public void tear(Way way) {
		this.torn = way;
	}

	/** Does not break connections any more. */
	public void mend() {
		this.torn = null;
	}

	/**
	 * Keeps the bytes of a direction for a while, each time it gets some. They arrive
	 * even if their sender has given up meanwhile.
	 * @param way the direction
	 * @param time how long, zero for not any more
	 */
	public void slowDown(Way way, Duration time) {
		this.slow = way;
		this.delay = time;
	}

	/** Refuses all connections and breaks those that exist. */
	public void cut() {
		close(this.listener);
		breakConnections();
	}

	/** Lets connections be, accepts new ones, and transports nothing any more. */
	public void hang() {
		this.stuck = new CountDownLatch(1);
		this.open = new CountDownLatch(1);
	}

	/** Waits until somebody has sent something that hangs now. */
	public void awaitVictim() {
		try {
			this.stuck.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/** Works again, on new connections. What was stuck is lost. */
	public void heal() {
		breakConnections();
		this.open.countDown();
		if (this.listener.isClosed()) {
			this.listener = listen(this.port);
		}
	}

	private ServerSocket listen(int listenerPort) {
		try {
			ServerSocket socket = new ServerSocket();
			socket.setReuseAddress(true);
			socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), listenerPort));
			start(() -> accept(socket));
			return socket;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void accept(ServerSocket socket) throws IOException {
		while (true) {
			Socket client = socket.accept();
			Socket server = new Socket();
			this.connections.add(client);
			this.connections.add(server);
			try {
				server.connect(this.target);
			}
			catch (IOException ex) {
				forget(client, server);
				continue;
			}
			start(() -> copy(client, server, Way.TO_SERVER));
			start(() -> copy(server, client, Way.TO_CLIENT));
		}
	}

	private void copy(Socket from, Socket to, Way way) throws IOException {
		try (from; to) {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			byte[] bytes = new byte[8192];
			for (int length = in.read(bytes); length != -1; length = in.read(bytes)) {
				this.stuck.countDown();
				this.open.await();
				if (way == this.slow) {
					Thread.sleep(this.delay.toMillis());
				}
				if (way == this.torn) {
					return;
				}
				out.write(bytes, 0, length);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			forget(from, to);
		}
	}

	private void forget(Socket... sockets) {
		for (Socket socket : sockets) {
			close(socket);
			this.connections.remove(socket);
		}
	}

	private void breakConnections() {
		this.connections.forEach(TcpProxy::close);
		this.connections.clear();
	}

	private static void start(Transport transport) {
		Thread thread = new Thread(() -> run(transport), "tcp-proxy");
		thread.setDaemon(true);
		thread.start();
	}

	private static void run(Transport transport) {
		try {
			transport.run();
		}
		catch (IOException ex) {
			// The connection is over
		}
	}

	private static void close(Closeable closeable) {
		try {
			closeable.close();
		}
		catch (IOException ex) {
			// It is over anyway
		}
	}

	@Override
	public void close() {
		cut();
		this.open.countDown();
	}

	/**
	 * A direction.
	 */
	public enum Way {

		/** What clients send. */
		TO_SERVER,

		/** What the server answers. */
		TO_CLIENT

	}

	private interface Transport {

		void run() throws IOException;

	}

}

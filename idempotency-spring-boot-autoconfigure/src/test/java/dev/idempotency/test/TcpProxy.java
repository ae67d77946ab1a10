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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * Stands between an application and a server, which it can take away from it.
 */
public final class TcpProxy implements AutoCloseable {

	private final InetSocketAddress target;

	private final Set<Closeable> connections = ConcurrentHashMap.newKeySet();

	private final int port;

	private ServerSocket listener;

	private volatile CountDownLatch open = new CountDownLatch(0);

	private volatile CountDownLatch stuck = new CountDownLatch(0);

	/**
	 * Creates a proxy and starts it.
	 * @param host the host of the server
	 * @param port the port of the server
	 */
	public TcpProxy(String host, int port) {
		this.target = new InetSocketAddress(host, port);
		this.listener = listen(0);
		this.port = this.listener.getLocalPort();
	}

	/**
	 * Returns the port on which the proxy listens on the loopback interface.
	 * @return the port
	 */
	public int port() {
		return this.port;
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
			server.connect(this.target);
			start(() -> copy(client, server));
			start(() -> copy(server, client));
		}
	}

	private void copy(Socket from, Socket to) throws IOException {
		try (from; to) {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			byte[] bytes = new byte[8192];
			for (int length = in.read(bytes); length != -1; length = in.read(bytes)) {
				this.stuck.countDown();
				this.open.await();
				out.write(bytes, 0, length);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.connections.remove(from);
			this.connections.remove(to);
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

	private interface Transport {

		void run() throws IOException;

	}

}

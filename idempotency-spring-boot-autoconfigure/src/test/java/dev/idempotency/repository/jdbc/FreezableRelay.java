package dev.idempotency.repository.jdbc;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network between client and server that can stop to deliver without closing anything.
 */
final class FreezableRelay implements AutoCloseable {

	private static final Pattern ADDRESS = Pattern.compile("//([^:/]+):(\\d+)");

	private final String url;

	private final String host;

	private final int port;

	private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

	private final List<Closeable> sockets = new CopyOnWriteArrayList<>();

	private volatile boolean frozen;

	FreezableRelay(String url) throws IOException {
		Matcher address = ADDRESS.matcher(url);
		if (!address.find()) {
			throw new IllegalArgumentException(url);
		}
		this.host = address.group(1);
		this.port = Integer.parseInt(address.group(2));
		this.url = address.replaceFirst("//127.0.0.1:" + this.server.getLocalPort());
		start(this::accept);
	}

	String url() {
		return this.url;
	}

	void freeze() {
		this.frozen = true;
	}

	private void accept() throws IOException {
		while (true) {
			Socket client = this.server.accept();
			Socket target = new Socket(this.host, this.port);
			this.sockets.add(client);
			this.sockets.add(target);
			start(() -> copy(client, target));
			start(() -> copy(target, client));
		}
	}

	private void copy(Socket from, Socket to) throws IOException {
		InputStream in = from.getInputStream();
		OutputStream out = to.getOutputStream();
		byte[] buffer = new byte[8192];
		for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
			if (!this.frozen) {
				out.write(buffer, 0, read);
				out.flush();
			}
		}
		to.close();
	}

	private static void start(Work work) {
		Thread thread = new Thread(() -> {
			try {
				work.run();
			}
			catch (IOException ex) {
				// Closed by one of its ends
			}
		});
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() throws IOException {
		this.server.close();
		for (Closeable socket : this.sockets) {
			socket.close();
		}
	}

	private interface Work {

		void run() throws IOException;

	}

}

package dev.idempotency.client.hostile;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.reactive.function.client.WebClientRequestException;

import dev.idempotency.client.IdempotencyClientSettings;
import dev.idempotency.client.hostile.Caller.Orders;
import dev.idempotency.client.hostile.Caller.Transport;

import static org.assertj.core.api.Assertions.assertThatException;

/**
 * A server that accepts no connection in time got nothing, which every library says in
 * words of its own.
 */
class ConnectTimeoutTests {

	private static final List<Socket> queue = new ArrayList<>();

	private static ServerSocket full;

	@BeforeAll
	static void fill() throws IOException {
		full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
		boolean accepted = true;
		while (accepted) {
			Socket socket = new Socket();
			queue.add(socket);
			try {
				socket.connect(full.getLocalSocketAddress(), 200);
			}
			catch (SocketTimeoutException ex) {
				accepted = false;
			}
		}
	}

	@AfterAll
	static void close() throws IOException {
		for (Socket socket : queue) {
			socket.close();
		}
		full.close();
	}

	@ParameterizedTest
	@MethodSource("dev.idempotency.client.hostile.DeadlineTests#clients")
	void isNoUnknownOutcome(Caller caller, Library library) {
		Orders orders = caller.orders(Transport.of(library, caller), IdempotencyClientSettings.defaults());
		assertThatException().isThrownBy(() -> orders.post("http://127.0.0.1:" + full.getLocalPort(), "{}"))
			.isInstanceOfAny(ResourceAccessException.class, WebClientRequestException.class);
	}

}

package dev.idempotency.client.hostile;

import java.net.http.HttpClient;

import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.JettyClientHttpRequestFactory;
import org.springframework.http.client.ReactorClientHttpRequestFactory;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.HttpComponentsClientHttpConnector;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.http.client.reactive.JettyClientHttpConnector;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;

/**
 * The libraries that Spring Boot can pick, each with a time-out and without redirections
 * of its own.
 */
@SuppressWarnings("ImmutableEnumChecker")
enum Library {

	/** {@code java.net.http}. */
	JDK {

		private final HttpClient client = HttpClient.newBuilder()
			.version(HttpClient.Version.HTTP_1_1)
			.connectTimeout(Fault.PATIENCE_TO_CONNECT)
			.build();

		@Override
		ClientHttpRequestFactory requestFactory() {
			JdkClientHttpRequestFactory factory = new JdkClientHttpRequestFactory(this.client);
			factory.setReadTimeout(Fault.PATIENCE);
			return factory;
		}

		@Override
		ClientHttpConnector connector() {
			JdkClientHttpConnector connector = new JdkClientHttpConnector(this.client);
			connector.setReadTimeout(Fault.PATIENCE);
			return connector;
		}

	},

	/** {@code HttpURLConnection}, which is not for reactive clients. */
	SIMPLE {

		@Override
		ClientHttpRequestFactory requestFactory() {
			SimpleClientHttpRequestFactory factory = new SimpleClientHttpRequestFactory();
			factory.setConnectTimeout(Fault.PATIENCE_TO_CONNECT);
			factory.setReadTimeout(Fault.PATIENCE);
			return factory;
		}

		@Override
		ClientHttpConnector connector() {
			throw new UnsupportedOperationException();
		}

	},

	/** Apache HttpClient 5. */
	APACHE {

		private final RequestConfig config = RequestConfig.custom()
			.setResponseTimeout(org.apache.hc.core5.util.Timeout.of(Fault.PATIENCE))
			.build();

		private final ConnectionConfig connections = ConnectionConfig.custom()
			.setConnectTimeout(org.apache.hc.core5.util.Timeout.of(Fault.PATIENCE_TO_CONNECT))
			.build();

		@Override
		ClientHttpRequestFactory requestFactory() {
			return new HttpComponentsClientHttpRequestFactory(HttpClients.custom()
				.setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
					.setDefaultConnectionConfig(this.connections)
					.build())
				.setDefaultRequestConfig(this.config)
				.disableRedirectHandling()
				.build());
		}

		@Override
		ClientHttpConnector connector() {
			return new HttpComponentsClientHttpConnector(HttpAsyncClients.custom()
				.setConnectionManager(PoolingAsyncClientConnectionManagerBuilder.create()
					.setDefaultConnectionConfig(this.connections)
					.build())
				.setDefaultRequestConfig(this.config)
				.disableRedirectHandling()
				.build());
		}

	},

	/** Jetty's client. */
	JETTY {

		@Override
		ClientHttpRequestFactory requestFactory() {
			JettyClientHttpRequestFactory factory = new JettyClientHttpRequestFactory(client());
			factory.setReadTimeout(Fault.PATIENCE);
			return factory;
		}

		@Override
		ClientHttpConnector connector() {
			return new JettyClientHttpConnector(client());
		}

		private org.eclipse.jetty.client.HttpClient client() {
			org.eclipse.jetty.client.HttpClient client = new org.eclipse.jetty.client.HttpClient();
			client.setConnectTimeout(Fault.PATIENCE_TO_CONNECT.toMillis());
			client.setIdleTimeout(Fault.PATIENCE.toMillis());
			client.setFollowRedirects(false);
			return client;
		}

	},

	/** Reactor Netty. */
	REACTOR_NETTY {

		private final reactor.netty.http.client.HttpClient client = reactor.netty.http.client.HttpClient.create()
			.option(io.netty.channel.ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Fault.PATIENCE_TO_CONNECT.toMillis())
			.responseTimeout(Fault.PATIENCE);

		@Override
		ClientHttpRequestFactory requestFactory() {
			ReactorClientHttpRequestFactory factory = new ReactorClientHttpRequestFactory(this.client);
			factory.setReadTimeout(Fault.PATIENCE);
			return factory;
		}

		@Override
		ClientHttpConnector connector() {
			return new ReactorClientHttpConnector(this.client);
		}

	};

	abstract ClientHttpRequestFactory requestFactory();

	abstract ClientHttpConnector connector();

}

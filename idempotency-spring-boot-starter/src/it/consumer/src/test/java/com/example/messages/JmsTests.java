package com.example.messages;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import dev.idempotency.IdempotencyInFlightException;
import dev.idempotency.IdempotencyKeyMissingException;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jms.core.JmsTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two instances with one database behind a real broker.
 */
class JmsTests {

	private static final EmbeddedActiveMQ BROKER = new EmbeddedActiveMQ();

	private static List<ConfigurableApplicationContext> instances;

	private static JmsTemplate jms;

	private final String id = UUID.randomUUID().toString();

	@BeforeAll
	static void start() throws Exception {
		Configuration configuration = new ConfigurationImpl().setPersistenceEnabled(false)
			.setSecurityEnabled(false)
			.addAcceptorConfiguration("vm", JmsApplication.BROKER)
			.addQueueConfiguration(QueueConfiguration.of("dead").setRoutingType(RoutingType.ANYCAST))
			.addAddressSetting("#",
					new AddressSettings().setRedeliveryDelay(200)
						.setMaxDeliveryAttempts(10)
						.setDeadLetterAddress(SimpleString.of("dead")));
		BROKER.setConfiguration(configuration).start();
		jms = new JmsTemplate(new ActiveMQConnectionFactory(JmsApplication.BROKER));
		jms.setReceiveTimeout(Duration.ofMinutes(1).toMillis());
		instances = IntStream.range(0, 2).mapToObj((number) -> run()).toList();
	}

	private static ConfigurableApplicationContext run() {
		return new SpringApplicationBuilder(JmsApplication.class).web(WebApplicationType.NONE)
			.run("--spring.datasource.url=jdbc:h2:mem:jms;DB_CLOSE_DELAY=-1", "--idempotency.repository=jdbc",
					"--spring.application.name=shop");
	}

	@AfterAll
	static void stop() throws Exception {
		instances.forEach(ConfigurableApplicationContext::close);
		BROKER.stop();
	}

	private static void send(String line) {
		jms.send("orders", (session) -> session.createTextMessage(line));
	}

	private static int effects(String id) {
		return instances.get(0).getBean(Effects.class).count("shipment", id);
	}

	private static List<Class<?>> failures() {
		return instances.stream()
			.flatMap((instance) -> instance.getBean(Redeliveries.class).failures("message").stream())
			.<Class<?>>map((type) -> type)
			.toList();
	}

	/** Returns when nothing is left in the queue. */
	private static void awaitAll() {
		Awaitility.await()
			.atMost(Duration.ofMinutes(1))
			.until(() -> BROKER.getActiveMQServer().locateQueue("orders").getMessageCount() == 0);
	}

	@Test
	@DisplayName("9.5 a message delivered five times, to two instances: one effect")
	void fiveDeliveries() {
		IntStream.range(0, 5).forEach((number) -> send(this.id + " book"));
		awaitAll();
		assertThat(effects(this.id)).isEqualTo(1);
	}

	@Test
	@DisplayName("9.5 in flight: redelivered later and not lost, though the first run failed")
	void inFlight() {
		CountDownLatch gate = Effects.hold(this.id);
		Effects.failOnce(this.id);
		IntStream.range(0, 2).forEach((number) -> send(this.id + " book"));
		Awaitility.await()
			.atMost(Duration.ofMinutes(1))
			.until(() -> failures().contains(IdempotencyInFlightException.class));
		gate.countDown();
		awaitAll();
		assertThat(effects(this.id)).isEqualTo(1);
		assertThat(failures()).contains(IllegalStateException.class);
	}

	@Test
	@DisplayName("9.5 a message without key is refused, and put aside by the broker")
	void withoutKey() throws Exception {
		send(" " + this.id);
		assertThat(jms.receive("dead").getBody(String.class)).isEqualTo(" " + this.id);
		assertThat(failures()).contains(IdempotencyKeyMissingException.class);
		assertThat(effects("null")).isZero();
	}

}

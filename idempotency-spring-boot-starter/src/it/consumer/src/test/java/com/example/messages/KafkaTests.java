package com.example.messages;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import dev.idempotency.IdempotencyInFlightException;
import dev.idempotency.IdempotencyKeyMalformedException;
import dev.idempotency.IdempotencyKeyMissingException;
import dev.idempotency.IdempotencyNotReplayableException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.test.EmbeddedKafkaBroker;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two instances with one database behind a real broker.
 */
class KafkaTests {

	private static final int PARTITIONS = 2;

	private static EmbeddedKafkaBroker broker;

	private static KafkaProducer<String, String> producer;

	private static List<ConfigurableApplicationContext> instances;

	private final String id = UUID.randomUUID().toString();

	@BeforeAll
	static void start() {
		broker = new EmbeddedKafkaKraftBroker(1, PARTITIONS, "orders", "batches", "poisoned", "outside", "inside",
				"shipped")
			.brokerProperties(Map.of("offsets.topic.num.partitions", "1", "transaction.state.log.num.partitions", "1",
					"transaction.state.log.replication.factor", "1", "transaction.state.log.min.isr", "1"));
		broker.afterPropertiesSet();
		producer = new KafkaProducer<>(Map.of("bootstrap.servers", broker.getBrokersAsString()), new StringSerializer(),
				new StringSerializer());
		instances = IntStream.range(0, 2).mapToObj((number) -> run()).toList();
		Awaitility.await()
			.atMost(Duration.ofMinutes(1))
			.until(() -> instances.stream()
				.allMatch((instance) -> List.of("shipments", "invoices")
					.stream()
					.allMatch((listener) -> assigned(instance, listener) == 1)));
	}

	private static ConfigurableApplicationContext run() {
		return new SpringApplicationBuilder(KafkaApplication.class).web(WebApplicationType.NONE)
			.run("--spring.datasource.url=jdbc:h2:mem:kafka;DB_CLOSE_DELAY=-1", "--idempotency.repository=jdbc",
					"--spring.application.name=shop", "--test.brokers=" + broker.getBrokersAsString());
	}

	private static int assigned(ConfigurableApplicationContext instance, String listener) {
		return instance.getBean(KafkaListenerEndpointRegistry.class)
			.getListenerContainer(listener)
			.getAssignedPartitions()
			.size();
	}

	@AfterAll
	static void stop() {
		instances.forEach(ConfigurableApplicationContext::close);
		producer.close();
		broker.destroy();
	}

	private static void send(String topic, int partition, String line) {
		producer.send(new ProducerRecord<>(topic, partition, null, line));
	}

	/** Returns when everything that was sent has been dealt with. */
	private void awaitAll(String topic, String listener) {
		IntStream.range(0, PARTITIONS).forEach((partition) -> send(topic, partition, "end-" + partition + this.id + " end"));
		Awaitility.await()
			.atMost(Duration.ofMinutes(1))
			.until(() -> IntStream.range(0, PARTITIONS)
				.allMatch((partition) -> count(listener, "end-" + partition + this.id) == 1));
	}

	private static int count(String listener, String id) {
		return instances.get(0).getBean(Effects.class).count(listener, id);
	}

	private static List<Class<?>> failures(String text) {
		return instances.stream()
			.flatMap((instance) -> instance.getBean(Redeliveries.class).failures(text).stream())
			.<Class<?>>map((type) -> type)
			.toList();
	}

	private static List<Class<?>> givenUp(String text) {
		return instances.stream()
			.flatMap((instance) -> instance.getBean(Redeliveries.class).givenUp(text).stream())
			.<Class<?>>map((type) -> type)
			.toList();
	}

	@Test
	@DisplayName("9.5 a message delivered five times, to two instances: one effect of each listener")
	void fiveDeliveries() {
		IntStream.range(0, 5).forEach((number) -> send("orders", number % PARTITIONS, this.id + " book"));
		awaitAll("orders", "shipment");
		awaitAll("orders", "invoice");
		assertThat(count("shipment", this.id)).isEqualTo(1);
		assertThat(count("invoice", this.id)).isEqualTo(1);
	}

	@Test
	@DisplayName("9.5 in flight: redelivered later, more often than others are, and not lost")
	void inFlight() {
		CountDownLatch gate = Effects.hold(this.id);
		Effects.failOnce(this.id);
		IntStream.range(0, PARTITIONS).forEach((partition) -> send("orders", partition, this.id + " book"));
		Awaitility.await()
			.atMost(Duration.ofMinutes(1))
			.until(() -> failures(this.id).stream().filter(IdempotencyInFlightException.class::equals).count() > 20);
		gate.countDown();
		awaitAll("orders", "shipment");
		awaitAll("orders", "invoice");
		assertThat(count("shipment", this.id)).isEqualTo(1);
		assertThat(count("invoice", this.id)).isEqualTo(1);
		assertThat(failures(this.id)).contains(IllegalStateException.class);
		assertThat(givenUp(this.id)).isEmpty();
	}

	@Test
	@DisplayName("9.5 the same key twice in one batch: once")
	void twiceInOneBatch() {
		List.of(this.id + " a", "other-" + this.id + " b", this.id + " a").forEach((line) -> send("batches", 0, line));
		producer.flush();
		instances.get(0).getBean(KafkaListenerEndpointRegistry.class).getListenerContainer("batches").start();
		Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> count("parcel", "other-" + this.id) == 1);
		awaitAll("batches", "parcel");
		assertThat(count("parcel", this.id)).isEqualTo(1);
		assertThat(instances.get(0).getBean(KafkaApplication.Batches.class).sizes()).contains(3);
	}

	@ParameterizedTest
	@CsvSource({ "' {id}'", "'M\u00fcller {id}'" })
	@DisplayName("9.5 a message without key, or with what is none, is refused and not tried again")
	void withoutKey(String line) {
		send("orders", 0, line.replace("{id}", this.id));
		awaitAll("orders", "shipment");
		awaitAll("orders", "invoice");
		Class<?> expected = line.startsWith(" ") ? IdempotencyKeyMissingException.class
				: IdempotencyKeyMalformedException.class;
		assertThat(failures(this.id)).containsExactly(expected, expected);
		assertThat(givenUp(this.id)).containsExactly(expected, expected);
	}

	@Test
	@DisplayName("9.5 what cannot be replayed is not tried again either")
	void notReplayable() {
		IntStream.range(0, 3).forEach((number) -> send("poisoned", 0, this.id + " book"));
		awaitAll("poisoned", "poisoned");
		assertThat(count("poisoned", this.id)).isEqualTo(1);
		assertThat(givenUp(this.id)).containsExactly(IdempotencyNotReplayableException.class,
				IdempotencyNotReplayableException.class);
	}

	@Test
	@DisplayName("9.5 a transaction of Kafka is rolled back: the result of the operation is sent on by the next delivery")
	void sentOutsideOfTheOperation() {
		Effects.failOnce(this.id + "-fails");
		send("outside", 0, this.id + " " + this.id + "-fails");
		assertThat(shipped(this.id)).containsExactly("outside parcel of " + this.id);
		assertThat(count("parcel", this.id)).isEqualTo(1);
	}

	@Test
	@DisplayName("9.5 a transaction of Kafka is rolled back: what the operation itself has sent is lost, its effect is not")
	void sentInTheOperation() {
		Effects.failOnce(this.id + "-fails");
		send("inside", 0, this.id + " " + this.id + "-fails");
		send("inside", 0, "after-" + this.id + " none");
		assertThat(shipped("after-" + this.id)).containsExactly("inside after-" + this.id);
		assertThat(count("parcel", this.id)).isEqualTo(1);
	}

	/** What was sent on about a message, and all that was sent before. */
	private List<String> shipped(String about) {
		List<String> found = new ArrayList<>();
		try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
				Map.of("bootstrap.servers", broker.getBrokersAsString(), "group.id", UUID.randomUUID().toString(),
						"auto.offset.reset", "earliest", "isolation.level", "read_committed"),
				new StringDeserializer(), new StringDeserializer())) {
			consumer.subscribe(List.of("shipped"));
			Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> {
				consumer.poll(Duration.ofMillis(200)).forEach((message) -> found.add(message.value()));
				return found.stream().anyMatch((line) -> line.endsWith(about));
			});
		}
		return found.stream().filter((line) -> line.contains(this.id)).toList();
	}

}

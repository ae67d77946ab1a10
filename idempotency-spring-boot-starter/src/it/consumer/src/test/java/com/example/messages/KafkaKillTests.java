package com.example.messages;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

import dev.idempotency.repository.jdbc.JdbcIdempotencySchema;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.test.EmbeddedKafkaBroker;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two processes that share messages and a database, and are killed while they work. The
 * system property {@code kafka.messages} makes the run longer, {@code kafka.seed} repeats
 * its kills.
 */
class KafkaKillTests {

	private static final Logger logger = LoggerFactory.getLogger(KafkaKillTests.class);

	private static final int PARTITIONS = 2;

	private static final int DELIVERIES = 3;

	/** The most effects between two kills. */
	private static final int LONGEST_PEACE = 100;

	private static final int MESSAGES = Integer.getInteger("kafka.messages", 100);

	private static final long SEED = Long.getLong("kafka.seed", ThreadLocalRandom.current().nextInt());

	private final Random random = new Random(SEED);

	private final List<Process> consumers = new ArrayList<>();

	private int kills;

	@Test
	@DisplayName("9.5 each message delivered three times, consumers killed and restarted: one effect each")
	void killed() throws Exception {
		EmbeddedKafkaBroker broker = broker();
		try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
			JdbcTemplate jdbc = new JdbcTemplate(postgres.getPostgresDatabase());
			jdbc.execute(JdbcIdempotencySchema.script("postgresql", "idempotency_record"));
			new Effects(jdbc);
			send(broker);
			String database = postgres.getJdbcUrl("postgres", "postgres");
			for (int i = 0; i < 2; i++) {
				this.consumers.add(start(i, broker, database));
			}
			for (int next = peace(); next < MESSAGES; next = effects(jdbc) + peace()) {
				awaitEffects(jdbc, next);
				int victim = this.random.nextInt(this.consumers.size());
				this.consumers.get(victim).destroyForcibly().onExit().join();
				this.kills++;
				this.consumers.set(victim, start(victim, broker, database));
			}
			IntStream.range(0, PARTITIONS).forEach((partition) -> awaitEffect(jdbc, "shipment end-" + partition));
			logger.info("{} messages, {} kills, {} effects, seed {}", MESSAGES, this.kills, effects(jdbc), SEED);
			assertThat(jdbc.queryForList("select name from effect group by name having count(*) > 1", String.class))
				.as("Messages with several effects, seed %d", SEED)
				.isEmpty();
			assertThat(effects(jdbc)).isEqualTo(MESSAGES);
		}
		finally {
			this.consumers.forEach((consumer) -> consumer.destroyForcibly().onExit().join());
			broker.destroy();
		}
	}

	private int peace() {
		return 1 + this.random.nextInt(LONGEST_PEACE);
	}

	private static EmbeddedKafkaBroker broker() {
		EmbeddedKafkaBroker broker = new EmbeddedKafkaKraftBroker(1, PARTITIONS, "orders", "batches", "poisoned",
				"outside", "inside")
			.brokerProperties(Map.of("offsets.topic.num.partitions", "1", "group.min.session.timeout.ms", "1",
					"group.initial.rebalance.delay.ms", "0"));
		broker.afterPropertiesSet();
		return broker;
	}

	/** In any order and on any partition, and then one message more on each. */
	private void send(EmbeddedKafkaBroker broker) {
		List<String> lines = new ArrayList<>();
		IntStream.range(0, MESSAGES)
			.forEach((number) -> lines.addAll(Collections.nCopies(DELIVERIES, "order-" + number + " book")));
		Collections.shuffle(lines, this.random);
		try (KafkaProducer<String, String> producer = new KafkaProducer<>(
				Map.of("bootstrap.servers", broker.getBrokersAsString()), new StringSerializer(),
				new StringSerializer())) {
			lines.forEach((line) -> producer
				.send(new ProducerRecord<>("orders", this.random.nextInt(PARTITIONS), null, line)));
			IntStream.range(0, PARTITIONS)
				.forEach((partition) -> producer
					.send(new ProducerRecord<>("orders", partition, null, "end-" + partition + " end")));
		}
	}

	private static Process start(int number, EmbeddedKafkaBroker broker, String database) throws IOException {
		File log = Path.of("target", "kafka-consumer-" + number + ".log").toFile();
		return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-Dtest.pause=10", "-cp",
				System.getProperty("java.class.path"), KafkaApplication.class.getName(),
				"--spring.datasource.url=" + database, "--idempotency.repository=jdbc",
				"--spring.application.name=shop", "--logging.level.root=warn", "--test.invoices=false",
				"--test.session=2000", "--test.brokers=" + broker.getBrokersAsString())
			.redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.appendTo(log))
			.start();
	}

	private static int effects(JdbcTemplate jdbc) {
		return jdbc.queryForObject("select count(*) from effect where name not like '% end-%'", Integer.class);
	}

	private static void awaitEffects(JdbcTemplate jdbc, int count) {
		Awaitility.await()
			.pollInterval(Duration.ofMillis(5))
			.atMost(Duration.ofMinutes(2))
			.until(() -> effects(jdbc) >= count);
	}

	private static void awaitEffect(JdbcTemplate jdbc, String name) {
		Awaitility.await()
			.atMost(Duration.ofMinutes(2))
			.until(() -> jdbc.queryForObject("select count(*) from effect where name = ?", Integer.class, name) > 0);
	}

}

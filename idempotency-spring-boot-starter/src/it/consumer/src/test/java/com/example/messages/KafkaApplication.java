package com.example.messages;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.idempotency.Idempotent;
import dev.idempotency.IdempotencyInFlightException;
import dev.idempotency.IdempotencyKeyMalformedException;
import dev.idempotency.IdempotencyKeyMissingException;
import dev.idempotency.IdempotencyNotReplayableException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.annotation.EnableKafka;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.kafka.listener.BatchListenerFailedException;
import org.springframework.kafka.listener.ConsumerRecordRecoverer;
import org.springframework.kafka.listener.DefaultAfterRollbackProcessor;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.transaction.KafkaTransactionManager;
import org.springframework.util.backoff.FixedBackOff;

/**
 * Listeners of Kafka whose messages are delivered more than once.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableKafka
@Import({ Effects.class, Redeliveries.class, KafkaApplication.Shipments.class, KafkaApplication.Invoices.class,
		KafkaApplication.Batches.class, KafkaApplication.Forwarding.class, KafkaApplication.Poisoned.class })
class KafkaApplication {

	private static final long INTERVAL = 100;

	/** Runs in a process of its own. */
	public static void main(String[] arguments) {
		new SpringApplicationBuilder(KafkaApplication.class).web(WebApplicationType.NONE).run(arguments);
	}

	/** What is in flight comes again until it is done, what never can be does not. */
	@Bean
	DefaultErrorHandler errorHandler(ConsumerRecordRecoverer deadLetters) {
		FixedBackOff untilItIsDone = new FixedBackOff(INTERVAL, FixedBackOff.UNLIMITED_ATTEMPTS);
		DefaultErrorHandler handler = new DefaultErrorHandler(deadLetters, new FixedBackOff(INTERVAL, 5));
		handler.setBackOffFunction((message, ex) -> isInFlight(ex) ? untilItIsDone : null);
		handler.addNotRetryableExceptions(IdempotencyKeyMissingException.class, IdempotencyKeyMalformedException.class,
				IdempotencyNotReplayableException.class);
		return handler;
	}

	private static boolean isInFlight(Throwable ex) {
		return ex instanceof IdempotencyInFlightException || (ex.getCause() != null && isInFlight(ex.getCause()));
	}

	@Bean
	ConsumerRecordRecoverer deadLetters(Redeliveries redeliveries) {
		return redeliveries::givenUp;
	}

	@Bean
	ConsumerFactory<String, OrderPlaced> consumers(@Value("${test.brokers}") String brokers,
			@Value("${test.session:45000}") int session) {
		return new DefaultKafkaConsumerFactory<>(
				Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers, ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
						"earliest", ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
						ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, session, ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
						session / 15),
				new StringDeserializer(), new OrderPlaced.Reader());
	}

	@Bean
	ConcurrentKafkaListenerContainerFactory<String, OrderPlaced> kafkaListenerContainerFactory(
			ConsumerFactory<String, OrderPlaced> consumers, DefaultErrorHandler errorHandler,
			Redeliveries redeliveries) {
		errorHandler.setRetryListeners((message, ex, attempt) -> redeliveries.failed(message, ex));
		ConcurrentKafkaListenerContainerFactory<String, OrderPlaced> factory = new ConcurrentKafkaListenerContainerFactory<>();
		factory.setConsumerFactory(consumers);
		factory.setCommonErrorHandler(errorHandler);
		return factory;
	}

	@Bean
	ConcurrentKafkaListenerContainerFactory<String, OrderPlaced> batches(ConsumerFactory<String, OrderPlaced> consumers,
			DefaultErrorHandler errorHandler) {
		ConcurrentKafkaListenerContainerFactory<String, OrderPlaced> factory = new ConcurrentKafkaListenerContainerFactory<>();
		factory.setConsumerFactory(consumers);
		factory.setCommonErrorHandler(errorHandler);
		factory.setBatchListener(true);
		return factory;
	}

	@Bean
	ProducerFactory<String, String> transactionalProducers(@Value("${test.brokers}") String brokers) {
		DefaultKafkaProducerFactory<String, String> producers = new DefaultKafkaProducerFactory<>(
				Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers), new StringSerializer(),
				new StringSerializer());
		producers.setTransactionIdPrefix("shipped-");
		return producers;
	}

	@Bean
	KafkaTemplate<String, String> transactionalTemplate(ProducerFactory<String, String> transactionalProducers) {
		return new KafkaTemplate<>(transactionalProducers);
	}

	@Bean
	ConcurrentKafkaListenerContainerFactory<String, OrderPlaced> inKafkaTransactions(
			ConsumerFactory<String, OrderPlaced> consumers, ProducerFactory<String, String> transactionalProducers) {
		ConcurrentKafkaListenerContainerFactory<String, OrderPlaced> factory = new ConcurrentKafkaListenerContainerFactory<>();
		factory.setConsumerFactory(consumers);
		factory.setAfterRollbackProcessor(new DefaultAfterRollbackProcessor<>(new FixedBackOff(INTERVAL, 5)));
		factory.getContainerProperties()
			.setKafkaAwareTransactionManager(new KafkaTransactionManager<>(transactionalProducers));
		return factory;
	}

	/**
	 * Effect and record in one commit.
	 */
	static class Shipments {

		private final Effects effects;

		Shipments(Effects effects) {
			this.effects = effects;
		}

		@KafkaListener(id = "shipments", topics = "orders")
		@Idempotent(key = "#event.id()", transactional = true)
		void on(OrderPlaced event) {
			this.effects.add("shipment", event);
		}

	}

	/**
	 * Another group, with a lease.
	 */
	static class Invoices {

		private final Effects effects;

		Invoices(Effects effects) {
			this.effects = effects;
		}

		@KafkaListener(id = "invoices", topics = "orders", autoStartup = "${test.invoices:true}")
		@Idempotent(key = "#event.id()")
		void on(OrderPlaced event) {
			this.effects.await(event.id());
			this.effects.failIfItIsTo(event.id());
			this.effects.add("invoice", event);
		}

	}

	/**
	 * Many at once: the listener has no key, each of its calls has one.
	 */
	static class Batches {

		private final Parcels parcels;

		private final List<Integer> sizes = new ArrayList<>();

		Batches(Effects effects, Parcels parcels) {
			this.parcels = parcels;
		}

		@KafkaListener(id = "batches", topics = "batches", containerFactory = "batches", autoStartup = "false")
		void on(List<OrderPlaced> events) {
			this.sizes.add(events.size());
			for (int i = 0; i < events.size(); i++) {
				try {
					this.parcels.pack(events.get(i));
				}
				catch (RuntimeException ex) {
					throw new BatchListenerFailedException("Failed in a batch", ex, i);
				}
			}
		}

		List<Integer> sizes() {
			return this.sizes;
		}

	}

	/**
	 * Work of other listeners.
	 */
	static class Parcels {

		private final Effects effects;

		private final KafkaTemplate<String, String> kafka;

		Parcels(Effects effects, KafkaTemplate<String, String> kafka) {
			this.effects = effects;
			this.kafka = kafka;
		}

		@Idempotent(key = "#event.id()")
		String pack(OrderPlaced event) {
			this.effects.add("parcel", event);
			return "parcel of " + event.id();
		}

		@Idempotent(key = "#event.id()")
		void packAndTell(OrderPlaced event) {
			this.effects.add("parcel", event);
			this.kafka.send("shipped", "inside " + event.id());
		}

	}

	@Bean
	Parcels parcels(Effects effects, KafkaTemplate<String, String> transactionalTemplate) {
		return new Parcels(effects, transactionalTemplate);
	}

	/**
	 * Sends on in a transaction of Kafka that is rolled back once.
	 */
	static class Forwarding {

		private final Parcels parcels;

		private final Effects effects;

		private final KafkaTemplate<String, String> kafka;

		Forwarding(Parcels parcels, Effects effects, KafkaTemplate<String, String> kafka) {
			this.parcels = parcels;
			this.effects = effects;
			this.kafka = kafka;
		}

		@KafkaListener(id = "outside", topics = "outside", containerFactory = "inKafkaTransactions")
		void outside(OrderPlaced event) {
			String parcel = this.parcels.pack(event);
			this.kafka.send("shipped", "outside " + parcel);
			this.effects.failIfItIsTo(event.text());
		}

		@KafkaListener(id = "inside", topics = "inside", containerFactory = "inKafkaTransactions")
		void inside(OrderPlaced event) {
			this.parcels.packAndTell(event);
			this.effects.failIfItIsTo(event.text());
		}

	}

	/**
	 * Has a result that cannot be kept.
	 */
	static class Poisoned {

		private final Effects effects;

		Poisoned(Effects effects) {
			this.effects = effects;
		}

		@KafkaListener(id = "poisoned", topics = "poisoned")
		@Idempotent(key = "#event.id()")
		Object on(OrderPlaced event) {
			this.effects.add("poisoned", event);
			List<Object> cyclic = new ArrayList<>();
			cyclic.add(cyclic);
			return cyclic;
		}

	}

	@Bean
	JdbcTemplate jdbc(javax.sql.DataSource dataSource) {
		return new JdbcTemplate(dataSource);
	}

}

package com.example.messages;

import dev.idempotency.Idempotent;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.jms.annotation.EnableJms;
import org.springframework.jms.annotation.JmsListener;
import org.springframework.jms.config.DefaultJmsListenerContainerFactory;
import org.springframework.jms.support.converter.MessageConverter;

/**
 * A listener of JMS whose messages are delivered more than once.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableJms
@Import({ Effects.class, Redeliveries.class, JmsApplication.Shipments.class })
class JmsApplication {

	static final String BROKER = "vm://7";

	@Bean
	ConnectionFactory connectionFactory() {
		return new ActiveMQConnectionFactory(BROKER);
	}

	/** Only what is received in a transaction is delivered again after an exception. */
	@Bean
	DefaultJmsListenerContainerFactory jmsListenerContainerFactory(ConnectionFactory connectionFactory,
			Redeliveries redeliveries) {
		DefaultJmsListenerContainerFactory factory = new DefaultJmsListenerContainerFactory();
		factory.setConnectionFactory(connectionFactory);
		factory.setSessionTransacted(true);
		factory.setMessageConverter(new Converter());
		factory.setErrorHandler((ex) -> redeliveries.failed("message", ex));
		return factory;
	}

	/**
	 * Transactional work.
	 */
	static class Shipments {

		private final Effects effects;

		Shipments(Effects effects) {
			this.effects = effects;
		}

		@JmsListener(destination = "orders")
		@Idempotent(key = "#event.id()", transactional = true)
		void on(OrderPlaced event) {
			this.effects.add("shipment", event);
		}

	}

	/**
	 * Reads messages.
	 */
	private static final class Converter implements MessageConverter {

		@Override
		public Message toMessage(Object message, Session session) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Object fromMessage(Message message) throws JMSException {
			return OrderPlaced.of(((TextMessage) message).getText());
		}

	}

}

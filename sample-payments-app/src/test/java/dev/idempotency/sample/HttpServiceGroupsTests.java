package dev.idempotency.sample;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.mock.http.client.MockClientHttpRequest;
import org.springframework.mock.http.client.MockClientHttpResponse;
import org.springframework.web.client.support.RestClientHttpServiceGroupConfigurer;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.support.WebClientHttpServiceGroupConfigurer;
import org.springframework.web.service.annotation.PostExchange;
import org.springframework.web.service.registry.HttpServiceGroup.ClientType;
import org.springframework.web.service.registry.ImportHttpServices;
import reactor.core.publisher.Mono;

import dev.idempotency.autoconfigure.IdempotencyClientAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Keys for the HTTP service groups of the current Spring generation, by one line.
 */
class HttpServiceGroupsTests {

	private final ApplicationContextRunner application = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(IdempotencyClientAutoConfiguration.class))
		.withUserConfiguration(Groups.class);

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			none          |
			all           | payments stock mail
			payments      | payments
			payments,mail | payments mail
			""")
	void keysAreAddedToTheGroupsThatAreNamed(String value, String groups) {
		this.application.withPropertyValues("idempotency.client.apply-to=" + value).run((context) -> {
			context.getBean(Payments.class).create();
			context.getBean(Stock.class).create();
			context.getBean(Mail.class).create();
			assertThat(context.getBean(Sent.class).withKey())
				.isEqualTo((groups != null) ? List.of(groups.split(" ")) : List.of());
		});
	}

	@Test
	void aGroupThatDoesNotExistIsRefused() {
		this.application.withPropertyValues("idempotency.client.apply-to=payments,orders")
			.run((context) -> assertThat(context).getFailure().hasMessageContaining("'orders'"));
	}

	interface Payments {

		@PostExchange("http://localhost/payments")
		void create();

	}

	interface Stock {

		@PostExchange("http://localhost/stock")
		void create();

	}

	interface Mail {

		@PostExchange("http://localhost/mail")
		void create();

	}

	/**
	 * The names of the groups whose requests had a key.
	 *
	 * @param withKey the names, to be added to
	 */
	record Sent(List<String> withKey) {

		void add(String group, boolean key) {
			if (key) {
				this.withKey.add(group);
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "payments", types = Payments.class)
	@ImportHttpServices(group = "stock", types = Stock.class)
	@ImportHttpServices(group = "mail", types = Mail.class, clientType = ClientType.WEB_CLIENT)
	static class Groups {

		@Bean
		Sent sent() {
			return new Sent(new CopyOnWriteArrayList<>());
		}

		@Bean
		RestClientHttpServiceGroupConfigurer blocking(Sent sent) {
			return (groups) -> groups.forEachClient(
					(group, builder) -> builder.requestFactory((uri, method) -> new MockClientHttpRequest(method, uri) {

						@Override
						protected ClientHttpResponse executeInternal() {
							sent.add(group.name(), getHeaders().containsHeader("Idempotency-Key"));
							return new MockClientHttpResponse(new byte[0], HttpStatus.OK);
						}

					}));
		}

		@Bean
		WebClientHttpServiceGroupConfigurer reactive(Sent sent) {
			return (groups) -> groups.forEachClient((group, builder) -> builder.exchangeFunction((request) -> {
				sent.add(group.name(), request.headers().containsHeader("Idempotency-Key"));
				return Mono.just(ClientResponse.create(HttpStatus.OK).build());
			}));
		}

	}

}

package dev.idempotency.client;

import java.net.URI;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which server a URL leads to, also where {@link URI} does not know its host.
 */
class OriginTests {

	@ParameterizedTest
	@CsvSource({ "http://a.example/x, http, a.example, 80", "HTTPS://A.example, https, a.example, 443",
			"http://my_service:8080/x, http, my_service, 8080", "http://me:1@my_service/x, http, my_service, 80",
			"https://[::1]:8443/x, https, [::1], 8443", "http://[::1]/x, http, [::1], 80" })
	void everyUrlHasAServer(URI url, String scheme, String host, int port) {
		assertThat(Origin.of(url)).isEqualTo(new Origin(scheme, host, port));
	}

	@ParameterizedTest
	@CsvSource({ "/relative", "mailto:a@b.example", "//a.example/x" })
	void othersHaveNone(URI url) {
		assertThat(Origin.of(url)).isNull();
	}

}

package com.example.twins;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Multipart bodies that nobody resolves.
 */
class NoMultipartTwinsTests extends Twins {

	NoMultipartTwinsTests() {
		super("--spring.servlet.multipart.enabled=false");
	}

	static List<Row> multipart() {
		return shared(MultipartRows.rows());
	}

	@ParameterizedTest(name = "{0}", allowZeroInvocations = true)
	@MethodSource
	@DisplayName("3.10 Multipart bodies, not resolved")
	void multipart(Row row) throws IOException {
		compare(row);
	}

}

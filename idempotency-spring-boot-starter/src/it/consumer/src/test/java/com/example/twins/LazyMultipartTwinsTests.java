package com.example.twins;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Multipart bodies that nobody resolves until a handler asks for them.
 */
class LazyMultipartTwinsTests extends Twins {

	LazyMultipartTwinsTests() {
		super("--spring.servlet.multipart.resolve-lazily=true");
	}

	static List<Row> multipart() {
		return shared(MultipartRows.rows());
	}

	@ParameterizedTest(name = "{0}", allowZeroInvocations = true)
	@MethodSource
	@DisplayName("3.10 Multipart bodies, resolved lazily")
	void multipart(Row row) throws IOException {
		compare(row);
	}

}

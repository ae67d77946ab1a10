package com.example.twins;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * All rows, in an application as Spring Boot makes it.
 */
class TwinsTests extends Twins {

	static List<Row> written() {
		return named(WrittenRows.rows());
	}

	@ParameterizedTest(name = "{0}", allowZeroInvocations = true)
	@MethodSource
	@DisplayName("2.20 and 8.4 Handlers that write to the response")
	void written(Row row) throws IOException {
		compare(row);
	}

	static List<Row> random() {
		return shared(RandomRows.rows());
	}

	@ParameterizedTest(name = "{0}", allowZeroInvocations = true)
	@MethodSource
	@DisplayName("2.20 and 8.4 Handlers that write in any order")
	void random(Row row) throws IOException {
		compare(row);
	}

	static List<Row> returned() {
		return named(ReturnedRows.rows());
	}

	@ParameterizedTest(name = "{0}", allowZeroInvocations = true)
	@MethodSource
	@DisplayName("2.12 and 2.20 Handlers whose result is the response")
	void returned(Row row) throws IOException {
		compare(row);
	}

	static List<Row> failing() {
		return shared(ErrorRows.rows());
	}

	@ParameterizedTest(name = "{0}", allowZeroInvocations = true)
	@MethodSource
	@DisplayName("2.9 and 2.20 Handlers that fail")
	void failing(Row row) throws IOException {
		compare(row);
	}

	static List<Row> forwarding() {
		return shared(ForwardRows.rows());
	}

	@ParameterizedTest(name = "{0}", allowZeroInvocations = true)
	@MethodSource
	@DisplayName("2.17 Forwards and includes")
	void forwarding(Row row) throws IOException {
		compare(row);
	}

	static List<Row> asynchronous() {
		return named(AsyncRows.rows());
	}

	@ParameterizedTest(name = "{0}", allowZeroInvocations = true)
	@MethodSource
	@DisplayName("2.13 and 2.20 Handlers that answer later")
	void asynchronous(Row row) throws IOException {
		compare(row);
	}

	static List<Row> filtered() {
		return shared(FilterRows.rows());
	}

	@ParameterizedTest(name = "{0}", allowZeroInvocations = true)
	@MethodSource
	@DisplayName("2.21 and 8.4 Filters that change the response")
	void filtered(Row row) throws IOException {
		compare(row);
	}

	static List<Row> reading() {
		return shared(BodyRows.rows());
	}

	@ParameterizedTest(name = "{0}", allowZeroInvocations = true)
	@MethodSource
	@DisplayName("3.5 and 8.4 Handlers that read the body")
	void reading(Row row) throws IOException {
		compare(row);
	}

	static List<Row> filteredReading() {
		return shared(BodyRows.filtered());
	}

	@ParameterizedTest(name = "{0}", allowZeroInvocations = true)
	@MethodSource
	@DisplayName("3.10 Filters that read or change the body")
	void filteredReading(Row row) throws IOException {
		compare(row);
	}

	static List<Row> forms() {
		return shared(FormRows.rows());
	}

	@ParameterizedTest(name = "{0}", allowZeroInvocations = true)
	@MethodSource
	@DisplayName("3.9 and 8.4 Forms")
	void forms(Row row) throws IOException {
		compare(row);
	}

	static List<Row> multipart() {
		return shared(MultipartRows.rows());
	}

	@ParameterizedTest(name = "{0}", allowZeroInvocations = true)
	@MethodSource
	@DisplayName("3.9 and 3.10 Multipart bodies")
	void multipart(Row row) throws IOException {
		compare(row);
	}

}

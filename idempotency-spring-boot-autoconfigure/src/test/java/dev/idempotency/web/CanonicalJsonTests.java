package dev.idempotency.web;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CanonicalJson}.
 */
class CanonicalJsonTests {

	private static final int MEGABYTE = 1 << 20;

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			{"a":1,"b":2}            | { "b" : 2, "a" : 1 }
			{"a":{"x":[1,2],"y":{}}} | {"a": {"y": { }, "x": [ 1 , 2 ]}}
			[]                       | [ ]
			[{"a":true,"b":null}]    | [{"b":null,"a":true} ]
			"a b"                    | `  "a b"  `
			{"a":-1.50e+3}           | {"a" : -1.50e+3}
			{"}":"{\\"]","a":"\\\\"} | {"a":"\\\\" , "}":"{\\"]"}
			[{"a":{"b":[{}]}},{}]    | [ { "a" : { "b" : [ { } ] } } , { } ]
			[0,-0,0.10,1E-2,10e+05]  | [ 0 , -0 , 0.10 , 1E-2 , 10e+05 ]
			""")
	void whiteSpaceAndOrderOfMembersDoNotCount(String one, String other) {
		assertThat(canonical(one)).isEqualTo(canonical(other));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			{"\\u0061":1}             | {"a":1}
			{"a\\/b":1}               | {"a/b":1}
			{"a\\u002Fb":1}           | {"a\\u002fb":1}
			{"\\u0022\\u005c":1}      | {"\\"\\\\":1}
			{"\\n\\t\\r\\b\\f":1}     | {"\\u000a\\u0009\\u000D\\u0008\\u000C":1}
			{"\\u00e9":1}             | {"é":1}
			{"\\ud83d\\uDE00":1}      | {"😀":1}
			{"\\uD800":1}             | {"\\ud800":1}
			{"b":1,"\\u0061":2}       | {"a":2,"b":1}
			{"a":{"\\u0061":1}}       | {"\\u0061":{"a":1}}
			""")
	void namesAreComparedAfterTheirEscapesAreUndone(String one, String other) {
		assertThat(canonical(one)).isEqualTo(canonical(other));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			{"a":1,"a":2}             | {"a":2}
			{"a":1,"b":3,"a":2}       | {"b":3,"a":2}
			{"a":1,"\\u0061":100}     | {"a":100}
			{"\\u0061":100,"a":1}     | {"a":1}
			{"a":[1],"a":{"a":1}}     | {"a":{"a":1}}
			[{"a":1,"a":2,"a":3}]     | [{"a":3}]
			""")
	void ofANameThatOccursTwiceTheLastOneWins(String one, String other) {
		assertThat(canonical(one)).isEqualTo(canonical(other));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			{"a":1}                   | {"a":1.0}
			{"a":9007199254740992}    | {"a":9007199254740993}
			{"a":"1"}                 | {"a":1}
			{"a":"x y"}               | {"a":"xy"}
			[1,2]                     | [2,1]
			{"a":1,"a":2}             | {"a":2,"a":1}
			{"a":1,"\\u0061":100}     | {"\\u0061":100,"a":1}
			{"a":[1]}                 | {"a":1}
			{"a":{"b":1},"c":2}       | {"a":{"b":1,"c":2}}
			{"\\uD800":1}             | {"?":1}
			{"\\uD800":1}             | {"\\uD801":1}
			{"\\"":1}                 | {"\\\\\\"":1}
			{"a\\":1,\\"b":2}         | {"a":1,"b":2}
			{"":1}                    | {}
			{"a":"\\u0041"}           | {"a":"A"}
			{}                        | []
			""")
	void everythingElseCounts(String one, String other) {
		assertThat(canonical(one)).isNotEqualTo(canonical(other));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1}}", "[1", "[1,]", "\"a",
			"\"a\\", "{a:1}", "{\"a\":1 \"b\":2}", "'a'", "[,1]", "[1 2]", "{,}", "{\"a\",1}", "[1}", "{\"a\":1]", "]",
			"}", "[]]", "[] []", "{\"a\":1}x", "[\"a\" \"b\"]", "\ufeff[]", "[\u00a01]", "[1\f]" })
	void whatIsNotJsonStaysAsItIs(String text) {
		assertThat(canonical(text)).isEqualTo(text);
	}

	@ParameterizedTest
	@ValueSource(strings = { "tru", "truex", "True", "nul", "NaN", "Infinity", "undefined", "01", "-01", "00", "-",
			"+1", "1.", ".5", "1.e1", "1e", "1e+", "0x1", "1_000", "1-2", "--1", "1.2.3", "1L", "\u0661" })
	void whatIsNoLiteralStaysAsItIs(String literal) {
		for (String text : List.of(" " + literal, "[ " + literal + " ]", "{ \"a\" : " + literal + " }")) {
			assertThat(canonical(text)).isEqualTo(text);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "\\x", "\\'", "\\U0061", "\\u", "\\u006", "\\u006g", "\\u 061", "\\u-061", "\\u+061",
			"\\u\u0661\u0661\u0661\u0661", "\n", "\t", "\0", "\u001f", "\\\n" })
	void whatMayNotBeInAStringStaysAsItIs(String character) {
		for (String text : List.of("[ \"" + character + "\" ]", "{ \"" + character + "\" : 1 }",
				"{ \"a\" : \"b" + character + "z\" }")) {
			assertThat(canonical(text)).isEqualTo(text);
		}
	}

	@Test
	void lineBreaksAndTabsAreWhiteSpace() {
		assertThat(canonical("\r\n{\t\"a\"\n:\t1\r}\n")).isEqualTo(canonical("{\"a\":1}"));
	}

	@Test
	void depthDoesNotCount() {
		assertThat(canonical("[ ".repeat(10_000) + "]".repeat(10_000)))
			.isEqualTo("[".repeat(10_000) + "]".repeat(10_000));
		assertThat(canonical("{ \"b\":1, \"\\u0061\": ".repeat(10_000) + "[ ]" + "}".repeat(10_000)))
			.isEqualTo("{\"a\":".repeat(10_000) + "[]" + ",\"b\":1}".repeat(10_000));
	}

	static Stream<String> megabytes() {
		return Stream.of("{" + repeat("\"a\":1,") + "\"a\":1}", "{" + repeat("\"\\u0061\":1,") + "\"a\":1}",
				"{" + repeat("\"\":{},") + "\"\":{}}", "{\"a\":[" + repeat("{\"a\":1,\"a\":1},") + "0]}",
				"[" + repeat("1,") + "1]", "[".repeat(MEGABYTE / 2) + "]".repeat(MEGABYTE / 2),
				repeat("{\"a\":") + "0" + "}".repeat(MEGABYTE / 5), "[".repeat(MEGABYTE), repeat("{\"a\":"),
				repeat("[{\"a\":"), "\"" + repeat("\\u0061") + "\"", "\"" + repeat("\\\\"), repeat(" "),
				"{\"" + repeat("\\n") + "\":1}", "1".repeat(MEGABYTE), repeat("\"a\":1,"),
				IntStream.range(0, MEGABYTE / 10)
					.mapToObj((number) -> "\"" + (number ^ 0x5555) + "\":1")
					.collect(Collectors.joining(",", "{", "}")));
	}

	private static String repeat(String text) {
		return text.repeat(MEGABYTE / text.length());
	}

	/** Copies are what takes time, and memory tells of them on a slow machine too. */
	@ParameterizedTest
	@MethodSource("megabytes")
	void doesNotCopyWhatItHasReadForEachLevelOrMember(String json) {
		ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
		CanonicalJson.of(new byte[] { '0' });
		long before = thread.getCurrentThreadAllocatedBytes();
		CanonicalJson.of(bytes);
		assertThat(thread.getCurrentThreadAllocatedBytes() - before).isLessThan(100L * MEGABYTE);
	}

	@Test
	void whatIsNotUtf8StaysAsItIs() {
		byte[] latin = "{ \"a\":\"\u00e9\" }".getBytes(StandardCharsets.ISO_8859_1);
		assertThat(CanonicalJson.of(latin)).isEqualTo(latin);
		byte[] loneSurrogate = { '[', ' ', '"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"', ']' };
		assertThat(CanonicalJson.of(loneSurrogate)).isEqualTo(loneSurrogate);
		byte[] overlong = { '[', ' ', '"', (byte) 0xC1, (byte) 0xA1, '"', ']' };
		assertThat(CanonicalJson.of(overlong)).isEqualTo(overlong);
	}

	private static String canonical(String json) {
		return new String(CanonicalJson.of(json.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
	}

}

package dev.idempotency.web;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CanonicalJson}.
 */
class CanonicalJsonTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			{"a":1,"b":2}            | { "b" : 2, "a" : 1 }
			{"a":{"x":[1,2],"y":{}}} | {"a": {"y": { }, "x": [ 1 , 2 ]}}
			[]                       | [ ]
			[{"a":true,"b":null}]    | [{"b":null,"a":true} ]
			"a b"                    | `  "a b"  `
			{"a":-1.50e+3}           | {"a" : -1.50e+3}
			{"}":"{\\"]","a":"\\\\"} | {"a":"\\\\" , "}":"{\\"]"}
			""")
	void whiteSpaceAndOrderOfMembersDoNotCount(String one, String other) {
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
			{"a":1,"a":2}             | {"a":2}
			{"a":[1]}                 | {"a":1}
			{"a":{"b":1},"c":2}       | {"a":{"b":1,"c":2}}
			{"a":"\\u0041"}           | {"a":"A"}
			{}                        | []
			""")
	void everythingElseCounts(String one, String other) {
		assertThat(canonical(one)).isNotEqualTo(canonical(other));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1}}", "[1", "[1,]", "\"a",
			"\"a\\", "{a:1}", "{\"a\":1 \"b\":2}", "'a'" })
	void whatIsNotJsonStaysAsItIs(String text) {
		assertThat(canonical(text)).isEqualTo(text);
	}

	@Test
	void lineBreaksAndTabsAreWhiteSpace() {
		assertThat(canonical("\r\n{\t\"a\"\n:\t1\r}\n")).isEqualTo(canonical("{\"a\":1}"));
	}

	@Test
	void whatIsNestedTooDeepStaysAsItIs() {
		String deep = "[ ".repeat(10_000) + "]".repeat(10_000);
		assertThat(canonical(deep)).isEqualTo(deep);
	}

	@Test
	void whatIsNotUtf8StaysAsItIs() {
		byte[] latin = "{ \"a\":\"\u00e9\" }".getBytes(StandardCharsets.ISO_8859_1);
		assertThat(CanonicalJson.of(latin)).isEqualTo(latin);
	}

	private static String canonical(String json) {
		return new String(CanonicalJson.of(json.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
	}

}

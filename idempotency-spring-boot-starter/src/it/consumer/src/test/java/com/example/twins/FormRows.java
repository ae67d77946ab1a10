package com.example.twins;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.function.UnaryOperator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.example.twins.Request.Framing;

import static com.example.twins.Row.to;

/**
 * Forms, as browsers and others send them.
 */
final class FormRows {

	private static final List<String> HANDLERS = List.of("form/parameters", "form/argument", "form/optional",
			"form/list", "form/map", "form/body-map", "form/model", "form/implicit", "form/web-request",
			"form/consumes", "form/params", "body/nothing", "body/string-optional", "body/bytes-optional",
			"body/string-and-parameter", "body/string-then-parameter", "body/request-stream", "body/request-reader",
			"body/entity", "body/stream-then-parameters", "body/parameters-then-stream", "body/json");

	private FormRows() {
	}

	static List<Row> rows() {
		List<Row> rows = new ArrayList<>();
		for (String handler : HANDLERS) {
			forms().forEach((name, form) -> rows.add(form.apply(to("/" + handler, handler + ", " + name)).status(0)));
		}
		for (String method : List.of("PUT", "PATCH", "DELETE")) {
			for (String handler : HANDLERS) {
				rows.add(to("/" + handler, method + " " + handler).method(method)
					.form("name=J\u00fcrgen&a=1&a=2&quantity=3")
					.query("a=0")
					.status(0));
			}
		}
		return rows;
	}

	private static Map<String, UnaryOperator<Row>> forms() {
		String type = "application/x-www-form-urlencoded";
		Map<String, UnaryOperator<Row>> forms = new LinkedHashMap<>();
		forms.put("a form", (row) -> row.form("name=a&quantity=2&a=1"));
		forms.put("raw UTF-8", (row) -> row.form("name=J\u00fcrgen&a=\u20ac"));
		forms.put("escaped UTF-8", (row) -> row.form("name=J%C3%BCrgen&a=%E2%82%AC&n%61me=again"));
		forms.put("escaped ISO-8859-1", (row) -> row.form("name=J%FCrgen&a=1"));
		forms.put("raw ISO-8859-1", (row) -> row.type(type).body("name=J\u00fcrgen&a=1", StandardCharsets.ISO_8859_1));
		forms.put("charset ISO-8859-1", (row) -> row.type(type + ";charset=ISO-8859-1").body("name=J%FCrgen&a=1"));
		forms.put("charset UTF-8", (row) -> row.type(type + "; charset=UTF-8").body("name=J%C3%BCrgen&a=1"));
		forms.put("charset in upper case", (row) -> row.type("Application/X-WWW-Form-Urlencoded").body("name=a&a=1"));
		forms.put("another parameter of the type", (row) -> row.type(type + ";a=b").body("name=a&a=1"));
		forms.put("an unknown charset", (row) -> row.type(type + ";charset=x-unknown").body("name=a&a=1"));
		forms.put("a type that begins the same", (row) -> row.type(type + "-x").body("name=a&a=1"));
		forms.put("a bad escape", (row) -> row.form("a=%zz&name=b"));
		forms.put("half an escape", (row) -> row.form("name=b&a=%4"));
		forms.put("several values", (row) -> row.form("a=1&name=x&a=2&a=&a&name=y"));
		forms.put("several values and a query", (row) -> row.form("a=1&name=x").query("a=0&name=q&b=2"));
		forms.put("empty names", (row) -> row.form("=1&&a=1&=&name=x&"));
		forms.put("plus and semicolon", (row) -> row.form("name=a+b;c=d&a=%2B"));
		forms.put("spaces and lines", (row) -> row.form("name=a b\r\n&a= 1 "));
		forms.put("5,000 parameters",
				(row) -> row.form(IntStream.range(0, 5_000)
					.mapToObj((i) -> "a" + i + "=" + i)
					.collect(Collectors.joining("&", "name=x&", "&a=1"))));
		forms
			.put("1,000 parameters and two in the query",
					(row) -> row.form(IntStream.range(0, 999)
						.mapToObj((i) -> "a" + i + "=" + i)
						.collect(Collectors.joining("&", "name=x&", ""))).query("a=1&b=2"));
		forms.put("a long value", (row) -> row.form("name=" + "x".repeat(200_000) + "&a=1"));
		forms.put("an empty form", (row) -> row.form(""));
		forms.put("a form without body", (row) -> row.type(type));
		forms.put("chunked", (row) -> row.form("name=a&a=1").framing(Framing.CHUNKED));
		forms.put("cut short", (row) -> row.form("name=a&a=1").framing(Framing.CUT_SHORT));
		forms.put("expected", (row) -> row.form("name=a&a=1").framing(Framing.CONTINUE));
		forms.put("only a query", (row) -> row.query("name=q&a=0"));
		forms.put("a bad query", (row) -> row.form("name=a&a=1").query("b=%zz"));
		forms.put("_method", (row) -> row.form("_method=PUT&name=a&a=1"));
		forms.put("_charset_", (row) -> row.form("_charset_=ISO-8859-1&name=J%FCrgen&a=1"));
		forms.put("JSON that says it is a form", (row) -> row.form("{\"name\":\"a\",\"a\":\"1=2\"}"));
		forms.put("a null byte", (row) -> row.form("name=a%00b&a=1"));
		return forms;
	}

}

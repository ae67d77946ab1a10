package com.example.libraries;

import dev.idempotency.Idempotent;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.MutationMapping;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Controller;

/**
 * Bean methods that neither Spring MVC nor a listener calls.
 */
@Controller
class Bookings {

	private final JdbcTemplate jdbc;

	Bookings(JdbcTemplate jdbc) {
		this.jdbc = jdbc;
		jdbc.execute("create table booking (number int auto_increment, reference varchar(100) not null)");
	}

	/**
	 * What was booked.
	 *
	 * @param number its number
	 * @param reference what for
	 */
	record Booking(int number, String reference) {
	}

	@MutationMapping
	@Idempotent(key = "#key")
	Booking book(@Argument String key, @Argument String reference) {
		return insert(reference);
	}

	@QueryMapping
	int bookings(@Argument String reference) {
		return count(reference);
	}

	@Tool(description = "Books")
	@Idempotent(key = "#key")
	Booking bookByModel(String key, String reference) {
		return insert(reference);
	}

	private Booking insert(String reference) {
		this.jdbc.update("insert into booking (reference) values (?)", reference);
		Integer number = this.jdbc.queryForObject("select max(number) from booking where reference = ?", Integer.class,
				reference);
		return new Booking(number, reference);
	}

	int count(String reference) {
		return this.jdbc.queryForObject("select count(*) from booking where reference = ?", Integer.class, reference);
	}

}

package dev.idempotency.sample;

import java.util.Currency;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;

/**
 * What a client sends to pay.
 *
 * @param amount what to pay, in minor units of the currency
 * @param currency the currency by its ISO 4217 code; unknown codes cannot be read
 * @param reference what is paid for, in the client's words
 */
public record PaymentRequest(@Positive long amount, @NotNull Currency currency,
		@NotBlank @Size(max = 140) String reference) {
}

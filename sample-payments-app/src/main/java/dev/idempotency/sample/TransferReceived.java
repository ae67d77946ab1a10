package dev.idempotency.sample;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/**
 * An event of a bank: a customer has paid by a transfer.
 *
 * @param id identity of the event, the same in each delivery
 * @param payment what the customer has paid
 */
public record TransferReceived(@Nullable String id, @NotNull @Valid PaymentRequest payment) {
}

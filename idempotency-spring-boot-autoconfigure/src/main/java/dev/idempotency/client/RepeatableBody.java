package dev.idempotency.client;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.client.reactive.ClientHttpRequestDecorator;
import org.springframework.web.reactive.function.BodyInserter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The body of a request, whose source is asked for it once: the first attempt reads it
 * into memory, further ones send the same bytes.
 */
final class RepeatableBody implements BodyInserter<Object, ClientHttpRequest> {

	private final BodyInserter<?, ? super ClientHttpRequest> source;

	private final @Nullable PinnedKey key;

	private final IdempotencyClientSettings settings;

	private volatile @Nullable Written written;

	/**
	 * Creates the body.
	 * @param source writes it
	 * @param key what tells whether it is the same as on earlier attempts
	 * @param settings how large it may be
	 */
	RepeatableBody(BodyInserter<?, ? super ClientHttpRequest> source, @Nullable PinnedKey key,
			IdempotencyClientSettings settings) {
		this.source = source;
		this.key = key;
		this.settings = settings;
	}

	/**
	 * Returns whether the body was given to the library that sends it, so that the server
	 * may have it.
	 */
	boolean isHandedOver() {
		return this.written != null;
	}

	@Override
	public Mono<Void> insert(ClientHttpRequest request, Context context) {
		Written known = this.written;
		return (known != null) ? known.send(request) : this.source.insert(new Recorder(request), context);
	}

	/**
	 * A body as it was written, with the headers that describe it. The other headers are
	 * those of each attempt.
	 */
	private static final class Written {

		private final HttpHeaders headers;

		private final byte[] bytes;

		Written(HttpHeaders headers, byte[] bytes) {
			this.headers = headers;
			this.bytes = bytes;
		}

		private static boolean describesBody(String header) {
			return header.regionMatches(true, 0, "Content-", 0, "Content-".length())
					|| "Transfer-Encoding".equalsIgnoreCase(header);
		}

		Mono<Void> send(ClientHttpRequest request) {
			this.headers.forEach((name, values) -> {
				if (describesBody(name)) {
					request.getHeaders().put(name, values);
				}
			});
			return (this.bytes.length > 0)
					? request.writeWith(Mono.fromSupplier(() -> request.bufferFactory().wrap(this.bytes.clone())))
					: request.setComplete();
		}

	}

	/**
	 * Reads what is written before it is sent.
	 */
	private final class Recorder extends ClientHttpRequestDecorator {

		Recorder(ClientHttpRequest request) {
			super(request);
		}

		@Override
		public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
			int limit = (int) Math.min(RepeatableBody.this.settings.maxRequestSize().toBytes(), Integer.MAX_VALUE);
			// The limit does not hold for a Mono
			return DataBufferUtils.join(Flux.from(body), limit).map((buffer) -> {
				byte[] bytes = new byte[buffer.readableByteCount()];
				buffer.read(bytes);
				DataBufferUtils.release(buffer);
				return bytes;
			})
				.onErrorMap(DataBufferLimitException.class,
						(ex) -> RepeatableBody.this.settings.tooLarge().initCause(ex))
				.defaultIfEmpty(new byte[0])
				.flatMap(this::send);
		}

		@Override
		public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
			return writeWith(Flux.from(body).concatMap((part) -> part));
		}

		@Override
		public Mono<Void> setComplete() {
			return Mono.defer(() -> send(new byte[0]));
		}

		private Mono<Void> send(byte[] bytes) {
			PinnedKey pinned = RepeatableBody.this.key;
			if (pinned != null) {
				pinned.pin(bytes, getHeaders().getFirst("Content-Type"));
			}
			HttpHeaders headers = new HttpHeaders();
			getHeaders().forEach(headers::addAll);
			Written result = new Written(headers, bytes);
			RepeatableBody.this.written = result;
			return result.send(getDelegate());
		}

	}

}

/** Makes payments over HTTP: each operation has one key, which all its attempts carry. */

const JSON_CONTENT = { 'Content-Type': 'application/json' };

/** @param resource 'payments', 'bookings' or 'webhooks/transfers' */
export function path(resource, protection) {
	return (protection === 'with') ? resource : `demo/unprotected-${resource}`;
}

/** Needs a secure context (https or localhost) for the short way. */
export function newKey() {
	if (crypto.randomUUID) {
		return crypto.randomUUID();
	}
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	bytes[6] = (bytes[6] & 0x0f) | 0x40;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
	const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
	return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** @param resource 'payments' or 'bookings' */
export async function list(resource) {
	return ok(await fetch(resource, { cache: 'no-store' })).json();
}

function ok(response) {
	if (!response.ok) {
		throw new Error(`${response.url} answers ${response.status}`);
	}
	return response;
}

export class Operation {

	/**
	 * @param name what the user did
	 * @param order amount in minor units, currency and reference
	 * @param protection 'with' or 'without'
	 * @param changed called with the operation after each change of its attempts
	 */
	constructor(name, order, protection, changed) {
		this.name = name;
		this.order = order;
		this.protection = protection;
		this.key = newKey();
		this.attempts = [];
		this.changed = changed;
	}

	/** The event by which a bank tells of a transfer for the order, signed; the key is its id. */
	async transfer() {
		const body = JSON.stringify({ id: this.key, payment: this.order });
		const response = ok(await fetch('demo/signatures', { method: 'POST', headers: JSON_CONTENT, body }));
		return { to: 'webhooks/transfers', headers: { 'Webhook-Signature': await response.text() }, body };
	}

	/**
	 * Sends the order once; never rejects.
	 * @param to what it is sent to, 'payments' unless said otherwise
	 * @param delay how long the server shall take, in milliseconds
	 * @param lose whether the server shall break the connection instead of answering
	 * @param crashAfter the step after which the request shall end
	 * @param giveUpAfter how long to wait for the answer, in milliseconds
	 * @param amount another amount than that of the order
	 * @param headers what is sent in place of the key
	 * @param body what is sent in place of the order
	 */
	async send({
		to = 'payments', delay = 0, lose = false, crashAfter = '', giveUpAfter = 0, amount = this.order.amount,
		headers = { 'Idempotency-Key': `"${this.key}"` }, body = JSON.stringify({ ...this.order, amount }),
	} = {}) {
		const attempt = { number: this.attempts.length + 1, key: this.key, amount, state: 'waiting' };
		this.attempts.push(attempt);
		this.changed(this);
		const patience = new AbortController();
		const timer = (giveUpAfter > 0) ? setTimeout(() => patience.abort(), giveUpAfter) : undefined;
		const start = performance.now();
		try {
			Object.assign(attempt, await answer(path(to, this.protection), {
				method: 'POST',
				headers: { ...JSON_CONTENT, ...headers, ...demoHeaders(delay, lose, crashAfter) },
				body,
				signal: patience.signal,
				cache: 'no-store',
			}));
		} catch {
			attempt.state = patience.signal.aborted ? 'gave up' : 'lost';
		}
		clearTimeout(timer);
		attempt.millis = Math.round(performance.now() - start);
		this.changed(this);
		return attempt;
	}

}

function demoHeaders(delay, lose, crashAfter) {
	return {
		...(delay > 0 && { 'Demo-Delay': delay }),
		...(lose && { 'Demo-Lose-Response': 'true' }),
		...(crashAfter && { 'Demo-Crash-After': crashAfter }),
	};
}

async function answer(to, request) {
	const response = await fetch(to, request);
	const body = await response.arrayBuffer();
	// Not every browser takes a shortened answer for an error
	if (body.byteLength < Number(response.headers.get('Content-Length'))) {
		throw new TypeError('The answer is not complete');
	}
	return {
		state: 'answered',
		status: response.status,
		replayed: response.headers.get('Idempotent-Replayed') === 'true',
		retryAfter: Number(response.headers.get('Retry-After')),
		problem: response.ok ? '' : problem(body),
	};
}

/** The last part of a problem's type, 'in-flight' say; else its title. */
function problem(body) {
	try {
		const { type, title } = JSON.parse(new TextDecoder().decode(body));
		return (type && type !== 'about:blank') ? type.split(':').pop() : title;
	} catch {
		return '';
	}
}

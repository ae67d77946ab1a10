/** Makes payments over HTTP: each operation has one key, which all its attempts carry. */

const PATHS = { with: 'payments', without: 'demo/unprotected-payments' };

export function path(protection) {
	return PATHS[protection];
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

export async function payments() {
	const response = await fetch('payments', { cache: 'no-store' });
	if (!response.ok) {
		throw new Error(`Payments cannot be read: ${response.status}`);
	}
	return response.json();
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

	/**
	 * Sends the order once; never rejects.
	 * @param delay how long the server shall take, in milliseconds
	 * @param lose whether the server shall break the connection instead of answering
	 * @param giveUpAfter how long to wait for the answer, in milliseconds
	 * @param amount another amount than that of the order
	 */
	async send({ delay = 0, lose = false, giveUpAfter = 0, amount = this.order.amount } = {}) {
		const attempt = { number: this.attempts.length + 1, key: this.key, amount, state: 'waiting' };
		this.attempts.push(attempt);
		this.changed(this);
		const patience = new AbortController();
		const timer = (giveUpAfter > 0) ? setTimeout(() => patience.abort(), giveUpAfter) : undefined;
		const start = performance.now();
		try {
			Object.assign(attempt, await this.#answer(amount, delay, lose, patience.signal));
		} catch {
			attempt.state = patience.signal.aborted ? 'gave up' : 'lost';
		}
		clearTimeout(timer);
		attempt.millis = Math.round(performance.now() - start);
		this.changed(this);
		return attempt;
	}

	async #answer(amount, delay, lose, signal) {
		const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': `"${this.key}"` };
		if (delay > 0) {
			headers['Demo-Delay'] = delay;
		}
		if (lose) {
			headers['Demo-Lose-Response'] = 'true';
		}
		const response = await fetch(path(this.protection), {
			method: 'POST', headers, body: JSON.stringify({ ...this.order, amount }), signal, cache: 'no-store',
		});
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

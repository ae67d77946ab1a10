/** Runs what the buttons say, and keeps what is shown fresh while somebody looks. */

import { Operation, list, path } from './client.js';
import { digits } from './elements.js';
import { outcome, scenarios } from './scenarios.js';
import * as attempts from './attempts.js';
import * as ledger from './ledger.js';
import * as meters from './meters.js';
import * as steps from './steps.js';

const REFRESH = 1000;

const form = document.getElementById('checkout');

const { reference, amount, currency } = form.elements;

const summary = document.getElementById('meters-summary');

const explanation = summary.textContent;

let running = false;

let looked = 0;

let refreshing;

function protection() {
	return form.elements.protection.value;
}

function order() {
	return {
		amount: Math.round(amount.valueAsNumber * 10 ** digits(currency.value)),
		currency: currency.value,
		reference: reference.value,
	};
}

async function run(button) {
	if (running || !form.reportValidity()) {
		return;
	}
	setRunning(true);
	const result = document.getElementById(`${button.id}-result`);
	result.className = 'result';
	result.textContent = 'Running …';
	try {
		const before = await load();
		const operation = new Operation(button.textContent, order(), protection(), attempts.show);
		await scenarios[button.id](operation);
		const [made, booked] = added(operation.order.reference, before, await load());
		if (booked.length > 0) {
			steps.show(operation, booked, made);
		}
		attempts.show(operation, made.length);
		result.classList.add((made.length > 1) ? 'bad' : (made.length === 1) ? 'good' : 'wait');
		result.textContent = outcome(operation, made.length);
		if (made.length > 0) {
			reference.value = next(reference.value);
		}
	} catch {
		result.classList.add('bad');
		result.textContent = 'The server cannot be reached.';
	}
	setRunning(false);
	await refresh();
}

function load() {
	return Promise.all([ledger.load(), list('bookings')]);
}

/** Payments and bookings of a reference that were not there before. */
function added(reference, before, after) {
	const known = new Set(before.flat().map(({ id }) => id));
	return after.map((all) => all.filter((one) => one.reference === reference && !known.has(one.id)));
}

/** Buttons keep the focus: they are refused, not disabled. */
function setRunning(value) {
	running = value;
	for (const button of document.querySelectorAll('button')) {
		button.setAttribute('aria-disabled', String(value));
	}
}

/** "order 1001" becomes "order 1002", "book" becomes "book 2". */
function next(text) {
	const [, words, number] = text.trim().match(/^(.*?)(\d{0,9})$/);
	return (number ? `${words}${Number(number) + 1}` : `${words} 2`).slice(-140);
}

function refresh() {
	if (!document.hidden) {
		refreshing ??= look().finally(() => {
			refreshing = undefined;
		});
	}
	return refreshing;
}

async function look() {
	const wasAway = performance.now() - looked > 5 * REFRESH;
	looked = performance.now();
	try {
		await ledger.load();
		await meters.look(wasAway);
		summary.textContent = explanation;
	} catch {
		summary.textContent = 'The server cannot be reached, these are the last numbers seen.';
	}
}

async function keepFresh() {
	await refresh();
	setTimeout(keepFresh, REFRESH);
}

/** After the highest number that was paid for, so that references are not used twice by chance. */
async function suggestReference() {
	try {
		const numbers = (await ledger.load()).map((payment) => /^order (\d{1,9})$/.exec(payment.reference))
			.filter(Boolean).map(([, number]) => Number(number));
		if (reference.value === reference.defaultValue) {
			reference.value = `order ${Math.max(1000, ...numbers) + 1}`;
		}
	} catch {
		// Said by the first refresh
	}
}

function showEndpoint() {
	const code = document.createElement('code');
	code.textContent = `POST /${path('payments', protection())}`;
	const words = (protection() === 'with') ? ', a method with @Idempotent' : ', the same method without @Idempotent';
	document.getElementById('endpoint').replaceChildren(code, words);
}

function fitAmount() {
	const places = digits(currency.value);
	amount.step = String(1 / 10 ** places);
	amount.min = amount.step;
	if (amount.value) {
		amount.value = amount.valueAsNumber.toFixed(places);
	}
}

form.addEventListener('submit', (event) => {
	event.preventDefault();
	run(document.getElementById('pay'));
});
form.addEventListener('change', showEndpoint);
currency.addEventListener('change', fitAmount);
for (const button of document.querySelectorAll('.scenarios button')) {
	button.addEventListener('click', () => run(button));
}
document.addEventListener('visibilitychange', refresh);

showEndpoint();
fitAmount();
await suggestReference();
keepFresh();

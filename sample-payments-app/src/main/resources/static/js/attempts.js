/** The table of attempts, one group of rows for each operation. */

import { element, money } from './elements.js';
import { plural } from './scenarios.js';

const OPERATIONS = 12;

const table = document.getElementById('attempts');

const groups = new Map();

export function show(operation, payments) {
	let group = groups.get(operation);
	if (!group) {
		group = element('tbody');
		groups.set(operation, group);
		table.querySelector('tbody.empty')?.remove();
		table.tHead.after(group);
		forgetOldest();
	}
	group.replaceChildren(heading(operation, payments), ...operation.attempts.map((attempt) => row(attempt, operation)));
}

function forgetOldest() {
	const [oldest] = groups.keys();
	if (groups.size > OPERATIONS) {
		groups.get(oldest).remove();
		groups.delete(oldest);
	}
}

function heading({ name, order, protection, attempts }, payments) {
	const what = `${name}: ${order.reference}, ${money(order.amount, order.currency)}, ${protection} protection`;
	const cell = element('th', { scope: 'rowgroup', colspan: 5 }, element('span', { class: 'operation' }, what));
	if (payments !== undefined) {
		const tone = (payments > 1) ? 'bad' : (payments === 1) ? 'good' : 'wait';
		cell.append(' ', element('span', { class: `badge ${tone}` },
			`${plural(attempts.length, 'attempt')}, ${plural(payments, 'payment')}`));
	}
	return element('tr', { class: 'heading' }, cell);
}

function row(attempt, operation) {
	const answer = element('td', {}, badge(attempt));
	const note = notes(attempt, operation).join(', ');
	if (note) {
		answer.append(' ', element('span', { class: 'note' }, note));
	}
	return element('tr', {},
		element('td', {}, String(attempt.number)),
		element('td', {}, element('code', { title: attempt.key }, attempt.key.slice(0, 8))),
		answer,
		element('td', {}, (attempt.replayed) ? 'true' : '–'),
		element('td', { class: 'number' }, (attempt.millis !== undefined) ? `${attempt.millis} ms` : '…'));
}

function badge({ state, status, replayed }) {
	if (state === 'waiting') {
		return element('span', { class: 'badge' }, 'waiting');
	}
	if (state !== 'answered') {
		return element('span', { class: `badge ${(state === 'lost') ? 'bad' : 'wait'}` }, state);
	}
	const tone = (status < 300) ? (replayed ? 'replay' : 'good') : (status === 409) ? 'wait' : 'bad';
	return element('span', { class: `badge ${tone}` }, String(status));
}

function notes({ state, problem, retryAfter, amount, replayed, status }, { order }) {
	const all = [];
	if (state === 'lost') {
		all.push('connection broke');
	}
	if (status === 201) {
		all.push(replayed ? 'first answer again' : 'paid');
	}
	if (status === 204) {
		all.push('accepted');
	}
	if (problem) {
		all.push(problem);
	}
	if (retryAfter > 0) {
		all.push(`retry after ${retryAfter} s`);
	}
	if (amount !== order.amount) {
		all.push(money(amount, order.currency));
	}
	return all;
}

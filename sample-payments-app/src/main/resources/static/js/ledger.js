/** The payments that the server has, with those of one reference marked. */

import { list } from './client.js';
import { element, money } from './elements.js';
import { plural } from './scenarios.js';

const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

const rows = document.getElementById('ledger').tBodies[0];

const summary = document.getElementById('ledger-summary');

const nothing = rows.rows[0];

let shown = '';

let asked = 0;

let answered = 0;

/** Answers can overtake each other: an older one is not shown over a newer one. */
export async function load() {
	asked += 1;
	const turn = asked;
	const payments = await list('payments');
	if (turn > answered) {
		answered = turn;
		show(payments);
	}
	return payments;
}

function show(payments) {
	const content = JSON.stringify(payments);
	if (content === shown) {
		return;
	}
	shown = content;
	const times = new Map();
	payments.forEach(({ reference }) => times.set(reference, (times.get(reference) ?? 0) + 1));
	rows.replaceChildren(...((payments.length > 0)
		? payments.map((payment) => row(payment, times.get(payment.reference))) : [nothing]));
	summary.replaceChildren(...sentences(payments, times));
}

function row({ id, amount, currency, reference, createdAt }, times) {
	const what = element('td', {}, reference);
	if (times > 1) {
		what.append(' ', element('span', { class: 'badge bad' }, `paid ${times} times`));
	}
	return element('tr', (times > 1) ? { class: 'twice' } : {},
		element('td', { class: 'time' }, element('time', { datetime: createdAt }, time.format(new Date(createdAt)))),
		what,
		element('td', { class: 'number' }, money(amount, currency)),
		element('td', {}, element('code', { title: id }, id.slice(0, 8))));
}

function sentences(payments, times) {
	const several = [...times.values()].filter((number) => number > 1).length;
	const all = `${plural(payments.length, 'payment')}${(payments.length === 100) ? ', the latest' : ''} `
		+ `for ${plural(times.size, 'reference')}.`;
	return (several === 0) ? [all]
		: [`${all} `, element('strong', { class: 'warning' }, `${plural(several, 'reference')} paid more than once.`)];
}

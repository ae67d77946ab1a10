/** How often each step of the last booking was done. */

import { element, tile } from './elements.js';

const tiles = document.getElementById('steps');

const summary = document.getElementById('steps-summary');

/**
 * @param bookings those that an operation made
 * @param payments those that it made
 */
export function show({ order, protection }, bookings, payments) {
	summary.textContent = `How often each step was done for ${order.reference}, ${protection} protection.`;
	fill({
		reserve: bookings.length,
		charge: payments.length,
		confirm: bookings.filter(({ paymentId }) => paymentId).length,
	});
}

function fill(steps) {
	tiles.replaceChildren(...Object.entries(steps).map(([name, times]) => tile(tone(times),
		element('dd', { id: `step-${name}` }, String(times)), element('code', {}, name))));
}

function tone(times) {
	return (times > 1) ? 'mismatch' : (times === 1) ? 'miss' : '';
}

fill({ reserve: '–', charge: '–', confirm: '–' });

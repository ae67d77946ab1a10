/** Counts of requests by outcome, as Actuator tells them, and what was added in the last minute. */

import { element, svg, tile } from './elements.js';

const OUTCOMES = {
	miss: 'executed',
	hit: 'replayed',
	conflict: 'in flight',
	mismatch: 'key reused',
};

const SECONDS = 60;

const HEIGHT = 120;

const plot = document.getElementById('plot');

const counts = {};

let last;

/** One for each look at the server: when it was, and what had been added since the one before. */
let samples = [];

for (const [name, meaning] of Object.entries(OUTCOMES)) {
	counts[name] = element('dd', { id: `meter-${name}` }, '–');
	document.getElementById('meters').append(tile(name, counts[name], element('code', {}, name), ` ${meaning}`));
}
new ResizeObserver(draw).observe(plot);

/** Looks at the server; what happened while nobody looked is not drawn. */
export async function look(wasAway) {
	const values = await Promise.all(Object.keys(OUTCOMES).map(read));
	const totals = Object.fromEntries(Object.keys(OUTCOMES).map((name, index) => [name, values[index]]));
	const added = {};
	for (const name of Object.keys(OUTCOMES)) {
		counts[name].textContent = totals[name].toLocaleString('en');
		added[name] = (last && !wasAway) ? Math.max(0, totals[name] - last[name]) : 0;
	}
	last = totals;
	remember(added);
	draw();
}

/** Bars are a second wide: what is seen sooner belongs to the bar before. */
function remember(added) {
	const now = performance.now();
	const before = samples.at(-1);
	if (before && now - before.at < 900) {
		Object.keys(added).forEach((name) => {
			before.added[name] += added[name];
		});
	} else {
		samples.push({ at: now, added });
	}
}

async function read(name) {
	const response = await fetch(`actuator/metrics/idempotency.requests?tag=outcome:${name}`, { cache: 'no-store' });
	if (response.status === 404) {
		return 0;
	}
	if (!response.ok) {
		throw new Error(`Actuator answers ${response.status}`);
	}
	return (await response.json()).measurements.find(({ statistic }) => statistic === 'COUNT').value;
}

function draw() {
	const now = performance.now();
	samples = samples.filter(({ at }) => now - at < SECONDS * 1000);
	const width = plot.clientWidth;
	const left = 28;
	const bottom = HEIGHT - 20;
	const slot = (width - left) / SECONDS;
	const most = Math.max(4, ...samples.map(({ added }) => sum(Object.values(added))));
	const top = 2 * Math.ceil(most / 2);
	const y = (value) => bottom - value * (bottom - 8) / top;
	const drawn = [];
	for (const value of [0, top / 2, top]) {
		drawn.push(svg('line', { class: 'grid', x1: left, x2: width, y1: y(value), y2: y(value) }),
			svg('text', { x: left - 6, y: y(value) + 4, 'text-anchor': 'end' }, String(value)));
	}
	drawn.push(svg('text', { x: left, y: HEIGHT - 4 }, 'a minute ago'),
		svg('text', { x: width, y: HEIGHT - 4, 'text-anchor': 'end' }, 'now'));
	for (const { at, added } of samples) {
		const x = width - (now - at) / 1000 * slot - slot;
		let below = 0;
		for (const name of Object.keys(OUTCOMES).filter((outcome) => added[outcome] > 0 && x >= left)) {
			drawn.push(svg('rect', {
				class: name, x, width: Math.max(2, slot - 1.5), y: y(below + added[name]), height: y(below) - y(below + added[name]),
			}));
			below += added[name];
		}
	}
	plot.replaceChildren(...drawn);
	plot.setAttribute('aria-label', `Requests in the last minute: ${Object.entries(OUTCOMES)
		.map(([name, meaning]) => `${sum(samples.map(({ added }) => added[name]))} ${meaning}`).join(', ')}`);
}

function sum(numbers) {
	return numbers.reduce((total, number) => total + number, 0);
}

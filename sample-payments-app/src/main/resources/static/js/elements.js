/** Builds elements; text is always text, never markup. */

export function element(name, attributes = {}, ...children) {
	const created = document.createElement(name);
	return fill(created, attributes, children);
}

export function svg(name, attributes = {}, ...children) {
	const created = document.createElementNS('http://www.w3.org/2000/svg', name);
	return fill(created, attributes, children);
}

/** A number with what it counts, in a list of them. */
export function tile(kind, number, ...term) {
	return element('div', { class: `tile ${kind}` }, element('dt', {}, ...term), number);
}

function fill(created, attributes, children) {
	for (const [name, value] of Object.entries(attributes)) {
		created.setAttribute(name, value);
	}
	created.append(...children);
	return created;
}

/** Digits after the point: two for EUR, none for JPY. */
export function digits(currency) {
	return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits;
}

export function money(minorUnits, currency) {
	return new Intl.NumberFormat('en', { style: 'currency', currency })
		.format(minorUnits / 10 ** digits(currency));
}

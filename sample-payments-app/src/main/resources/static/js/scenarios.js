/** What happens to payments between a customer and a server, by the id of the button. */

const PATIENCE = 600;

const SLOW = 1400;

const TOLD = ['in-flight', 'key-reused', 'crashed'];

export const scenarios = {

	'pay': (operation) => operation.send(),

	// A bank takes a moment; without it, the first click could be answered before the second is sent
	'double-click': (operation) => Promise.all([operation.send({ delay: 300 }), operation.send({ delay: 300 })]),

	'lost-response': async (operation) => {
		await operation.send({ lose: true });
		await operation.send();
	},

	'five-retries': async (operation) => {
		await operation.send();
		await fiveAtOnce(() => operation.send());
	},

	'other-amount': async (operation) => {
		await operation.send();
		await operation.send({ amount: operation.order.amount * 10 });
	},

	'impatient': async (operation) => {
		await operation.send({ delay: SLOW, giveUpAfter: PATIENCE });
		let attempt = await operation.send({ delay: SLOW });
		while (attempt.problem === 'in-flight' && operation.attempts.length < 20) {
			await new Promise((resolve) => setTimeout(resolve, attempt.retryAfter * 1000));
			attempt = await operation.send({ delay: SLOW });
		}
	},

	'crash': async (operation) => {
		await operation.send({ to: 'bookings', crashAfter: 'charge' });
		await operation.send({ to: 'bookings' });
	},

	'five-deliveries': async (operation) => {
		const transfer = await operation.transfer();
		await fiveAtOnce(() => operation.send(transfer));
	},

};

function fiveAtOnce(send) {
	return Promise.all(Array.from({ length: 5 }, send));
}

/** Says in one sentence what became of an operation that made a number of payments. */
export function outcome({ attempts }, payments) {
	const count = (matches) => attempts.filter(matches).length;
	const parts = [
		[count((attempt) => attempt.status === 201 && !attempt.replayed), 'told that it paid'],
		[count((attempt) => attempt.status === 204), 'accepted'],
		[count((attempt) => attempt.state === 'lost'), 'lost its answer'],
		[count((attempt) => attempt.state === 'gave up'), 'gave up waiting'],
		[count((attempt) => attempt.problem === 'in-flight'), 'told to wait (409)'],
		[count((attempt) => attempt.replayed), 'given the first answer again'],
		[count((attempt) => attempt.problem === 'key-reused'), 'refused (422)'],
		[count((attempt) => attempt.problem === 'crashed'), 'crashed'],
		[count((attempt) => attempt.status >= 400 && !TOLD.includes(attempt.problem)), 'failed'],
	].filter(([times]) => times > 0).map(([times, what]) => `${times} ${what}`);
	return `${plural(attempts.length, 'attempt')}, ${plural(payments, 'payment')}: ${parts.join(', ')}.`;
}

export function plural(number, noun) {
	return `${number} ${noun}${(number === 1) ? '' : 's'}`;
}

import { expect, test } from 'vitest';
import { limitAnswers, unclearAnswers } from '../testing/binance-double/binance-double.ts';
import type { Fault } from '../testing/binance-double/faults.ts';
import { expectOneTrade, inParallel, waysOut } from '../testing/live-crashes.ts';
import { runLive } from '../testing/live-run.ts';

const on = 'POST /api/v3/order';
const tooMany = { ...limitAnswers.tooManyOrders, headers: { 'Retry-After': '1' } };

/** What may go wrong with the request for an order. */
const faults: Readonly<Record<string, Fault>> = {
  'lost on its way': { on, kind: 'lost_request' },
  'lost on its way twice': { on, kind: 'lost_request', times: 2 },
  'carried out, the answer lost': { on, kind: 'lost_answer' },
  'carried out, the answer lost, and not to be found for a while': {
    on,
    kind: 'lost_answer',
    hiddenMs: 600,
  },
  'carried out, the answer later than anybody waits': { on, kind: 'late_answer', ms: 11_000 },
  'later at the exchange than it takes it': { on, kind: 'late_request', ms: 5_300 },
  'answered by what stands before the exchange, and not carried out': {
    on,
    kind: 'answer',
    executed: false,
    ...unclearAnswers.badGateway,
  },
  'answered by what stands before the exchange, and carried out': {
    on,
    kind: 'answer',
    executed: true,
    ...unclearAnswers.unknownError,
  },
  'refused for the rate': { on, kind: 'answer', executed: false, ...tooMany },
  'answered with nonsense, and carried out': {
    on,
    kind: 'answer',
    executed: true,
    status: 200,
    body: '{"orderId":',
  },
  'answered with nothing, and not carried out': {
    on,
    kind: 'answer',
    executed: false,
    status: 200,
    body: '',
  },
};

test.concurrent('whatever happens to a request for an order, there is one entry and one exit', async () => {
  const runs = Object.entries(faults).flatMap(([what, fault]) => [
    { what: `the entry is ${what}`, out: 'signal', entryFault: fault } as const,
    ...waysOut.map((out) => ({ what: `the exit (${out}) is ${what}`, out, exitFault: fault })),
  ]);
  const failures: string[] = [];
  await inParallel(runs, 12, async ({ what, ...run }) => {
    try {
      expectOneTrade(await runLive(run), what);
    } catch (error) {
      failures.push(`${what}: ${String(error)}`);
    }
  });
  expect(failures).toEqual([]);
});

test.concurrent('a worker that is killed while the answer of its order is missing leaves one order', async () => {
  const deaths = [1, 2, 3, 4, 5].flatMap((later) =>
    Object.entries(faults).map(([what, fault]) => ({ what, fault, later })),
  );
  const failures: string[] = [];
  await inParallel(
    deaths.filter((_, at) => at % 4 === 0),
    12,
    async ({ what, fault, later }) => {
      const place = 22;
      const death = { atOperation: place + later, effect: false };
      try {
        expectOneTrade(
          await runLive({ out: 'stop', entryFault: fault, death }),
          `${what}, ${later}`,
        );
      } catch (error) {
        failures.push(`${what}, ${later} later: ${String(error)}`);
      }
    },
  );
  expect(failures).toEqual([]);
});

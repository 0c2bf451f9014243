import { candleEvent, OrderId, subjects, type Candle } from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { aCandle } from '@heliograph/contracts/testing';
import { firstValueFrom, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { anOrder, paperSettings } from './market-fixture.ts';
import { openPaperBroker, type PaperBroker } from './paper-broker.ts';

type Prices = readonly [open: number, high: number, low: number, close: number];

async function open(bus: Bus): Promise<PaperBroker> {
  return openPaperBroker({
    bus,
    account: 'a',
    tape: 'live',
    settings: paperSettings(),
    seenUpTo: await bus.lastSequence('MARKET'),
    log: createSilentLogger(),
  });
}

async function show(bus: Bus, broker: PaperBroker, candle: Candle): Promise<void> {
  const event = candleEvent(candle, { tape: 'live', source: 'test', recordedMs: 0 });
  const message = { subject: subjects.candle(candle), id: event.id, body: JSON.stringify(event) };
  const { sequence } = await bus.publish(message);
  broker.onCandle(candle, sequence);
  await broker.matchMissed(candle.closeTime, async () => undefined);
}

function minute(at: number, [openPrice, high, low, close]: Prices): Candle {
  return { ...aCandle({ at, open: openPrice, close }), high, low };
}

/** What was filled of an order, and at which price. */
async function fillsOf(broker: PaperBroker, id: string): Promise<string[]> {
  const { venue, symbol } = aCandle();
  const reports = await broker.reportsOf({ id: OrderId.parse(id), venue, symbol, timeMs: 0 });
  return (reports ?? []).flatMap((report) =>
    report.type === 'filled' ? [`${report.quantity} at ${report.price}`] : [],
  );
}

test('orders of a paper account work on where MARKET was lost, and meet nothing from before them', async () => {
  const { venue, symbol } = aCandle();
  const before = createMemoryServer().connect();
  const first = await open(before);
  for (let at = 0; at < 5; at++) await show(before, first, minute(at, [100, 100, 100, 100]));
  const facts = { venue, symbol, tapeSequence: 5, timeMs: minute(4, [1, 1, 1, 1]).closeTime };
  await first.place(anOrder({ ...facts, id: 'in' }));
  await show(before, first, minute(5, [100, 101, 99, 100]));
  const protects = { ...facts, protects: 'in', side: 'sell', reduceOnly: true } as const;
  await first.place(anOrder({ ...protects, id: 'stop', type: 'stop', stopPrice: '95' }));
  await first.place(anOrder({ ...facts, id: 'low', type: 'limit', limitPrice: '97' }));
  await first.matchMissed(0, async () => undefined);
  expect(await fillsOf(first, 'in')).toEqual(['1 at 100']);

  const after = createMemoryServer().connect();
  const entries = await firstValueFrom(before.read({ stream: 'PAPER' }).pipe(toArray()));
  await after.log('paper.a').append(
    entries.map(({ subject, id, body }) => ({ subject, id, body })),
    0,
  );
  const second = await open(after);
  // One from before the orders that is told again, then what comes.
  await show(after, second, minute(3, [100, 100, 90, 100]));
  expect([await fillsOf(second, 'stop'), await fillsOf(second, 'low')]).toEqual([[], []]);
  await show(after, second, minute(6, [100, 100, 96, 98]));
  expect([await fillsOf(second, 'stop'), await fillsOf(second, 'low')]).toEqual([[], ['1 at 97']]);
  // The third comes to what the second knows; what it places itself has places of the new tape.
  const third = await open(after);
  await third.place(
    anOrder({
      ...facts,
      id: 'high',
      side: 'sell',
      type: 'limit',
      limitPrice: '99',
      tapeSequence: 2,
    }),
  );
  await show(after, third, minute(7, [98, 98.5, 94, 94]));
  expect(await fillsOf(third, 'stop')).toEqual(['1 at 95']);
  await show(after, third, minute(8, [98, 99, 98, 98]));
  expect(await fillsOf(third, 'high')).toEqual(['1 at 99']);
});

import { setTimeout as sleep } from 'node:timers/promises';
import {
  deadLetterEvent,
  NonNegativeDecimal,
  OrderId,
  PermanentError,
  subjects,
  TransientError,
} from '@heliograph/contracts';
import { type Bus, createMemoryBus, type FencedLog } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { aJournalEvent, aSignal } from '@heliograph/contracts/testing';
import { concat, NEVER, of, throwError } from 'rxjs';
import { expect, test } from 'vitest';
import { followSettlements, settledByAll } from './settlements.ts';
import { eventsFor, type Outcome } from './testing/fake-worker.ts';

const log = createSilentLogger();
const signal = aSignal();

/** Appends to the journal of portfolio `p`; the sequence of the last event. */
async function append(
  bus: Bus,
  events: { type: string; id: string }[],
  after = 0,
): Promise<number> {
  const messages = events.map((event) => ({
    subject: `trading.p.${event.type}`,
    id: event.id,
    body: JSON.stringify(event),
  }));
  const appended = await bus.log('trading.p').append(messages, after);
  if (appended.status === 'conflict') throw new Error('the journal has gone on');
  return appended.sequence;
}

async function isSettled(promise: Promise<void>): Promise<boolean> {
  return Promise.race([promise.then(() => true), sleep(20, false)]);
}

test.each<Outcome>([
  'signal_skipped',
  'order_accepted',
  'order_rejected',
  'order_cancelled',
  'order_unknown',
])('%s settles a signal, before and after it is asked for', async (outcome) => {
  const bus = createMemoryBus();
  using settlements = followSettlements(bus.log('trading.p'), () => NEVER, 0, log);
  const asked = settlements.settled(signal.id);
  await expect(isSettled(asked)).resolves.toBe(false);
  const last = await append(bus, eventsFor(signal, outcome));
  await asked;
  expect(settlements.sequence).toBe(last);

  using later = followSettlements(bus.log('trading.p'), () => NEVER, 0, log);
  await later.settled(signal.id);
});

test('a dead letter settles a signal: its workers have given it up', async () => {
  const bus = createMemoryBus();
  const letters = () => bus.read({ stream: 'DEAD_LETTERS', follow: true });
  using settlements = followSettlements(bus.log('trading.p'), letters, 0, log);
  const asked = settlements.settled(signal.id);
  const message = { stream: 'SIGNALS', sequence: 1, subject: subjects.signal(signal.data) };
  for (const [sequence, body] of ['not JSON', JSON.stringify(signal)].entries()) {
    const letter = deadLetterEvent({
      consumer: 'execution-p',
      message: { ...message, sequence: sequence + 1, body },
      error: 'it kills them',
      deliveryCount: 5,
      nowMs: 0,
    });
    const subject = subjects.deadLetter('execution-p');
    await bus.publish({ subject, id: letter.id, body: JSON.stringify(letter) });
  }
  await expect(asked).resolves.toBeUndefined();
});

test('what is taken back must have ended before anything is settled', async () => {
  const bus = createMemoryBus();
  using settlements = followSettlements(bus.log('trading.p'), () => NEVER, 0, log);
  const { venue, symbol, side } = signal.data;
  const entry = { orderId: OrderId.parse('entry'), venue, symbol, side };
  const cancel = { ...entry, reason: 'CANCEL_REQUESTED', detail: '' } as const;
  const asked = settlements.settled(signal.id);
  const [intended, ...accepted] = eventsFor(signal, 'order_accepted');
  const decision = [
    aJournalEvent('order_cancel_intended', { ...cancel, signalId: signal.id }),
    ...(intended ? [intended] : []),
  ];
  let last = await append(bus, decision);
  last = await append(bus, accepted, last);
  await expect(isSettled(asked), 'its order is placed').resolves.toBe(false);
  const filledQuantity = NonNegativeDecimal.parse('0');
  await append(bus, [aJournalEvent('order_cancelled', { ...cancel, filledQuantity })], last);
  await asked;
});

test('neither an intended order nor another signal settles it', async () => {
  const bus = createMemoryBus();
  using settlements = followSettlements(bus.log('trading.p'), () => NEVER, 0, log);
  const asked = settlements.settled(signal.id);
  const last = await append(bus, eventsFor(signal, 'order_accepted').slice(0, 1));
  await append(
    bus,
    eventsFor(aSignal({ time: '2026-01-05T00:07:00.000Z' }), 'signal_skipped'),
    last,
  );
  await expect(isSettled(asked)).resolves.toBe(false);
});

test('stands at the event that settled the last signal waited for, however far it has read', async () => {
  const bus = createMemoryBus();
  const other = aSignal({ time: '2026-01-05T00:07:00.000Z' });
  const first = await append(bus, eventsFor(signal, 'order_accepted'));
  const second = await append(bus, eventsFor(other, 'order_accepted'), first);
  using settlements = followSettlements(bus.log('trading.p'), () => NEVER, 0, log);
  expect(settlements.sequence).toBe(0);
  await settlements.settled(signal.id);
  expect(settlements.sequence).toBe(first);
  await settlements.settled(other.id);
  expect(settlements.sequence).toBe(second);
});

test('skips what it cannot read', async () => {
  const bus = createMemoryBus();
  using settlements = followSettlements(bus.log('trading.p'), () => NEVER, 0, log);
  const last = await append(bus, [{ type: 'order_accepted', id: 'nonsense' }]);
  await append(bus, eventsFor(signal, 'signal_skipped'), last);
  await expect(isSettled(settlements.settled(signal.id))).resolves.toBe(true);
});

test('goes on reading after a failure that passes', async () => {
  const [event] = eventsFor(signal, 'signal_skipped');
  const stored = {
    stream: 'TRADING',
    sequence: 8,
    subject: subjects.journal('p', 'signal_skipped'),
    id: 'x',
    storedTime: 0,
    body: JSON.stringify(event),
  } as const;
  const asked: number[] = [];
  const journal: FencedLog = {
    ...createMemoryBus().log('trading.p'),
    follow: (after) => {
      asked.push(after);
      return asked.length === 1
        ? concat(
            of({ ...stored, sequence: 7, body: '{}' }),
            throwError(() => new TransientError('GONE', 'away')),
          )
        : concat(of(stored), NEVER);
    },
  };
  using settlements = followSettlements(journal, () => NEVER, 5, log);
  await settlements.settled(signal.id);
  expect(asked).toEqual([5, 7]);
});

test('tells who waits and who asks later that the journal cannot be read any more', async () => {
  const bus = createMemoryBus();
  using settlements = followSettlements(bus.log('trading.p'), () => NEVER, 0, log);
  const asked = settlements.settled(signal.id);
  await bus.close();
  await expect(asked).rejects.toThrow('trading.p was closed');
  await expect(settlements.settled(signal.id)).rejects.toThrow(PermanentError);
});

test('several portfolios settle a signal once all of them have, and go on from the one that is behind', async () => {
  const bus = createMemoryBus();
  const each = ['trading.p', 'trading.q'].map((prefix) =>
    followSettlements(bus.log(prefix), () => NEVER, 0, log),
  );
  using settlements = settledByAll(each);
  const asked = settlements.settled(signal.id);
  const first = await append(bus, eventsFor(signal, 'signal_skipped'));
  await expect(isSettled(asked)).resolves.toBe(false);
  await bus.log('trading.q').append(
    eventsFor(signal, 'signal_skipped').map((event) => ({
      subject: `trading.q.${event.type}`,
      id: `q-${event.id}`,
      body: JSON.stringify(event),
    })),
    0,
  );
  await asked;
  expect(settlements.sequence).toBe(first);
});

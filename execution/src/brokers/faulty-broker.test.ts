import { PortfolioSettings } from '@heliograph/contracts';
import { aCandle } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { createExchangeBroker } from '../paper/exchange-broker.ts';
import { anOrder, paperSettings } from '../paper/market-fixture.ts';
import {
  createFaultyBroker,
  scriptedFaults,
  seededFaults,
  type BrokerOperation,
  type Fault,
} from './faulty-broker.ts';

const { venue, symbol, openTime: timeMs } = aCandle();
const order = anOrder({ venue, symbol, timeMs });
const why = { timeMs, reason: 'CANCEL_REQUESTED', detail: '' } as const;

function withFaults(script: Partial<Record<BrokerOperation, readonly (Fault | undefined)[]>>) {
  const venueBroker = createExchangeBroker(PortfolioSettings.parse(paperSettings()));
  return { venueBroker, broker: createFaultyBroker(venueBroker, scriptedFaults(script)) };
}

describe('a broker on which things go wrong', () => {
  test('loses a request before it is done, or its answer after', async () => {
    const { venueBroker, broker } = withFaults({
      place: [{ kind: 'lost_request' }, { kind: 'lost_answer' }],
    });
    await expect(broker.place(order)).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(await venueBroker.reportsOf(order)).toBeUndefined();
    await expect(broker.place(order)).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(await venueBroker.reportsOf(order)).toHaveLength(1);
    expect(await broker.place(order)).toEqual({ status: 'taken' });
  });

  test('refuses for certain, or for now, and does neither', async () => {
    const { venueBroker, broker } = withFaults({
      place: [
        { kind: 'rejected', reason: 'VENUE_REJECTED' },
        { kind: 'rate_limited', retryAfterMs: 700 },
      ],
      cancel: [{ kind: 'rate_limited', retryAfterMs: 700 }],
    });
    expect(await broker.place(order)).toMatchObject({
      status: 'rejected',
      reason: 'VENUE_REJECTED',
    });
    expect(await broker.place(order)).toMatchObject({ status: 'not_taken', retryAfterMs: 700 });
    await expect(broker.cancel(order, why)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(await venueBroker.reportsOf(order)).toBeUndefined();
  });

  test('fails so that nobody can tell whether it was done', async () => {
    const { venueBroker, broker } = withFaults({
      place: [
        { kind: 'server_error', done: false },
        { kind: 'server_error', done: true },
      ],
    });
    await expect(broker.place(order)).rejects.toMatchObject({ code: 'SERVER_ERROR' });
    expect(await venueBroker.reportsOf(order)).toBeUndefined();
    await expect(broker.place(order)).rejects.toMatchObject({ code: 'SERVER_ERROR' });
    expect(await venueBroker.reportsOf(order)).toHaveLength(1);
  });

  test('tells twice what happened, or not yet', async () => {
    const { broker } = withFaults({
      reportsOf: [{ kind: 'not_found_yet' }, { kind: 'duplicate_reports' }],
    });
    await broker.place(order);
    expect(await broker.reportsOf(order)).toBeUndefined();
    expect(await broker.reportsOf(order)).toMatchObject([
      { type: 'accepted' },
      { type: 'accepted' },
    ]);
    expect(await broker.reportsOf(order)).toHaveLength(1);
  });

  test('hangs, with or without effect', async () => {
    const { venueBroker, broker } = withFaults({ place: [{ kind: 'hang', done: true }] });
    const silence = Symbol('silence');
    const later = new Promise((resolve) => setImmediate(() => resolve(silence)));
    expect(await Promise.race([broker.place(order), later])).toBe(silence);
    expect(await venueBroker.reportsOf(order)).toHaveLength(1);
  });

  test('answers late, or after the fill', async () => {
    const { venueBroker, broker } = withFaults({
      place: [
        { kind: 'late_answer', delayMs: 1 },
        { kind: 'fill_before_answer', withinMs: 10_000 },
      ],
    });
    expect(await broker.place(order)).toEqual({ status: 'taken' });
    const second = anOrder({ id: 'b', venue, symbol, timeMs });
    const seen: string[] = [];
    broker.changes$.subscribe({ next: (hint) => seen.push(hint), error: () => undefined });
    const answer = broker.place(second).then(() => seen.push('answered'));
    venueBroker.exchange.onCandle(aCandle());
    await answer;
    expect(seen.indexOf('answered')).toBeGreaterThan(seen.lastIndexOf('b'));
    expect(await broker.reportsOf(second)).toMatchObject([
      { type: 'accepted' },
      { type: 'filled' },
    ]);
  });

  test('goes wrong in the same places for the same seed', async () => {
    const first = await faultsOf(3);
    expect(await faultsOf(3)).toEqual(first);
    expect(await faultsOf(4)).not.toEqual(first);
    expect(new Set(first)).toEqual(new Set(['lost_answer', 'lost_request', undefined]));
  });
});

async function faultsOf(seed: number): Promise<(string | undefined)[]> {
  const plan = seededFaults({
    seed,
    ratio: 0.5,
    faults: { place: [{ kind: 'lost_answer' }, { kind: 'lost_request' }] },
  });
  const broker = createFaultyBroker(createExchangeBroker(paperSettings()), plan);
  for (let index = 0; index < 20; index++) await broker.place(order).catch(() => undefined);
  return broker.calls.map(({ fault }) => fault?.kind);
}

import { deterministicId, NonNegativeDecimal, toMs } from '@heliograph/contracts';
import { aSignal } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { closeSignal, type CloseOptions } from './close-signal.ts';

const { venue, symbol } = aSignal().data;
const timeMs = Date.UTC(2026, 0, 5);
const options: CloseOptions = {
  portfolio: 'paper',
  mode: 'paper',
  tape: 'live',
  position: {
    venue,
    symbol,
    side: 'long',
    quantity: NonNegativeDecimal.parse('2'),
    averageEntryPrice: NonNegativeDecimal.parse('100'),
    realisedPnl: aSignal().data.referencePrice.price,
    correlationId: deterministicId('idea'),
  },
  timeMs,
  recordedMs: timeMs + 5,
  price: { price: '101', timeMs: timeMs - 1_000, timeframe: '1m' },
  command: 'abc',
  reason: 'x'.repeat(300),
};

test('is valid, and tells whose idea it ends', () => {
  const signal = closeSignal(options);
  expect(signal).toMatchObject({
    correlationid: options.position.correlationId,
    sequence: 1,
    time: '2026-01-05T00:00:00.000Z',
    expirytime: '2026-01-05T01:00:00.000Z',
    data: { runId: 'manual-abc', side: 'sell', referencePrice: { price: '101', kind: 'mark' } },
  });
  expect(signal.data.reasons?.[0]).toHaveLength(256);
});

test('a short is bought back', () => {
  const position = { ...options.position, side: 'short' } as const;
  expect(closeSignal({ ...options, position }).data).toMatchObject({
    side: 'buy',
    targetPosition: 'flat',
  });
});

test('the same command makes the same signal, another one another', () => {
  expect(closeSignal(options).id).toBe(closeSignal(options).id);
  expect(closeSignal({ ...options, command: 'abd' }).id).not.toBe(closeSignal(options).id);
  expect(closeSignal({ ...options, portfolio: 'other' }).id).not.toBe(closeSignal(options).id);
});

test('on a replay it does not expire by hours that pass in moments', () => {
  const signal = closeSignal({ ...options, tape: 'x-1' });
  expect(signal.data.tape).toEqual({ id: 'x-1' });
  expect(toMs(signal.expirytime) - timeMs).toBeGreaterThan(300 * 86_400_000);
});

import { liveTape } from '@heliograph/contracts';
import { aCandle, aCandleEvent, aSignal } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { createEventStore } from '../store/event-store.ts';
import { readJournal, readRecording, type Recorded } from './recording.ts';
import { aPrint, createJournal, printMessage, startMs } from '../testing/history.ts';
import { openLogWith } from '../testing/log-with.ts';

const at = (minutes: number): string => new Date(startMs + minutes * 60_000).toISOString();

const candles = [0, 1, 2, 3].map((minute) => aCandleEvent({ at: minute }));
const eth = aCandleEvent({ at: 1, symbol: aSignal({ data: { symbol: 'ETH/USDT' } }).data.symbol });
const first = aSignal({ time: at(2) });
const second = aSignal({ time: at(2), data: { symbol: 'ETH/USDT' } });
const third = aSignal({ time: at(3) });
const notTaken = aSignal({ time: at(4) });

function openRecording() {
  const journal = createJournal('paper');
  const messages = [
    journal.opened(),
    journal.intended(second),
    journal.skipped(first),
    journal.intended(third),
    journal.skipped(third),
    createJournal('other').opened(),
    createJournal('other').skipped(notTaken),
  ];
  const memory = openLogWith({
    candles: [
      ...candles.slice(0, 2),
      eth,
      ...candles.slice(2),
      aCandleEvent({ at: 1 }, { tape: 'replay' }),
    ],
    signals: [third, first, second, notTaken],
    journal: messages,
  });
  return { ...memory, messages };
}

function tell(recorded: Recorded): string {
  const { kind, sequence } = recorded;
  switch (recorded.kind) {
    case 'candle':
      return `${kind} ${sequence} ${recorded.candle.symbol}`;
    case 'print':
      return `${kind} ${sequence} ${recorded.print.symbol} ${recorded.print.price}`;
    case 'signal':
      return `${kind} ${sequence} ${recorded.signal.id}`;
  }
}

test('candles and the signals decided on come by time, candles first, signals as they were decided', () => {
  using memory = openRecording();
  expect([...readRecording(memory.database, 'paper')].map(tell)).toEqual([
    'candle 1 BTC/USDT',
    'candle 2 BTC/USDT',
    'candle 3 ETH/USDT',
    `signal 3 ${second.id}`,
    `signal 2 ${first.id}`,
    'candle 4 BTC/USDT',
    `signal 1 ${third.id}`,
    'candle 5 BTC/USDT',
  ]);
});

test('a recorded candle and a recorded signal are what they were', () => {
  using memory = openRecording();
  const recorded = [...readRecording(memory.database, 'paper')];
  expect(recorded[0]).toEqual({ kind: 'candle', sequence: 1, candle: aCandle({ at: 0 }) });
  expect(recorded[3]).toEqual({ kind: 'signal', sequence: 3, signal: second });
});

test('a span cuts candles and signals alike', () => {
  using memory = openRecording();
  const span = { from: startMs + 3 * 60_000, to: startMs + 4 * 60_000 };
  expect([...readRecording(memory.database, 'paper', span)].map(tell)).toEqual([
    'candle 4 BTC/USDT',
    `signal 1 ${third.id}`,
  ]);
});

test('a portfolio that is not known has no recording', () => {
  using memory = openRecording();
  expect([...readRecording(memory.database, 'none')]).toEqual([]);
});

test('who stops reading half-way leaves the database free to be written', () => {
  using memory = openRecording();
  for (const recorded of readRecording(memory.database, 'paper'))
    if (recorded.sequence === 2) break;
  expect(() => createEventStore(memory.database).nextGeneration('MARKET', 'x')).not.toThrow();
});

test('a journal comes in its order, to the byte', () => {
  using memory = openRecording();
  const own = memory.messages.slice(0, 5);
  const rows = [...readJournal(memory.database, 'paper')];
  expect(rows.map(({ body }) => body)).toEqual(own.map(({ body }) => body));
  expect(rows[0]).toMatchObject({ sequence: 1, type: 'portfolio_opened', time: startMs });
  expect(JSON.parse(rows[0]?.body ?? '').data.tape).toBe(liveTape);
});

test('a run that is filled from trades of the market has those for prices', () => {
  using memory = openLogWith({
    candles: [aCandleEvent({ at: 0 })],
    prints: [1, 2].map((minute) => printMessage(aPrint(minute))),
    journal: [createJournal('paper').opened()],
  });
  const recorded = [...readRecording(memory.database, 'paper', { prices: 'print' })];
  expect(recorded.map(tell)).toEqual(['print 2 BTC/USDT 100', 'print 3 BTC/USDT 100']);
});

import { SymbolName, Timeframe, timeframeMs, Venue, type Candle } from '@heliograph/contracts';
import { createLogger } from '@heliograph/contracts/service';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pollCandles, type CandleSource } from './poll-candles.ts';
import { whyImpossible } from './possible-candle.ts';

const instrument = {
  venue: Venue.parse('binance'),
  symbol: SymbolName.parse('BTC/USDT'),
  timeframe: Timeframe.parse('1m'),
};
const spanMs = timeframeMs(instrument.timeframe);
const beginMs = Date.UTC(2026, 0, 5);

function candle(minute: number, change: Partial<Candle> = {}): Candle {
  const openTime = beginMs + minute * spanMs;
  const prices = { open: 100, high: 102, low: 99, close: 101, volume: 3 };
  return { ...instrument, openTime, closeTime: openTime + spanMs, ...prices, ...change };
}

/** A venue that answers one after the other, and then nothing new; its clock stands after them all. */
function answering(
  answers: readonly (readonly Candle[] | Error)[],
  closedMinutes = 1_000,
): CandleSource & { asked: number[] } {
  const asked: number[] = [];
  const left = [...answers];
  return {
    asked,
    nowMs: () => beginMs + closedMinutes * spanMs,
    quietMs: () => 0,
    measureClock: async () => {},
    async candles(_instrument, sinceMs) {
      asked.push((sinceMs - beginMs) / spanMs);
      const answer = left.shift() ?? [];
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

/** The minutes that are told, and what is logged, until so many have come. */
async function told(source: CandleSource, count: number) {
  const lines: string[] = [];
  const log = createLogger({
    name: 'test',
    destination: { write: (text) => void lines.push(text) },
  });
  const stopping = new AbortController();
  const minutes: number[] = [];
  const candles = pollCandles({
    source,
    instrument,
    afterMs: beginMs,
    signal: stopping.signal,
    log,
  });
  for await (const { openTime } of candles) {
    minutes.push((openTime - beginMs) / spanMs);
    if (minutes.length === count) stopping.abort();
  }
  const messages = lines.map((line): string => JSON.parse(line).msg);
  return { minutes, messages };
}

test.concurrent('what the venue repeats is told once, and what it has left out is asked for', async () => {
  const source = answering([
    [candle(0), candle(1)],
    [candle(1), candle(1), candle(2)],
    [candle(3)],
  ]);
  expect((await told(source, 4)).minutes).toEqual([0, 1, 2, 3]);
  expect(source.asked).toEqual([0, 2, 3]);
});

test.concurrent('a candle that is not closed by the clock of the venue is not told', async () => {
  const source = answering([[candle(0), candle(1), candle(2)], [candle(2)]], 2);
  const stopping = new AbortController();
  const log = createLogger({ name: 'test', level: 'silent' });
  const candles = pollCandles({
    source,
    instrument,
    afterMs: beginMs,
    signal: stopping.signal,
    log,
  });
  expect((await candles.next()).value?.openTime).toBe(beginMs);
  expect((await candles.next()).value?.openTime).toBe(beginMs + spanMs);
  setTimeout(() => stopping.abort(), 50);
  expect((await candles.next()).done).toBe(true);
});

test.concurrent('a request that fails is made again, and said so once', async () => {
  const source = answering([[candle(0)], new Error('429'), [candle(1)]]);
  const { minutes, messages } = await told(source, 2);
  expect(minutes).toEqual([0, 1]);
  expect(messages).toEqual(['candles cannot be had, trying again', 'candles come again']);
});

test.concurrent('a candle that cannot be is asked for again, and is told once it is as it should be', async () => {
  const source = answering([
    [candle(0), candle(1, { high: 90 }), candle(2)],
    [candle(1, { low: -1 }), candle(2)],
    [candle(1), candle(2)],
  ]);
  const { minutes, messages } = await told(source, 3);
  expect(minutes).toEqual([0, 1, 2]);
  expect(messages).toEqual([]);
  expect(source.asked).toEqual([0, 1, 1]);
});

test.concurrent('a gap is told, and a candle that cannot be, and stays so, is left out', async () => {
  const odd = [candle(4, { high: 90 }), candle(5)];
  const source = answering([[candle(0), candle(3), ...odd], odd, odd]);
  const { minutes, messages } = await told(source, 3);
  expect(minutes).toEqual([0, 3, 5]);
  expect(messages).toEqual([
    'the venue has no candles for a while',
    'a candle cannot be: it is left out',
  ]);
});

test.concurrent('a candle of a time that has not come is left with the venue, told once, and what does come is not missed', async () => {
  const now = Math.floor((Date.now() - beginMs) / spanMs);
  const ahead = [candle(now + 60), candle(now + 61)];
  const source = answering([[candle(now - 2), ...ahead], ahead, [candle(now - 1)]], now + 100);
  const stopping = new AbortController();
  const troubles: string[] = [];
  const candles = pollCandles({
    source,
    instrument,
    afterMs: candle(now - 2).openTime,
    signal: stopping.signal,
    log: createLogger({ name: 'test', level: 'silent' }),
    report: ({ kind }) => troubles.push(kind),
  });
  for (const minute of [now - 2, now - 1])
    expect((await candles.next()).value).toEqual(candle(minute));
  stopping.abort();
  await candles.return(undefined);
  expect(source.asked).toEqual([now - 2, now - 1, now - 1]);
  expect(troubles).toEqual(['FUTURE_DATA']);
});

test.concurrent.each([
  [{ high: 98 }, 'its high 98 is below its low 99'],
  [{ low: -1 }, 'its low is -1'],
  [{ close: Number.NaN }, 'its close is NaN'],
  [{ volume: -3 }, 'its volume is -3'],
  [{ open: 120 }, 'its open 120 is outside of 99 to 102'],
])('%j cannot be', (change, why) => {
  expect(whyImpossible(candle(0, change))).toBe(why);
});

test.concurrent('however the venue answers, minutes rise and none comes twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.nat(20), { maxLength: 8 }), { minLength: 1, maxLength: 6 }),
      async (answers) => {
        const all = [...answers, Array.from({ length: 30 }, (_, at) => at)];
        const source = answering(
          all.map((minutes) => minutes.toSorted((a, b) => a - b).map((minute) => candle(minute))),
        );
        const stopping = new AbortController();
        const log = createLogger({ name: 'test', level: 'silent' });
        const minutes: number[] = [];
        const candles = pollCandles({
          source: { ...source, candles: source.candles },
          instrument,
          afterMs: beginMs,
          signal: stopping.signal,
          log,
        });
        for await (const { openTime } of candles) {
          minutes.push((openTime - beginMs) / spanMs);
          if (minutes.at(-1) === 29) stopping.abort();
        }
        expect(minutes).toEqual([...new Set(minutes)].toSorted((a, b) => a - b));
      },
    ),
    { numRuns: 5 },
  );
});

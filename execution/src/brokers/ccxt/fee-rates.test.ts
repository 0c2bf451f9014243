import { describe, expect, test } from 'vitest';
import { VenueMarket, VenueTrade } from './answers.ts';
import { createFeeRates } from './fee-rates.ts';
import { rulesOf } from './market-rules.ts';

const minuteMs = 60_000;
const startMs = Date.UTC(2026, 0, 5);

function listed(symbol: string) {
  const [pair = '', settle] = symbol.split(':');
  const [base = '', quote = ''] = pair.split('/');
  const contract = settle !== undefined;
  const facts = { id: pair, symbol, base, quote, settle, contract, precision: {}, limits: {} };
  return rulesOf(VenueMarket.parse(facts), 4);
}

function paidAt(timestamp: number, currency = 'BNB') {
  const fee = { currency, cost: '0.01' };
  return VenueTrade.parse({ id: '1', timestamp, price: '50000', amount: '0.1', fee });
}

/** A venue with one market beside BTC/USDT, and what it tells of its candles. */
function venueWith(
  symbol: string,
  answer: (sinceMs: number) => Promise<unknown>,
  traded = 'BTC/USDT',
) {
  const asked: string[] = [];
  const warnings: string[] = [];
  const rates = createFeeRates({
    venue: {
      has: { fetchOHLCV: true },
      fetchOHLCV(of, _, sinceMs) {
        asked.push(of);
        return answer(sinceMs);
      },
    },
    marketOf: (name) => (name === symbol ? listed(symbol) : undefined),
    describe: String,
    warn: (message) => void warnings.push(message),
    patienceMs: 1_000,
  });
  const rateAt = async (timeMs: number): Promise<string | undefined> => {
    const rateOf = await rates.of([paidAt(timeMs)], listed(traded));
    return rateOf('BNB', timeMs)?.toFixed();
  };
  return { asked, warnings, rateAt };
}

const closes = (...rows: (readonly [minute: number, close: number])[]) =>
  rows.map(([minute, close]) => [startMs + minute * minuteMs, 1, 1, 1, close, 7]);

describe('what a fee in a third currency is worth', () => {
  test('is the last whole minute before the trade, asked for once', async () => {
    const { asked, rateAt } = venueWith('BNB/USDT', async () =>
      closes([8, 600], [9, 610], [10, 1]),
    );
    expect(await rateAt(startMs + 10 * minuteMs + 59_999)).toBe('610');
    expect(await rateAt(startMs + 10 * minuteMs)).toBe('610');
    expect(asked).toEqual(['BNB/USDT']);
  });

  test('is the last one in which it was traded at all, within an hour', async () => {
    const told: number[] = [];
    const { rateAt } = venueWith('BNB/USDT', async (sinceMs) => {
      told.push(sinceMs);
      return closes([31, 600]);
    });
    expect(await rateAt(startMs + 90 * minuteMs)).toBe('600');
    expect(told).toEqual([startMs + 30 * minuteMs]);
  });

  test('is turned around where the venue trades it the other way', async () => {
    const { asked, rateAt } = venueWith('USDT/BNB', async () => closes([9, 0.002]));
    expect(await rateAt(startMs + 10 * minuteMs)).toBe('500');
    expect(asked).toEqual(['USDT/BNB']);
  });

  test('is told by a swap where the venue has no other market of it', async () => {
    const { asked, rateAt } = venueWith(
      'BNB/USDT:USDT',
      async () => closes([9, 610]),
      'BTC/USDT:USDT',
    );
    expect(await rateAt(startMs + 10 * minuteMs)).toBe('610');
    expect(asked).toEqual(['BNB/USDT:USDT']);
  });

  test('is not known where there is no market, no candle and no price', async () => {
    for (const [symbol, rows] of [
      ['ETH/USDT', closes([9, 600])],
      ['BNB/USDT', []],
      ['BNB/USDT', closes([10, 600])],
      ['BNB/USDT', closes([9, 0])],
    ] as const)
      expect(
        await venueWith(symbol, async () => rows).rateAt(startMs + 10 * minuteMs),
      ).toBeUndefined();
  });

  test('is not waited for where the venue answers nonsense or not at all', async () => {
    const nonsense = venueWith('BNB/USDT', async () => ({ code: -1 }));
    expect(await nonsense.rateAt(startMs)).toBeUndefined();
    const silent = venueWith('BNB/USDT', () => Promise.withResolvers().promise);
    expect(await silent.rateAt(startMs)).toBeUndefined();
    expect(silent.warnings).toEqual([
      'what fees in BNB are worth cannot be asked: TransientError: no answer in time',
    ]);
    await silent.rateAt(startMs + minuteMs - 1);
    expect(silent.asked).toHaveLength(1);
    await silent.rateAt(startMs + minuteMs);
    expect(silent.asked).toHaveLength(2);
  });
});

import { type Candle, SymbolName, Timeframe, UserError, Venue } from '@heliograph/contracts';
import { aCandle } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { checkLookahead } from '../lookahead/check-lookahead.ts';
import { createSignalMachine } from '../signals.ts';
import { candlesOf } from '../testing/feed-of.ts';
import { type ConfiguredStrategy, defineStrategy, type StrategyIntent } from './define-strategy.ts';

const eth = SymbolName.parse('ETH/USDT');
const enter: StrategyIntent = { intent: 'enter', side: 'buy', targetPosition: 'long' };

const told = ({ symbol, timeframe, close }: Candle): string => `${symbol} ${timeframe} ${close}`;

/** Writes down what each symbol is shown. */
function witness(
  seen: string[],
  needs: { timeframes?: string[]; symbols?: string[] },
): ConfiguredStrategy {
  let instances = 0;
  return defineStrategy({
    name: 'witness',
    version: '1',
    params: z.object({}),
    needs: () => needs,
    create() {
      const me = `#${++instances}`;
      return {
        onCandle: (candle) => void seen.push(`${me} ${told(candle)}`),
        onOther: (candle) => void seen.push(`${me} other ${told(candle)}`),
      };
    },
  }).configure({});
}

function machineOf(strategy: ConfiguredStrategy) {
  return createSignalMachine({
    strategy,
    tape: 'abc-1',
    mode: 'backtest',
    runId: 'run',
    source: 'test',
    onError: ({ error }) => expect.unreachable(String(error)),
  });
}

const instant = (at: number, prices: { btc?: number; eth?: number }) => {
  const candles = [
    ...(prices.btc === undefined ? [] : [aCandle({ at, close: prices.btc })]),
    ...(prices.eth === undefined ? [] : [aCandle({ at, close: prices.eth, symbol: eth })]),
  ];
  return { time: candles[0]?.closeTime ?? 0, candles };
};

test('a longer candle is shown as it closes, before the last of those that it is made of', () => {
  const seen: string[] = [];
  const machine = machineOf(witness(seen, { timeframes: ['3m'] }));
  for (const at of [0, 1, 2, 3]) machine.onInstant(instant(at, { btc: 10 + at }), 0);
  expect(seen).toEqual([
    '#1 BTC/USDT 1m 10',
    '#1 BTC/USDT 1m 11',
    '#1 other BTC/USDT 3m 12',
    '#1 BTC/USDT 1m 12',
    '#1 BTC/USDT 1m 13',
  ]);
});

test('one whose beginning is missing is not shown, and symbols that come apart disturb each other’s not', () => {
  const seen: string[] = [];
  const machine = machineOf(witness(seen, { timeframes: ['2m'] }));
  machine.onInstant(instant(1, { btc: 1 }), 0);
  for (const at of [2, 3]) {
    machine.onInstant(instant(at, { btc: at }), 0);
    machine.onInstant(instant(at, { eth: at }), 0);
  }
  expect(seen.filter((line) => line.includes('other'))).toEqual([
    '#1 other BTC/USDT 2m 3',
    '#2 other ETH/USDT 2m 3',
  ]);
});

test('the other symbol comes first, whatever the order of the feed, and to itself it is none', () => {
  const seen: string[] = [];
  const strategy = witness(seen, { symbols: ['ETH/USDT'], timeframes: ['2m'] });
  const machine = machineOf(strategy);
  for (const at of [0, 1]) machine.onInstant(instant(at, { btc: 1, eth: 2 }), 0);
  const of = (which: string): string[] => seen.filter((line) => line.startsWith(which));
  expect(of('#1')).toEqual([
    '#1 other ETH/USDT 1m 2',
    '#1 BTC/USDT 1m 1',
    '#1 other ETH/USDT 1m 2',
    '#1 other ETH/USDT 2m 2',
    '#1 other BTC/USDT 2m 1',
    '#1 BTC/USDT 1m 1',
  ]);
  expect(of('#2')).toEqual(['#2 ETH/USDT 1m 2', '#2 other ETH/USDT 2m 2', '#2 ETH/USDT 1m 2']);
});

test.each([
  [{ timeframes: ['45m'] }, '30m', 'it wants candles of 45m, but 45m is no multiple of 30m'],
  [{ timeframes: ['5m'] }, '30m', 'candles of 30m make none of 5m'],
  [{ timeframes: ['1m'] }, '1m', 'are what it is given anyway'],
  [{ symbols: ['ETH/USDT'] }, '1m', 'it wants ETH/USDT, and of binance there is BTC/USDT'],
])('%j on candles of %s: %s', (needs, timeframe, problem) => {
  const [venue, symbol] = [Venue.parse('binance'), SymbolName.parse('BTC/USDT')];
  expect(() =>
    createSignalMachine({
      strategy: witness([], needs),
      tape: 'abc-1',
      mode: 'backtest',
      runId: 'run',
      source: 'test',
      instruments: [{ venue, symbol, timeframe: Timeframe.parse(timeframe) }],
      onError: () => {},
    }),
  ).toThrow(problem);
});

test.each([
  [{ timeframes: ['1 hour'] }, 'found the timeframe "1 hour" in its needs'],
  [{ symbols: ['btc'] }, 'found the symbol "btc" in its needs'],
])('needs that are none are refused: %j', (needs, problem) => {
  expect(() => witness([], needs)).toThrow(UserError);
  expect(() => witness([], needs)).toThrow(problem);
});

const closes = Array.from({ length: 1_200 }, (_, at) => 100 + 10 * Math.sin(at / 9));

/** Long while its last ten-minute candle rose and the other symbol's last minute, too. */
const honest = defineStrategy({
  name: 'honest',
  version: '1',
  params: z.object({}),
  needs: () => ({ timeframes: ['10m'], symbols: ['ETH/USDT'] }),
  create() {
    const rises = new Map<string, boolean>();
    return {
      onOther: ({ symbol, timeframe, open, close }) =>
        void rises.set(`${symbol} ${timeframe}`, close > open),
      onCandle: () => (rises.get('BTC/USDT 10m') && rises.get('ETH/USDT 1m') ? enter : undefined),
    };
  },
});

test('looking ahead is found with longer candles and other symbols, too', () => {
  const btc = candlesOf(closes);
  const ether = candlesOf(closes.map((close) => 200 - close)).map((candle) => ({
    ...candle,
    symbol: eth,
    open: candle.close - Math.sin(candle.openTime / 6e5),
  }));
  const report = checkLookahead(honest.configure({}), btc, ether);
  expect(report).toMatchObject({ findings: [], settles: true });
  expect(report.signals).toBeGreaterThan(10);

  const next = new Map(ether.map(({ openTime, close }) => [openTime, close]));
  const cheat = defineStrategy({
    name: 'cheat',
    version: '1',
    params: z.object({}),
    needs: () => ({ symbols: ['ETH/USDT'] }),
    create() {
      let rises = false;
      return {
        onOther: ({ closeTime, close }) => void (rises = (next.get(closeTime) ?? 0) > close),
        onCandle: () => (rises ? enter : undefined),
      };
    },
  });
  const { findings } = checkLookahead(cheat.configure({}), btc, ether);
  expect(findings.map(({ change }) => change)).toContain('shifted');
});

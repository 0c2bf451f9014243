import { SymbolName, type Candle } from '@heliograph/contracts';
import { aCandle } from '@heliograph/contracts/testing';
import fc from 'fast-check';
import type { OrderRequest, Report } from '../brokers/broker.ts';
import type { PaperExchange } from './exchange.ts';
import { anOrder, paperSettings, type OrderChange } from './market-fixture.ts';
import type { Print } from './slice.ts';

/** What somebody does after a candle. */
export type Action =
  | { readonly type: 'place'; readonly order: OrderRequest; readonly isProtected: boolean }
  | { readonly type: 'cancel'; readonly id: string };

/** One candle, and what is done after it. */
export interface Moment {
  readonly candle: Candle;
  readonly actions: readonly Action[];
}

const symbols = [SymbolName.parse('BTC/USDT'), SymbolName.parse('ETH/USDT')] as const;

/** Settings of every kind; small amounts of cash and volume, so that the limits bind. */
export const randomSettings = fc
  .record({
    cash: fc.constantFrom('150', '1000', '12345.678'),
    feeBps: fc.constantFrom('0', '7.5', '100'),
    slippageBps: fc.constantFrom('0', '3', '250'),
    lotSize: fc.constantFrom('0.00001', '0.03', '1'),
    tickSize: fc.constantFrom(undefined, '0.5'),
    shorting: fc.boolean(),
    leverage: fc.constantFrom(undefined, 1, 3.5),
    paper: fc.record({
      tape: fc.constantFrom(undefined, 'candles', 'trades'),
      makerFeeBps: fc.constantFrom(undefined, '1'),
      slippage: fc.constantFrom(
        undefined,
        { kind: 'spread', spreadBps: '15' },
        { kind: 'volumeShare', impactBps: '300' },
      ),
      latencyMs: fc.constantFrom(undefined, 20_000, 90_000),
      maxVolumeRatio: fc.constantFrom(undefined, 0.1, 1),
    }),
  })
  .map((settings) => paperSettings(JSON.parse(JSON.stringify(settings))));

/** Two symbols that walk about 100 in steps of a half, over gaps, and somebody who trades them in every way. */
export const randomMoments = fc
  .array(
    fc.record({
      symbol: fc.constantFrom(...symbols),
      skipped: fc.constantFrom(0, 0, 0, 1, 3),
      path: fc.tuple(step(), step(), step(), step()),
      volume: fc.constantFrom(0, 0.5, 7, 1_000),
      orders: fc.array(randomOrder(), { maxLength: 2 }),
      cancels: fc.option(fc.nat(60), { nil: undefined, freq: 6 }),
    }),
    { minLength: 5, maxLength: 40 },
  )
  .map((drawn): Moment[] => {
    const prices = new Map<SymbolName, number>();
    let at = 0;
    let count = 0;
    return drawn.map(({ symbol, skipped, path, volume, orders, cancels }) => {
      at += 1 + skipped;
      const start = prices.get(symbol) ?? 100;
      const walked = path.map((change) => Math.max(1, start + change));
      const [open = start, close = start] = walked;
      prices.set(symbol, close);
      const [high, low] = [Math.max(...walked), Math.min(...walked)];
      const candle = aCandle({ at, symbol, open, high, low, close, volume });
      const timeMs = candle.closeTime;
      const { venue } = candle;
      const actions = orders.map(({ isProtected, delayMs, ...order }): Action => {
        const id = `o${count++}`;
        const time = timeMs + delayMs;
        const made = { ...order, id, venue, symbol: candle.symbol, timeMs: time };
        const goodTill = order.timeInForce === 'GTD' ? { goodTillMs: time + 200_000 } : {};
        return { type: 'place', order: anOrder({ ...made, ...goodTill }), isProtected };
      });
      const cancel = cancels === undefined ? [] : [{ type: 'cancel', id: `o${cancels}` } as const];
      return { candle, actions: [...actions, ...cancel] };
    });
  });

/** The one trade of a moment: at the last price, just before the close. None where there is no volume. */
export function printIn({ candle }: Moment): Print | undefined {
  const { venue, symbol, close, volume, closeTime } = candle;
  if (volume === 0) return undefined;
  return { venue, symbol, price: String(close), quantity: String(volume), timeMs: closeTime - 1 };
}

/** Shows a moment of the tape; the account fills from what it is made for. */
export function show(exchange: PaperExchange, moment: Moment): void {
  const print = printIn(moment);
  if (print) exchange.onPrint(print);
  exchange.onCandle(moment.candle);
}

/** A stop and a profit target for what an entry has bought or sold, as somebody places them who hears of its fill. */
export function protectionOf(
  entry: OrderRequest,
  fill: Extract<Report, { type: 'filled' }>,
): OrderRequest[] {
  const sign = entry.side === 'buy' ? 1 : -1;
  const price = Math.round(Number(fill.price) * 2) / 2;
  const { venue, symbol } = entry;
  const both = {
    venue,
    symbol,
    side: entry.side === 'buy' ? 'sell' : 'buy',
    quantity: fill.quantity,
    reduceOnly: true,
    timeMs: fill.timeMs,
    protects: entry.id,
  } as const;
  const stopPrice = Math.max(0.5, price - sign * 2);
  const limitPrice = Math.max(0.5, price + sign * 1.5);
  const name = `${entry.id}x${fill.fillId.slice(0, 6)}`;
  return [
    anOrder({ ...both, id: `${name}s`, type: 'stop', stopPrice: String(stopPrice) }),
    anOrder({ ...both, id: `${name}t`, type: 'limit', limitPrice: String(limitPrice) }),
    anOrder({ ...both, id: `${name}r`, type: 'trailing_stop', trailingBps: 150 }),
  ];
}

function step() {
  return fc.integer({ min: -8, max: 8 }).map((halves) => halves / 2);
}

function randomOrder(): fc.Arbitrary<
  OrderChange & { isProtected: boolean; delayMs: number; side: 'buy' | 'sell' }
> {
  const price = fc.integer({ min: 184, max: 216 }).map((halves) => String(halves / 2));
  const kind = fc.oneof(
    fc.record({ type: fc.constant('market' as const) }),
    fc.record({ type: fc.constant('limit' as const), limitPrice: price }),
    fc.record({ type: fc.constant('stop' as const), stopPrice: price }),
    fc.record({ type: fc.constant('stop_limit' as const), stopPrice: price, limitPrice: price }),
    fc.record({
      type: fc.constant('trailing_stop' as const),
      trailingBps: fc.constantFrom(50, 200.5),
    }),
  );
  const size = fc.oneof(
    fc.record({ quantity: fc.constantFrom('0.5', '1', '2.25', '40') }),
    fc.record({ notional: fc.constantFrom('100', '777.77'), includesFee: fc.boolean() }),
  );
  const common = fc.record({
    side: fc.constantFrom('buy', 'buy', 'sell'),
    reduceOnly: fc.constantFrom(false, false, true),
    timeInForce: fc.constantFrom('GTC', 'GTC', 'IOC', 'FOK', 'GTD', 'PO'),
    isProtected: fc.boolean(),
    delayMs: fc.constantFrom(0, 0, 1_500, 30_000),
  });
  return fc.tuple(common, kind, size).map(([a, b, c]) => ({ ...a, ...b, ...c }));
}

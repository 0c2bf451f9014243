import {
  Big,
  EventId,
  type PortfolioSettings,
  PositiveDecimal,
  NonNegativeDecimal,
  OrderId,
  SymbolName,
  toTime,
  TradeSignal,
  Venue,
} from '@heliograph/contracts';
import { aJournalEvent } from '@heliograph/contracts/testing';
import fc from 'fast-check';
import { draftOf } from '../decision/state/draft.ts';
import { evolve } from '../decision/state/evolve.ts';
import type { PortfolioState, Prices } from '../decision/state/portfolio.ts';
import { anOrder, hear, nowMs, openedWith, settingsWith, stateChanged } from './portfolios.ts';

/** Any settings, portfolio, signal and prices, of which many let the signal pass. */

const symbols = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT'] as const;
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
/** What stops most signals must be rare, or none would get past it. */
const seldom = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

/** A decimal of up to `places` digits after the point, above 0. */
export function decimal(max: number, places: number): fc.Arbitrary<string> {
  const scale = 10 ** places;
  return fc
    .integer({ min: 1, max: max * scale })
    .map((digits) => new Big(String(digits)).div(String(scale)).toFixed());
}

const ratio = fc.double({ min: 0.001, max: 0.5, noNaN: true });

const anyStake = fc.oneof(
  fc.constant({ kind: 'all' }),
  fc.record({ kind: fc.constant('quote'), value: decimal(2_000, 2) }),
  fc.record({ kind: fc.constant('base'), value: decimal(20, 6) }),
  fc.record({ kind: fc.constantFrom('equityRatio', 'riskRatio'), value: ratio }),
);

const anyRisk = fc.record({
  maxPositions: seldom(fc.integer({ min: 1, max: 4 })),
  symbols: seldom(fc.constant(['BTC/USDT', 'ETH/USDT'])),
  maxOrderNotional: seldom(decimal(2_000, 2)),
  maxSymbolExposureRatio: seldom(fc.double({ min: 0.05, max: 2, noNaN: true })),
  maxExposureRatio: seldom(fc.double({ min: 0.05, max: 3, noNaN: true })),
  priceCollarBps: seldom(fc.integer({ min: 1, max: 1_500 })),
  maxSpreadBps: seldom(fc.integer({ min: 1, max: 500 })),
  maxDataAgeMs: seldom(fc.integer({ min: 1, max: 60_000 })),
  maxOrdersPerMinute: seldom(fc.integer({ min: 1, max: 4 })),
  cooldownMs: seldom(fc.integer({ min: 1, max: 60_000 })),
  maxLosingStreak: seldom(fc.integer({ min: 1, max: 3 })),
  maxDailyLossRatio: seldom(ratio),
  maxDrawdownRatio: seldom(ratio),
  maxClockSkewMs: seldom(fc.integer({ min: 1, max: 60_000 })),
});

const anyRules = fc.record(
  {
    tickSize: fc.constantFrom('0.01', '0.5', '0.00001'),
    lotSize: fc.constantFrom('0.001', '0.5', '1'),
    minQuantity: fc.constantFrom('0.001', '1'),
    maxQuantity: fc.constantFrom('10', '50'),
    minNotional: fc.constantFrom('5', '50'),
  },
  { requiredKeys: [] },
);

const anySettings: fc.Arbitrary<PortfolioSettings> = fc
  .record({
    cash: decimal(20_000, 2),
    stake: anyStake,
    feeBps: fc.constantFrom('0', '10', '7.5'),
    slippageBps: fc.constantFrom('0', '5', '100'),
    lotSize: fc.constantFrom('0.00000001', '0.001', '0.1'),
    tickSize: maybe(fc.constantFrom('0.01', '0.1', '1')),
    shorting: fc.boolean(),
    leverage: fc.constantFrom(1, 1, 2.5),
    signalSize: fc.boolean(),
    exitGraceMs: fc.constantFrom(0, 60_000),
    instruments: fc.dictionary(fc.constantFrom(...symbols), anyRules, { maxKeys: 2 }),
    risk: anyRisk,
  })
  .map((settings) => settingsWith(JSON.parse(JSON.stringify(settings))));

const anyPrice = fc
  .integer({ min: 90_000, max: 110_000 })
  .map((digits) => new Big(String(digits)).div('1000').toFixed());

/** What came before: orders, fills of some of them, and what else the journal can say. */
const anyStep = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('order' as const),
      symbol: fc.constantFrom(...symbols),
      side: fc.constantFrom('buy', 'sell'),
      reduceOnly: fc.boolean(),
      role: maybe(fc.constantFrom('stop_loss', 'take_profit')),
      quantity: decimal(3, 3),
      price: anyPrice,
      filled: fc.constantFrom('not', 'half', 'whole', 'whole', 'whole', 'whole'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('foreign' as const),
      side: fc.constantFrom('buy' as const, 'sell' as const),
      price: maybe(anyPrice),
      symbol: fc.constantFrom(...symbols),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('state' as const),
      to: fc.constantFrom(
        'ACTIVE' as const,
        'ACTIVE' as const,
        'REDUCING' as const,
        'HALTED' as const,
      ),
    }),
  },
);

export const anyPortfolio: fc.Arbitrary<PortfolioState> = fc
  .record({ settings: anySettings, steps: fc.array(anyStep, { maxLength: 5 }) })
  .map(({ settings, steps }) => {
    const state = openedWith(settings);
    for (const step of steps) take(state, step);
    return state;
  });

type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

function take(state: PortfolioState, step: Step): void {
  if (step.what === 'state') evolve(state, stateChanged(step.to, { timeMs: nowMs - 20_000 }));
  else if (step.what === 'foreign') adopt(state, step);
  else {
    const { symbol, side, reduceOnly, role, quantity, price, filled } = step;
    const order = anOrder(state, {
      symbol,
      side,
      reduceOnly,
      ...(role && { role }),
      size: { kind: 'base', quantity },
      referencePrice: price,
    });
    if (filled === 'not') return;
    const part = filled === 'half' ? new Big(quantity).times('0.5').toFixed() : quantity;
    hear(state, order, { type: 'filled', quantity: part, price, complete: filled === 'whole' });
  }
}

function adopt(
  state: PortfolioState,
  { side, price, symbol }: { side: 'buy' | 'sell'; price: string | undefined; symbol: string },
): void {
  const event = aJournalEvent('order_adopted', {
    orderId: OrderId.parse(`foreign${state.foreignOrders.size}`),
    venue: Venue.parse('binance'),
    symbol: SymbolName.parse(symbol),
    side,
    venueOrderId: '1',
    orderType: 'limit',
    quantity: PositiveDecimal.parse('1'),
    filledQuantity: NonNegativeDecimal.parse('0.25'),
    ...(price !== undefined && { limitPrice: PositiveDecimal.parse(price) }),
    reduceOnly: false,
  });
  evolve(state, draftOf(event));
}

export const anyPrices: fc.Arbitrary<Prices> = fc
  .dictionary(
    fc.constantFrom(...symbols.map((symbol) => `binance|${symbol}`)),
    fc.record({
      price: fc.double({ min: 90, max: 110, noNaN: true }),
      timeMs: fc.integer({ min: nowMs - 120_000, max: nowMs }),
    }),
    { maxKeys: 3 },
  )
  .map((prices) => new Map(Object.entries(prices)));

const direction = fc.constantFrom(
  { intent: 'enter', side: 'buy', targetPosition: 'long' },
  { intent: 'enter', side: 'buy', targetPosition: 'long' },
  { intent: 'enter', side: 'sell', targetPosition: 'short' },
  { intent: 'enter', side: 'buy', targetPosition: 'long' },
  { intent: 'enter', side: 'buy', targetPosition: 'long' },
  { intent: 'increase', side: 'buy', targetPosition: 'long' },
  { intent: 'increase', side: 'sell', targetPosition: 'short' },
  { intent: 'reverse', side: 'buy', targetPosition: 'long' },
  { intent: 'reverse', side: 'sell', targetPosition: 'short' },
  { intent: 'exit', side: 'sell', targetPosition: 'flat' },
  { intent: 'exit', side: 'buy', targetPosition: 'flat' },
  { intent: 'reduce', side: 'sell', targetPosition: 'long' },
  { intent: 'reduce', side: 'buy', targetPosition: 'short' },
  { intent: 'cancel', side: 'buy', targetPosition: 'flat' },
);

/** How a signal's prices are made: plain ones, or whatever text is a price. */
export function anySignal(price: fc.Arbitrary<string> = anyPrice): fc.Arbitrary<TradeSignal> {
  const terms = {
    maxSlippageBps: seldom(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })),
    timeInForce: maybe(fc.constantFrom('GTC', 'IOC', 'FOK', 'GTD', 'PO')),
  };
  const size = fc.oneof(
    fc.record({ kind: fc.constantFrom('quote', 'base'), value: price }),
    fc.record({
      kind: fc.constantFrom('equityRatio', 'riskRatio'),
      value: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  );
  return fc
    .record({
      direction,
      strategy: fc.constantFrom('sma-cross', 'other', 'manual'),
      symbol: fc.constantFrom(...symbols),
      reference: price,
      entry: seldom(
        fc.oneof(
          fc.record({ type: fc.constant('market'), ...terms }),
          fc.record({ type: fc.constant('limit'), limitPrice: price, ...terms }),
          fc.record({
            type: fc.constant('stop'),
            stopPrice: price,
            limitPrice: maybe(price),
            ...terms,
          }),
        ),
      ),
      stop: maybe(price),
      target: maybe(price),
      trailingStop: maybe(
        fc.record({
          distanceBps: fc.oneof(
            fc.integer({ min: 1, max: 1_000 }),
            fc.double({ min: 0.1, max: 20_000, noNaN: true }),
          ),
        }),
      ),
      timeStopMs: maybe(fc.integer({ min: 1, max: 1_000_000 })),
      size: seldom(size),
      market: maybe(fc.record({ bid: price, ask: price, dataAgeMs: fc.nat(100_000) })),
      madeMs: fc.constantFrom(
        nowMs,
        nowMs,
        nowMs,
        nowMs,
        nowMs - 30_000,
        nowMs - 61_000,
        nowMs + 30_000,
      ),
      id: fc.constantFrom('a', 'b', 'c'),
    })
    .map(
      ({ direction, stop, target, reference, madeMs, id, timeStopMs, trailingStop, ...rest }) => {
        const isLong = direction.targetPosition === 'long';
        const isFlat = direction.targetPosition === 'flat';
        const lies = (price: string | undefined, above: boolean): price is string =>
          price !== undefined && !isFlat && new Big(price).cmp(reference) === (above ? 1 : -1);
        const protection = {
          ...(lies(stop, !isLong) && { stopLoss: { price: stop } }),
          ...(lies(target, isLong) && {
            takeProfits: [
              { price: target, ratio: 0.7 },
              { price: target, ratio: 0.3 },
            ],
          }),
          ...(!isFlat && { trailingStop, timeStopMs }),
        };
        const time = toTime(madeMs);
        const signal: unknown = JSON.parse(
          JSON.stringify({
            specversion: '1.0',
            id: EventId.parse(id),
            source: 'signal-engine/test',
            type: 'trade_signal',
            subject: rest.symbol,
            time,
            recordedtime: time,
            expirytime: toTime(madeMs + 60_000),
            sequence: 1,
            correlationid: id,
            data: {
              ...rest,
              ...direction,
              ...protection,
              strategyVersion: '1.0.0',
              configHash: 'test',
              runId: 'test',
              mode: 'paper',
              venue: 'binance',
              timeframe: '1m',
              referencePrice: { price: reference, kind: 'close', time },
            },
          }),
        );
        return TradeSignal.parse(signal);
      },
    );
}

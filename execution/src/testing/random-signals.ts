import {
  deterministicId,
  exactly,
  toDecimal,
  toTime,
  type Mode,
  type TradeSignal,
} from '@heliograph/contracts';
import { aSignal } from '@heliograph/contracts/testing';
import fc from 'fast-check';
import { moved, traded } from './random-tape.ts';

type SignalInput = Exclude<Parameters<typeof aSignal>[0], undefined>;

const usually = <T>(value: T, ...others: readonly T[]) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(value) }, fc.constantFrom(value, ...others));
const sometimes = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.option(arbitrary, { nil: undefined, freq: 1 });
const rarely = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 5 });

const timeInForce = rarely(fc.constantFrom('GTC', 'IOC', 'FOK', 'GTD', 'PO'));
const maxSlippageBps = rarely(fc.constantFrom(0, 20, 300));
/** Prices are told by how much better they are than the last one, basis points. */
const entry = sometimes(
  fc.oneof(
    fc.record({ type: fc.constant('market'), timeInForce, maxSlippageBps }),
    fc.record({
      type: fc.constant('limit'),
      limitBps: fc.integer({ min: -30, max: 100 }),
      timeInForce,
      maxSlippageBps,
    }),
    fc.record({
      type: fc.constant('stop'),
      stopBps: fc.integer({ min: -100, max: 10 }),
      limitBps: rarely(fc.integer({ min: -150, max: 20 })),
      timeInForce,
      maxSlippageBps,
    }),
  ),
);

/** What somebody wants, without saying when. */
export const randomWish = fc.record({
  symbol: fc.nat({ max: traded.length - 1 }),
  strategy: usually('one', 'two', 'manual'),
  intent: fc.constantFrom(
    ...(['enter', 'enter', 'enter', 'enter', 'exit', 'increase', 'reduce', 'reverse'] as const),
    'cancel',
  ),
  isLong: usually(true, false),
  entry,
  stopBps: sometimes(fc.integer({ min: 10, max: 200 })),
  targets: fc.array(
    fc.record({
      bps: fc.integer({ min: 10, max: 200 }),
      ratio: fc.constantFrom(0.5, 0.3, 0.2).map((ratio): number => ratio),
    }),
    { maxLength: 2 },
  ),
  trailingBps: rarely(fc.integer({ min: 20, max: 300 })),
  timeStopMs: rarely(fc.constantFrom(30_000, 60_000, 150_000)),
  size: rarely(
    fc.constantFrom(
      { kind: 'quote', value: '120' } as const,
      { kind: 'base', value: '0.7' } as const,
      { kind: 'equityRatio', value: 0.2 } as const,
      { kind: 'riskRatio', value: 0.01 } as const,
    ),
  ),
  /** How long it is good for, and how much older it is than its price. */
  goodForMs: usually(120_000, 20_000, 1),
  lateMs: usually(0, 30_000, 500_000),
  mode: usually<Mode | undefined>(undefined, 'live', 'backtest'),
  portfolio: usually<string | undefined>(undefined, 'paper', 'another'),
  /** It comes twice. */
  isDoubled: usually(false, true),
});
export type Wish = typeof randomWish extends fc.Arbitrary<infer T> ? T : never;

/** The signal that says so, `undefined` where the prices leave no room for it. */
export function signalOf(
  wish: Wish,
  {
    id,
    timeMs,
    last,
    tape,
    mode,
  }: {
    id: string;
    /** When its price was seen. */
    timeMs: number;
    last: readonly number[];
    tape: string;
    mode: Mode;
  },
): TradeSignal {
  const { symbol } = traded[wish.symbol] ?? { symbol: 'BTC/USDT' };
  const price = last[wish.symbol] ?? 1;
  const { intent, isLong, strategy, size } = wish;
  const isEntry = intent === 'enter' || intent === 'increase' || intent === 'reverse';
  const isBuy = isLong === isEntry;
  const towards = isLong ? 1 : -1;
  const time = toTime(timeMs - wish.lateMs);
  const at = (shiftBps: number) => toDecimal(exactly(moved(price, shiftBps)));
  const data: SignalInput['data'] = {
    strategy,
    mode: wish.mode ?? mode,
    ...(wish.portfolio !== undefined && { portfolio: wish.portfolio }),
    symbol,
    tape: { id: tape },
    intent,
    side: isBuy ? 'buy' : 'sell',
    targetPosition: intent === 'exit' || intent === 'cancel' ? 'flat' : isLong ? 'long' : 'short',
    referencePrice: { price: at(0), kind: 'close', time: toTime(timeMs) },
    ...(size && { size }),
    ...(isEntry && entryOf(wish, at)),
    ...(isEntry && protectionOf(wish, price, towards)),
  };
  return aSignal({
    id: deterministicId('test', tape, id),
    time,
    expirytime: toTime(timeMs - wish.lateMs + wish.goodForMs),
    recordedtime: time,
    data,
  });
}

function entryOf({ entry, isLong }: Wish, at: (shiftBps: number) => string): SignalInput['data'] {
  if (!entry) return {};
  const better = isLong ? -1 : 1;
  const { type, timeInForce, maxSlippageBps } = entry;
  const common = {
    ...(timeInForce !== undefined && { timeInForce }),
    ...(maxSlippageBps !== undefined && { maxSlippageBps }),
  };
  const limitBps = 'limitBps' in entry ? entry.limitBps : undefined;
  const limit = limitBps === undefined ? {} : { limitPrice: at(better * limitBps) };
  if (type === 'stop' && 'stopBps' in entry)
    return { entry: { type, stopPrice: at(better * entry.stopBps), ...limit, ...common } };
  if (limit.limitPrice !== undefined)
    return { entry: { type: 'limit', limitPrice: limit.limitPrice, ...common } };
  return { entry: { type: 'market', ...common } };
}

/** Only what lies on the right side of the price. */
function protectionOf(wish: Wish, price: number, towards: number): SignalInput['data'] {
  const on = (side: number, shiftBps: number): string | undefined => {
    const at = moved(price, side * shiftBps);
    return (at - price) * side > 0 ? toDecimal(exactly(at)) : undefined;
  };
  const stop = wish.stopBps === undefined ? undefined : on(-towards, wish.stopBps);
  const takeProfits = wish.targets.flatMap(({ bps, ratio }) => {
    const target = on(towards, bps);
    return target === undefined ? [] : [{ price: target, ratio }];
  });
  return {
    ...(stop !== undefined && { stopLoss: { price: stop } }),
    ...(takeProfits.length > 0 && { takeProfits }),
    ...(wish.trailingBps !== undefined && { trailingStop: { distanceBps: wish.trailingBps } }),
    ...(wish.timeStopMs !== undefined && { timeStopMs: wish.timeStopMs }),
  };
}

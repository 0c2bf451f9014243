import { exactly, type Big, type ReasonCode } from '@heliograph/contracts';
import type { RestingOrder } from './book.ts';
import type { FillPlace } from './events.ts';
import { farSide, multiple } from './price.ts';
import type { Progress } from './progress.ts';
import type { TradingRules } from './rules.ts';
import type { Slice } from './slice.ts';
import { triggerIn, type Trigger } from './trigger.ts';
import type { View } from './view.ts';

/** An order meets a price at which it trades. */
export interface Trade {
  readonly type: 'trade';
  /** Of the tape: what a taker gets is worse. */
  readonly price: Big;
  readonly liquidity: 'maker' | 'taker';
  readonly timeMs: number;
  readonly moment: FillPlace['moment'];
}

interface Ending {
  readonly type: 'order_cancelled' | 'order_rejected';
  readonly reason: ReasonCode;
  readonly detail: string;
  readonly timeMs: number;
}

/**
 * What comes first for an order in a slice, if anything. The stages of a slice are worked off one after the other: 0 the
 * first price, 1 stops, 2 limits, 3 the end. Whether an order comes to something depends on the tape and the order
 * alone, never on the account: what a slice has done for nobody it will do for nobody who looks again.
 */
export type Attempt = { readonly stage: 0 | 1 | 2 | 3 } & (Trade | Ending);

interface Sight {
  readonly order: RestingOrder;
  readonly progress: Progress;
  readonly view: View;
  readonly slice: Slice;
  readonly rules: TradingRules;
}

export function attemptOf(sight: Sight): Attempt | undefined {
  const { order, view, slice, rules } = sight;
  const { goodTillMs } = order;
  if (goodTillMs !== undefined && goodTillMs <= view.firstTimeMs) return expiry(0, goodTillMs);
  const attempt = tradeOf(sight);
  const volume = volumeFor(slice, rules);
  const isDry = attempt?.type === 'trade' && volume?.lte('0') === true;
  if (isDry && isImmediate(order))
    return unfilled(attempt.stage, attempt.timeMs, 'there was no volume for it');
  if (attempt && !isDry) return attempt;
  if (goodTillMs !== undefined && goodTillMs <= slice.closeTime) return expiry(3, goodTillMs);
  return undefined;
}

/** How much of a slice one order may take, in whole lots; undefined for any amount. */
export function volumeFor(
  slice: Slice,
  { maxVolumeRatio, lotSize }: Pick<TradingRules, 'maxVolumeRatio' | 'lotSize'>,
): Big | undefined {
  if (maxVolumeRatio === undefined) return undefined;
  return multiple(slice.prices.volume.times(exactly(maxVolumeRatio)), lotSize);
}

/** Whether it takes what its first opportunity gives, and nothing later. */
export function isImmediate({ timeInForce }: RestingOrder): boolean {
  return timeInForce === 'IOC' || timeInForce === 'FOK';
}

function tradeOf(sight: Sight): Attempt | undefined {
  const { order, progress, view } = sight;
  const isStop = order.orderType !== 'market' && order.orderType !== 'limit';
  const trigger = triggerIn(order, progress, view);
  if (isStop && !progress.triggered && !trigger) return undefined;
  if (order.limitPrice !== undefined) return limitTrade(sight, order.limitPrice, trigger);
  if (trigger?.at === 'inside') return { stage: 1, ...inside(sight, trigger.price, 'taker') };
  return view.first && { stage: 0, ...atFirst(view, view.first, 'taker') };
}

function limitTrade(sight: Sight, limit: Big, trigger: Trigger | undefined): Attempt | undefined {
  const { order, progress, view, slice, rules } = sight;
  const takes = (price: Big): boolean => {
    const met = farSide(price, order.side, rules);
    return order.side === 'buy' ? met.lte(limit) : met.gte(limit);
  };
  const asMaker = (): Attempt => ({ stage: 2, ...inside(sight, limit, 'maker') });

  if (trigger?.at === 'inside') {
    if (takes(trigger.price)) return { stage: 1, ...inside(sight, trigger.price, 'taker') };
    if (isImmediate(order)) return unfilled(1, slice.closeTime - 1, 'the price was past its limit');
    // Whatever else the candle went through may have come before the trigger; its close did not.
    return !view.limitsSeeFirstOnly && takes(view.prices.close) ? asMaker() : undefined;
  }
  if (view.first === undefined) return undefined;
  if (takes(view.first)) {
    const isPostOnly = order.timeInForce === 'PO';
    if (isPostOnly && !progress.seen) return wouldTake(view, view.first);
    // Where single trades are told, whoever takes meets what waits; where candles are, the open may be a gap.
    const waits = progress.seen && trigger === undefined && (slice.isTrade || isPostOnly);
    return { stage: 0, ...atFirst(view, waits ? limit : view.first, waits ? 'maker' : 'taker') };
  }
  if (isImmediate(order)) return unfilled(0, view.firstTimeMs, 'the price was past its limit');
  const best = order.side === 'buy' ? view.range.low : view.range.high;
  return !view.limitsSeeFirstOnly && takes(best) ? asMaker() : undefined;
}

function atFirst(view: View, price: Big, liquidity: Trade['liquidity']): Trade {
  return { type: 'trade', price, liquidity, timeMs: view.firstTimeMs, moment: view.moment };
}

/** It happened before the close; nobody knows when. */
function inside({ slice }: Sight, price: Big, liquidity: Trade['liquidity']): Trade {
  return { type: 'trade', price, liquidity, timeMs: slice.closeTime - 1, moment: 'inside' };
}

function unfilled(stage: Attempt['stage'], timeMs: number, detail: string): Attempt {
  return { stage, type: 'order_cancelled', reason: 'TIME_IN_FORCE', detail, timeMs };
}

function expiry(stage: Attempt['stage'], goodTillMs: number): Attempt {
  return unfilled(stage, goodTillMs, 'its time was over');
}

function wouldTake(view: View, price: Big): Attempt {
  const detail = `the price was ${price.toFixed()} when it arrived`;
  const timeMs = view.firstTimeMs;
  return { stage: 0, type: 'order_rejected', reason: 'WOULD_TAKE', detail, timeMs };
}

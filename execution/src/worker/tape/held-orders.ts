import { Big, exactly, type Candle, type OrderId } from '@heliograph/contracts';
import { mostAppended } from '@heliograph/contracts/bus';
import type { Draft } from '../../decision/state/draft.ts';
import { leaving } from '../../decision/exits/on-its-way.ts';
import type { Order } from '../../decision/state/order.ts';
import { triggeredTogether, type Reached } from '../../decision/exits/triggered-together.ts';
import { instrumentKey } from '../../instrument-key.ts';
import type { Portfolio } from '../../decision/state/portfolio.ts';
import { enters } from '../../decision/state/position.ts';
import { createCandleLengths } from '../../paper/candle-lengths.ts';
import { createTrails } from './trails.ts';

const whole = new Big('10000');
const zero = new Big('0');

/**
 * The orders that execution holds itself, watched on the tape: a stop is triggered when the price falls (or rises) to
 * it, a limit when it can be filled, a trailing stop when the price comes back from its best by its distance. Within a
 * candle stops come first, and a position is never left by more than it has.
 */
export interface HeldOrders {
  /**
   * The orders that the candle triggers, as events to journal: as many as it takes at once, and the rest when they are
   * written. They go to the venue from `timeMs` on. It may be asked again, until there are none: nothing follows the candle
   * yet.
   */
  reachedBy(portfolio: Portfolio, candle: Candle, timeMs: number): Draft[];
  /** The candle has been acted on, here or by others: trailing stops follow it. */
  follow(portfolio: Portfolio, candle: Candle): void;
}

/** `toTape`: what time it was on the tape, at the latest, at a time of the clock here. */
export function createHeldOrders(
  toTape: (timeMs: number) => number = (timeMs) => timeMs,
): HeldOrders {
  /** Since when each order is there, by the clock of the tape: that of its decision may be set, here and where it was. */
  const began = new Map<OrderId, number>();
  const trails = createTrails();
  /** Stops whose price was there while another order was to leave with all of it: should it not, they do. */
  const owed = new Set<OrderId>();
  const lengths = createCandleLengths();

  const levelOf = (order: Order, candle: Candle): Big => {
    const fixed = new Big(order.stopPrice ?? order.limitPrice ?? '0');
    if (order.trailingBps === undefined) return fixed;
    const best = trails.before(order, candle);
    const distance = best.times(exactly(order.trailingBps)).div(whole);
    const trailing = order.side === 'sell' ? best.minus(distance) : best.plus(distance);
    if (order.stopPrice === undefined) return trailing;
    return order.side === 'sell' ? larger(trailing, fixed) : smaller(trailing, fixed);
  };

  const beganMs = (order: Order): number => {
    const timeMs = began.get(order.id) ?? toTape(order.timeMs);
    began.set(order.id, timeMs);
    return timeMs;
  };

  const heldIn = (portfolio: Portfolio, candle: Candle): Order[] => {
    lengths.add(candle);
    trails.keep(portfolio.orders);
    for (const ids of [owed, began])
      if (ids.size > 0) for (const id of ids.keys()) if (!portfolio.orders.has(id)) ids.delete(id);
    const key = instrumentKey(candle);
    return [...portfolio.orders.values()].filter(
      (order) =>
        order.isHeld &&
        !order.cancellation &&
        instrumentKey(order) === key &&
        candle.closeTime > beganMs(order),
    );
  };

  /**
   * Of a long candle that began before the order only the end counts: shorter ones tell the way since then. And so it does of
   * any for a profit target, which the price may have passed before the entry; for a stop the worst is taken.
   */
  const since = (order: Order, candle: Candle): Candle => {
    const { openTime, closeTime, close } = candle;
    const isLong = closeTime - openTime > (lengths.shortestOf(candle) ?? Infinity);
    return openTime < beganMs(order) && (isLong || order.type === 'limit')
      ? { ...candle, open: close, high: close, low: close }
      : candle;
  };

  return {
    reachedBy(portfolio, candle, timeMs) {
      const held = heldIn(portfolio, candle);
      if (held.length === 0) return [];
      const key = instrumentKey(candle);
      const reached: Reached[] = [];
      const position = portfolio.positions.get(key);
      let left = (position?.quantity ?? zero).minus(leaving(portfolio, key));
      for (const order of held.toSorted(stopsFirst)) {
        if (reached.length === mostAppended) break;
        const level = levelOf(order, candle);
        const seen = since(order, candle);
        if (!isReached(order, level, seen) && !owed.has(order.id)) continue;
        if (order.reduceOnly && left.lte(zero)) {
          if (order.type !== 'limit') owed.add(order.id);
          continue;
        }
        const isLeaving = position !== undefined && !enters(position, order.side);
        if (isLeaving && order.size.kind === 'base') left = left.minus(order.size.quantity);
        reached.push({ order, price: priceAt(order, level, seen) });
      }
      return triggeredTogether(portfolio, reached, timeMs);
    },
    follow(portfolio, candle) {
      for (const order of heldIn(portfolio, candle))
        if (order.trailingBps !== undefined)
          trails.follow(order, candle, candle.openTime >= beganMs(order));
    },
  };
}

function stopsFirst(a: Order, b: Order): number {
  return Number(a.type === 'limit') - Number(b.type === 'limit');
}

/** Limits wait for a better price, everything else for a worse one. */
function isReached(order: Order, level: Big, { high, low }: Candle): boolean {
  const waitsForRise = (order.type === 'limit') === (order.side === 'sell');
  return waitsForRise ? exactly(high).gte(level) : exactly(low).lte(level);
}

/** The level, or the open where the market began beyond it. */
function priceAt(order: Order, level: Big, candle: Candle): Big {
  const open = exactly(candle.open);
  const waitsForRise = (order.type === 'limit') === (order.side === 'sell');
  return waitsForRise ? larger(open, level) : smaller(open, level);
}

function larger(a: Big, b: Big): Big {
  return a.gt(b) ? a : b;
}

function smaller(a: Big, b: Big): Big {
  return a.lt(b) ? a : b;
}

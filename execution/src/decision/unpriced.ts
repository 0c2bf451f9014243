import { toTime } from '@heliograph/contracts';
import { draft, type Draft } from './state/draft.ts';
import { isProtective, type Order } from './state/order.ts';
import { instrumentKey } from '../instrument-key.ts';
import type { Portfolio, Prices } from './state/portfolio.ts';

/** Feeds pause for less: between trades, or while they connect again. */
const leastMs = 60_000;
/** How many candles may be missing. */
const candles = 3;
/** Trouble that lasts is told again after so long. */
const sayAgainMs = 3_600_000;

/**
 * That protective orders are held here which no price can trigger: none has come for too long. Once for each instrument
 * until there is a price, and every hour. Whoever has just begun to listen, at `listeningMs`, has heard none yet.
 */
export function unpriced(
  portfolio: Portfolio,
  { prices, lengths }: { prices: Prices; lengths: ReadonlyMap<string, number> },
  { nowMs, listeningMs }: { nowMs: number; listeningMs: number },
): Draft[] {
  const held = Map.groupBy(
    [...portfolio.orders.values()].filter((order) => order.isHeld && isProtective(order)),
    instrumentKey,
  );
  const drafts: Draft[] = [];
  for (const [key, orders] of held) {
    const [first] = orders;
    if (!first) continue;
    const untilMs = prices.get(key)?.timeMs ?? first.timeMs;
    const patienceMs = Math.max(leastMs, candles * (lengths.get(key) ?? 0));
    const saidMs = portfolio.unpriced.get(key) ?? -Infinity;
    const isSaid = saidMs > untilMs && nowMs - saidMs < sayAgainMs;
    if (nowMs - Math.max(untilMs, listeningMs) < patienceMs || isSaid) continue;
    drafts.push(incident(portfolio, first, { count: orders.length, untilMs, nowMs }));
  }
  return drafts;
}

function incident(
  { name }: Portfolio,
  { venue, symbol, correlationId }: Order,
  { count, untilMs, nowMs }: { count: number; untilMs: number; nowMs: number },
): Draft {
  const pricedUntil = toTime(untilMs);
  const what = count === 1 ? 'a protective order' : `${count} protective orders`;
  return draft(
    'incident_reported',
    {
      portfolio: name,
      key: `UNPRICED ${instrumentKey({ venue, symbol })} ${nowMs}`,
      timeMs: nowMs,
      subject: symbol,
      correlationId,
    },
    {
      kind: 'UNPROTECTED',
      severity: 'error',
      detail: `no price of ${symbol} since ${pricedUntil}: ${what} that execution holds cannot be triggered until prices come`,
      venue,
      symbol,
      pricedUntil,
    },
  );
}

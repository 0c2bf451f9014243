import { liveTape } from '@heliograph/contracts';
import type { Draft } from '@heliograph/execution';
import { readTapePlaces, type LoggedFacts, type PortfolioRow } from '@heliograph/trade-log';
import { priceKindOf } from '../recorded-run.ts';
import type { Database } from '../options/trade-log-options.ts';

/** The places in MARKET up to one of which an entry can have seen the tape, both included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * A recorded tape is the clock of its run, so the time of an entry tells how much of the tape had been seen: nothing that
 * closes later, and all that its signal was made from. Between the candles of one instant it tells nothing, nor does it of
 * the live market, of trades, or of a tape that lies in two storages.
 */
export function createSeenTape(
  database: Database,
  { tape, settings }: Pick<PortfolioRow, 'tape' | 'settings'>,
  signalOf: LoggedFacts['signalOf'],
): (event: Draft) => Span | undefined {
  const isCandles = tape !== liveTape && priceKindOf(settings) === 'candle';
  const places = isCandles ? readTapePlaces(database, tape) : undefined;
  if (!places) return () => undefined;

  const signalPlace = (id: Parameters<LoggedFacts['signalOf']>[0]): number | undefined => {
    const made = signalOf(id)?.data.tape;
    return made?.id === tape ? made.sequence : undefined;
  };
  const beginOf = (event: Draft): number | undefined => {
    switch (event.type) {
      case 'signal_skipped':
      case 'order_intended':
        return signalPlace(event.data.signalId);
      case 'portfolio_valued':
        return places.firstAt(event.timeMs);
      default:
        return undefined;
    }
  };
  return (event) => {
    if (!isTimedByTape(event)) return undefined;
    const next = places.firstAfter(event.timeMs);
    return {
      from: beginOf(event) ?? 0,
      to: next === undefined ? Number.MAX_SAFE_INTEGER : next - 1,
    };
  };
}

/** A fill, and what protects because of it, have the time of an open; people have a clock of their own. */
function isTimedByTape(event: Draft): boolean {
  switch (event.type) {
    case 'order_filled':
      return false;
    case 'order_intended':
      return event.data.role === undefined;
    case 'trading_state_changed':
      return event.data.author === 'breaker';
    default:
      return true;
  }
}

/** How much of the tape an entry says that had been seen. */
export function saidPlace({ data }: Draft): number | undefined {
  return 'marketSequence' in data ? data.marketSequence : undefined;
}

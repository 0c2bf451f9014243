import { strategyFailedEvent, subjects, toTime } from '@heliograph/contracts';
import type { Outgoing } from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';
import type { Origin } from './messages.ts';
import type { StrategyFailure } from './signals.ts';
import type { ConfiguredStrategy } from './strategies/define-strategy.ts';

/** One that fails fails often: so many different failures are told, and each once. */
const maxTold = 50;

export interface FailureReports {
  /** On how many candles the strategy has failed. */
  readonly count: number;
  add(failure: StrategyFailure): void;
}

/** Tells people of a strategy that fails: the first failure of a kind at a place for each symbol; the log has them all. */
export function createFailureReports({
  strategy,
  origin,
  publish,
  log,
}: {
  readonly strategy: ConfiguredStrategy;
  readonly origin: Origin;
  readonly publish: (message: Outgoing) => void;
  readonly log: Logger;
}): FailureReports {
  const told = new Set<string>();
  let count = 0;
  return {
    get count() {
      return count;
    },
    add({ candle, kind, error, place, suspended }) {
      count++;
      const text = `${error.name}: ${error.message}`;
      const where = { symbol: candle.symbol, candle: toTime(candle.closeTime), place };
      const context = { err: error, strategy: strategy.name, ...where };
      const key = [candle.venue, candle.symbol, kind, kind === 'threw' ? place : ''].join(' ');
      if (told.has(key) || told.size >= maxTold) {
        log.debug(context, 'the strategy failed on a candle again');
        return;
      }
      told.add(key);
      log.error(
        context,
        suspended
          ? 'the strategy did not come back and is given no more candles of this symbol'
          : 'the strategy failed on a candle',
      );
      const event = strategyFailedEvent({
        strategy,
        candle,
        ...origin,
        failure: kind,
        error: text,
        place,
        suspended,
        nowMs: Date.now(),
      });
      publish({ subject: subjects.alert('error'), id: event.id, body: JSON.stringify(event) });
    },
  };
}

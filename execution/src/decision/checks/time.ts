import { liveTape, toMs, toTime } from '@heliograph/contracts';
import { isOfAnotherClock } from '../another-clock.ts';
import type { Considered } from '../considered.ts';
import { isExpired } from '../expiry.ts';
import { lineageKey } from '../state/portfolio.ts';

export function expired({
  signal,
  kind,
  expiryMs,
  nowMs,
  settings,
}: Considered): string | undefined {
  // Nothing hurries to be written off: only what leaves or takes back may come late.
  const isEntry = kind === 'entry' || kind === 'write-off';
  if (!isExpired({ expiryMs, isEntry }, nowMs, settings)) return undefined;
  return `expired at ${signal.expirytime}, ${nowMs - expiryMs} ms before it could be traded`;
}

/** Not everything that was ever decided is remembered. What may have been among it is not decided again. */
export function forgotten({ portfolio, signal, signalMs }: Considered): string | undefined {
  if (signalMs > portfolio.forgottenMs || portfolio.decided.has(signal.id)) return undefined;
  return `it may have been decided: what was until ${toTime(portfolio.forgottenMs)} is forgotten`;
}

/** The version of the rules; what was decided before is told as it was. */
const peopleInTurnSince = 7;

/**
 * What a person asks for to make less of a position is in turn when it comes: people have clocks of their own, the bus keeps
 * the order, and none of it is done twice.
 */
export function superseded(considered: Considered): string | undefined {
  const { portfolio, signal, signalMs, kind, isManual, nowMs } = considered;
  if (isManual && kind !== 'entry' && portfolio.decisionsVersion >= peopleInTurnSince)
    return undefined;
  const newestMs = portfolio.newest.get(lineageKey(signal.data));
  if (newestMs === undefined || signalMs >= newestMs) return undefined;
  if (isOfAnotherClock(portfolio, newestMs, nowMs)) return undefined;
  return `a signal of ${toTime(newestMs)} was decided before it`;
}

/** A replay has one clock only. */
export function clocksDisagree(considered: Considered): string | undefined {
  const { signal, signalMs, nowMs, tape, clockOffsetMs, settings } = considered;
  const { maxClockSkewMs } = settings.risk;
  if (maxClockSkewMs === undefined || tape !== liveTape) return undefined;
  const aheadMs = Math.max(signalMs, toMs(signal.recordedtime)) - nowMs;
  if (aheadMs > maxClockSkewMs)
    return `the signal is ${aheadMs} ms ahead of our clock, ${maxClockSkewMs} ms are allowed`;
  return Math.abs(clockOffsetMs) > maxClockSkewMs
    ? `the venue's clock is ${clockOffsetMs} ms ahead of ours, ${maxClockSkewMs} ms are allowed`
    : undefined;
}

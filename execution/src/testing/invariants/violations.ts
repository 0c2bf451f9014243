import { portfolio, type LivedHistory, type LiveHistory } from '../live-history.ts';
import { verified } from '../verified.ts';
import { foldAndWatch } from './check-limits.ts';
import { checkSending } from './check-sending.ts';
import { checkSignals } from './check-signals.ts';
import { checkReductions, compareLedgers, compareOrders } from './compare-with-venue.ts';
import type { Report } from './report.ts';

/** What a history must never show, whatever went wrong in it: what it shows all the same, for people. */
export function violationsOf(history: LiveHistory, lived: LivedHistory): string[] {
  const violations: string[] = [];
  const report = (what: string): void => void violations.push(what);
  const final = foldAndWatch(history, lived, report);
  compareLedgers(history, lived, final, report);
  compareOrders(lived, final, report);
  checkReductions(lived, report);
  checkSignals(history, lived, report);
  checkSending(history, lived, report);
  checkDerivation(history, lived, report);
  return violations;
}

/** Whatever was decided follows from what was known. */
function checkDerivation(
  { instants }: LiveHistory,
  { journal, tape }: LivedHistory,
  report: Report,
): void {
  const signals = instants.flatMap((instant) => instant.signals);
  const { difference } = verified({ portfolio, journal, tape, signals });
  if (difference)
    report(`entry ${difference.place} does not follow: ${JSON.stringify(difference)}`);
}

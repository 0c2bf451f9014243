import type { JournalEvent } from '@heliograph/contracts';
import type { LivedHistory, LiveHistory } from '../live-history.ts';
import type { Report } from './report.ts';

/** Each signal is decided, once, and trades once at most; what one order may not have is an order more of that once. */
export function checkSignals(
  { instants }: LiveHistory,
  { journal, venue }: LivedHistory,
  report: Report,
): void {
  const seen = new Map<string, number>();
  for (const { id } of venue.taken) seen.set(id, (seen.get(id) ?? 0) + 1);
  for (const [id, count] of seen) if (count > 1) report(`${id} was taken ${count} times`);

  const outcomes = new Map<string, JournalEvent[]>();
  const note = (signalId: string, event: JournalEvent): void =>
    void outcomes.set(signalId, [...(outcomes.get(signalId) ?? []), event]);
  for (const event of journal) {
    if (event.type === 'signal_skipped') note(event.data.signalId, event);
    if (event.type === 'order_intended' && event.data.role === undefined)
      note(event.data.signalId, event);
    if (event.type === 'order_cancel_intended' && event.data.signalId !== undefined)
      note(event.data.signalId, event);
  }
  const notSent = new Set(
    journal.flatMap((event) =>
      event.type === 'order_cancelled' && event.data.reason === 'NOT_SENT'
        ? [event.data.orderId]
        : [],
    ),
  );
  for (const { signals } of instants)
    for (const { id } of signals) {
      const events = outcomes.get(id) ?? [];
      if (events.length === 0) report(`signal ${id} has vanished`);
      const orders = events.flatMap((event) =>
        event.type === 'order_intended' ? [event.data] : [],
      );
      const skips = events.filter(({ type }) => type === 'signal_skipped');
      const attempts = orders.filter(({ orderId }) => seen.has(orderId)).map(attemptOf);
      const entries = orders.filter(({ orderId, reduceOnly }) => seen.has(orderId) && !reduceOnly);
      if (isInParts(orders)) {
        // Each part that never arrived lets the signal be decided once more, for what is left to leave with.
        const again = new Set(orders.map(attemptOf)).size - 1 + skips.length;
        const missing = orders.filter(({ orderId }) => notSent.has(orderId)).length;
        if (again > missing)
          report(
            `signal ${id} was decided again ${again} times, and ${missing} of its orders never arrived`,
          );
      } else {
        if (new Set(attempts).size > 1 || entries.length > 1)
          report(`signal ${id} has traded ${attempts.length} times`);
        const last = Math.max(...orders.map(attemptOf));
        const given = skips.length > 0 ? orders : orders.filter((order) => attemptOf(order) < last);
        if (given.some(({ orderId }) => !notSent.has(orderId)))
          report(`signal ${id} was decided again though its order may have arrived`);
      }
      if (skips.length > 1) report(`signal ${id} was skipped ${skips.length} times`);
    }
}

/** An exit of more than an order may have. */
function isInParts(
  orders: readonly { readonly attempt?: number | undefined; readonly reduceOnly: boolean }[],
): boolean {
  const exits = orders.filter(({ reduceOnly }) => reduceOnly);
  return exits.length === orders.length && exits.length > new Set(exits.map(attemptOf)).size;
}

function attemptOf({ attempt = 1 }: { attempt?: number | undefined }): number {
  return attempt;
}

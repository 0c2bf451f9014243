import {
  type JournalEvent,
  journalPrefix,
  NonNegativeDecimal,
  OrderId,
  parseEvent,
  portfolioFor,
  subjects,
  TradeSignal,
} from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { aJournalEvent } from '@heliograph/contracts/testing';
import { concatMap } from 'rxjs';

/** What becomes of a signal; `ignored` leaves it alone. */
export type Outcome =
  | 'signal_skipped'
  | 'order_accepted'
  | 'order_rejected'
  | 'order_cancelled'
  | 'order_unknown'
  | 'ignored';

/**
 * Does for the journals of the portfolios on `paper` what an execution worker would: each signal is decided once and
 * the decision appended.
 */
export function startFakeWorker(
  bus: Bus,
  outcomeOf: (signal: TradeSignal) => Outcome = () => 'order_accepted',
): Disposable {
  const decided = new Set<string>();

  const decide = async (signal: TradeSignal): Promise<void> => {
    if (decided.has(signal.id)) return;
    decided.add(signal.id);
    const portfolio = portfolioFor('paper', signal.data.tape?.id ?? 'live');
    const messages = eventsFor(signal, outcomeOf(signal)).map((event) => ({
      subject: subjects.journal(portfolio, event.type),
      id: event.id,
      body: JSON.stringify(event),
    }));
    const journal = bus.log(journalPrefix(portfolio));
    const last = (await journal.readAfter(0)).at(-1)?.sequence ?? 0;
    if (messages.length > 0) await journal.append(messages, last);
  };

  const subscription = bus
    .read({ stream: 'SIGNALS', follow: true })
    .pipe(concatMap(({ body }) => decide(parseEvent(TradeSignal, body))))
    .subscribe();
  return { [Symbol.dispose]: () => subscription.unsubscribe() };
}

/** The journal of one signal with that outcome. */
export function eventsFor(signal: TradeSignal, outcome: Outcome): JournalEvent[] {
  const { strategy, venue, symbol, intent, side, referencePrice } = signal.data;
  const facts = { signalId: signal.id, strategy, venue, symbol, intent, side };
  const order = { orderId: OrderId.parse(signal.id), venue, symbol, side };
  const refusal = { reason: 'VENUE_REJECTED', detail: '' } as const;
  const intended = aJournalEvent('order_intended', {
    ...facts,
    ...order,
    orderType: 'market',
    size: { kind: 'base', quantity: referencePrice.price },
    reduceOnly: false,
    expiryTime: signal.expirytime,
    referencePrice: referencePrice.price,
    reasons: [],
  });
  switch (outcome) {
    case 'ignored':
      return [];
    case 'signal_skipped':
      return [aJournalEvent(outcome, { ...facts, reason: 'NO_POSITION', detail: '' })];
    case 'order_accepted':
      return [intended, aJournalEvent(outcome, { ...order, venueOrderId: 'v1' })];
    case 'order_rejected':
      return [intended, aJournalEvent(outcome, { ...order, ...refusal })];
    case 'order_cancelled':
      return [
        intended,
        aJournalEvent(outcome, {
          ...order,
          ...refusal,
          filledQuantity: NonNegativeDecimal.parse('0'),
        }),
      ];
    case 'order_unknown':
      return [intended, aJournalEvent(outcome, { ...order, detail: '' })];
  }
}

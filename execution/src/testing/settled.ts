import type { EventId, JournalEvent, OrderId } from '@heliograph/contracts';

/** Which signals a journal has settled. */
export interface Settled {
  add(event: JournalEvent): void;
  /**
   * Resolves once the signal was skipped, or the outcome of placing its order is known, and every order that is being
   * taken back has ended.
   */
  of(signalId: EventId): Promise<void>;
}

export function createSettled(): Settled {
  const decided = new Set<EventId>();
  const signalOf = new Map<OrderId, EventId>();
  const takenBack = new Set<OrderId>();
  const waiting = new Map<EventId, () => void>();

  const take = (event: JournalEvent): void => {
    switch (event.type) {
      case 'signal_skipped':
        decided.add(event.data.signalId);
        break;
      case 'order_intended':
        // What protects a position is in the name of a signal that has been settled long since.
        if (event.data.role !== undefined) break;
        decided.delete(event.data.signalId);
        signalOf.set(event.data.orderId, event.data.signalId);
        break;
      case 'order_cancel_intended':
        takenBack.add(event.data.orderId);
        if (event.data.signalId !== undefined) decided.add(event.data.signalId);
        break;
      case 'order_accepted':
      case 'order_unknown':
        heard(event.data.orderId);
        break;
      case 'order_rejected':
      case 'order_cancelled':
        heard(event.data.orderId);
        takenBack.delete(event.data.orderId);
        break;
      case 'order_filled':
        if (event.data.complete) takenBack.delete(event.data.orderId);
        break;
      default:
    }
  };
  const heard = (orderId: OrderId): void => {
    const signalId = signalOf.get(orderId);
    if (signalId !== undefined) decided.add(signalId);
  };

  return {
    add(event) {
      take(event);
      if (takenBack.size > 0) return;
      for (const [signalId, resolve] of waiting) if (decided.has(signalId)) resolve();
    },
    async of(signalId) {
      if (decided.has(signalId) && takenBack.size === 0) return;
      await new Promise<void>((resolve) => waiting.set(signalId, resolve));
      waiting.delete(signalId);
    },
  };
}

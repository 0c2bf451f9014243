import type { EventId, JournalEvent, OrderId } from '@heliograph/contracts';

/** Which signals a journal has settled. */
export interface Settled {
  add(event: JournalEvent): void;
  /** Resolves once the signal was skipped, or its order is placed, refused or unknown and what it takes back has ended. */
  of(signalId: EventId): Promise<void>;
}

export function createSettled(): Settled {
  const settled = new Set<EventId>();
  const waiting = new Map<EventId, () => void>();
  /** The orders that a signal waits for. */
  const open = new Map<EventId, Set<OrderId>>();

  const settle = (signalId: EventId): void => {
    settled.add(signalId);
    waiting.get(signalId)?.();
  };
  const wait = (signalId: EventId, orderId: OrderId): void =>
    void open.set(signalId, (open.get(signalId) ?? new Set()).add(orderId));
  const heard = (orderId: OrderId, isEnd: boolean, of?: EventId): void => {
    for (const [signalId, orders] of open) {
      // An order that is taken back is waited for until its end, its own signal until it is heard of.
      const isOwn = signalId === of;
      if (!orders.has(orderId) || (!isEnd && !isOwn)) continue;
      orders.delete(orderId);
      if (orders.size > 0) continue;
      open.delete(signalId);
      settle(signalId);
    }
  };

  return {
    add(event) {
      const { type, data, causationid } = event;
      if (type === 'signal_skipped') settle(data.signalId);
      if (type === 'order_intended') wait(data.signalId, data.orderId);
      if (type === 'order_cancel_intended' && data.signalId) wait(data.signalId, data.orderId);
      if (type === 'order_accepted' || type === 'order_unknown')
        heard(data.orderId, false, causationid);
      if (type === 'order_rejected' || type === 'order_cancelled') heard(data.orderId, true);
      if (type === 'order_filled' && data.complete) heard(data.orderId, true);
    },
    async of(signalId) {
      if (settled.has(signalId)) return;
      await new Promise<void>((resolve) => waiting.set(signalId, resolve));
    },
  };
}

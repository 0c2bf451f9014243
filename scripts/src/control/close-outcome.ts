import { Big, type EventId, type JournalEvent, type JournalEventOf } from '@heliograph/contracts';
import { instrumentOf, type HeldPosition } from './portfolio-view.ts';

/** What has become of a signal that closes a position. */
export interface CloseOutcome {
  /**
   * `undecided`: no worker has said anything of it; `open`: an order of it is at the venue, or on its way there. Else what
   * became of its last order: it may have had one after the other, or several, each for a part.
   */
  readonly status:
    | 'undecided'
    | 'open'
    | 'unknown'
    | 'filled'
    | 'skipped'
    | 'rejected'
    | 'cancelled';
  /** What is still held of the position, whoever has sold the rest; base units. */
  readonly left: string;
  readonly orderId?: string;
  readonly reason?: string;
  readonly detail?: string;
  readonly filledQuantity?: string;
  /** The average over its fills. */
  readonly price?: string;
}

/** A signal, and the position that it is to close. */
export interface Signalled {
  readonly signalId: EventId;
  readonly position: Pick<HeldPosition, 'venue' | 'symbol' | 'side' | 'quantity'>;
}

/** Follows the outcome of signals through a portfolio's journal. */
export interface CloseOutcomes {
  add(event: JournalEvent): void;
  of(signalId: EventId): CloseOutcome;
  /** Whether there is nothing more to wait for. */
  readonly settled: boolean;
}

type Position = Signalled['position'];
type Said = Omit<CloseOutcome, 'left' | 'filledQuantity' | 'price'>;

export function createCloseOutcomes(signals: readonly Signalled[]): CloseOutcomes {
  const followed = new Map(
    signals.map(({ signalId, position }) => [signalId, follow(position)] as const),
  );
  return {
    add(event) {
      for (const [signalId, closing] of followed) closing.add(signalId, event);
    },
    of(signalId) {
      const closing = followed.get(signalId);
      if (!closing) throw new Error(`${signalId} is not followed`);
      return closing.outcome();
    },
    get settled() {
      return [...followed.values()].every((closing) => closing.isSettled());
    },
  };
}

/** One position on its way out. */
function follow(position: Position) {
  const open = new Map<string, Said>();
  const orders = new Set<string>();
  let left = new Big(position.quantity);
  /** A fill is followed by the position that it leaves. */
  let isMoving = false;
  /** What it was skipped for may still leave with all of it. */
  let isAwaited = false;
  let last: Said = { status: 'undecided' };
  let quantity = new Big('0');
  let notional = new Big('0');

  const fill = ({ data }: JournalEventOf<'order_filled'>): void => {
    if (isSame(position, data) && left.gt('0')) isMoving = true;
    const { orderId } = data;
    if (!orders.has(orderId)) return;
    quantity = quantity.plus(data.quantity);
    notional = notional.plus(new Big(data.quantity).times(data.price));
    if (!data.complete) return;
    open.delete(orderId);
    last = { status: 'filled', orderId };
  };
  const move = ({ data }: JournalEventOf<'position_changed'>): void => {
    if (!isSame(position, data)) return;
    isMoving = false;
    // What is entered once it was closed is another position.
    if (left.gt('0')) left = data.side === position.side ? new Big(data.quantity) : new Big('0');
  };

  const add = (signalId: EventId, event: JournalEvent): void => {
    switch (event.type) {
      case 'signal_skipped': {
        const { reason, detail } = event.data;
        if (event.data.signalId !== signalId) break;
        last = { status: 'skipped', reason, detail };
        isAwaited = isPending(last);
        break;
      }
      case 'order_intended': {
        const { orderId, reduceOnly } = event.data;
        if (event.data.signalId !== signalId || !reduceOnly) break;
        orders.add(orderId);
        open.set(orderId, { status: 'open', orderId });
        break;
      }
      case 'order_accepted': {
        const { orderId } = event.data;
        if (open.has(orderId)) open.set(orderId, { status: 'open', orderId });
        break;
      }
      case 'order_unknown': {
        const { orderId, detail } = event.data;
        if (open.has(orderId)) open.set(orderId, { status: 'unknown', orderId, detail });
        break;
      }
      case 'order_filled':
        fill(event);
        break;
      case 'position_changed':
        move(event);
        break;
      case 'order_rejected':
      case 'order_cancelled': {
        const { orderId, reason, detail } = event.data;
        if (isSame(position, event.data)) isAwaited = false;
        if (!open.delete(orderId)) break;
        const status = event.type === 'order_rejected' ? 'rejected' : 'cancelled';
        // One that never reached the venue gives way to another one, or the signal is skipped.
        last =
          reason === 'NOT_SENT' ? { status: 'open', orderId } : { status, orderId, reason, detail };
        break;
      }
      default:
        break;
    }
  };

  return {
    add,
    isSettled: () =>
      !isMoving &&
      !(isAwaited && left.gt('0')) &&
      (left.eq('0') || (open.size === 0 && last.status !== 'undecided' && last.status !== 'open')),
    outcome(): CloseOutcome {
      const waiting = [...open.values()];
      return {
        ...(waiting.find(({ status }) => status === 'unknown') ?? waiting[0] ?? last),
        left: left.toFixed(),
        ...(quantity.gt('0') && {
          filledQuantity: quantity.toFixed(),
          price: notional.div(quantity).toFixed(),
        }),
      };
    },
  };
}

function isSame(a: { venue: string; symbol: string }, b: { venue: string; symbol: string }) {
  return instrumentOf(a) === instrumentOf(b);
}

/** Whether it was skipped because another order is leaving with the position already, or may be. */
export function isPending({ status, reason }: Pick<CloseOutcome, 'status' | 'reason'>): boolean {
  return status === 'skipped' && (reason === 'ORDER_PENDING' || reason === 'UNKNOWN_ORDER');
}

/** Whether nothing is held any more of what was to be closed: it was sold, by this or by somebody else. */
export function isClosed({
  status,
  reason,
  left,
}: Pick<CloseOutcome, 'status' | 'reason' | 'left'>): boolean {
  return left === '0' || (status === 'skipped' && reason === 'NO_POSITION');
}

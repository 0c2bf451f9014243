import { Big, type EventId, type JournalEvent } from '@heliograph/contracts';

/** What has become of a signal that closes a position. */
export interface CloseOutcome {
  /** `undecided`: no worker has said anything of it; `open`: its order is at the venue, or on its way there. */
  readonly status:
    | 'undecided'
    | 'open'
    | 'unknown'
    | 'filled'
    | 'skipped'
    | 'rejected'
    | 'cancelled';
  readonly orderId?: string;
  readonly reason?: string;
  readonly detail?: string;
  readonly filledQuantity?: string;
  /** The average over its fills. */
  readonly price?: string;
}

const undecided: CloseOutcome = { status: 'undecided' };

/** Follows the outcome of signals through a portfolio's journal. */
export interface CloseOutcomes {
  add(event: JournalEvent): void;
  of(signalId: EventId): CloseOutcome;
  /** Whether there is nothing more to wait for. */
  readonly settled: boolean;
}

interface Filled {
  readonly quantity: Big;
  readonly notional: Big;
}

export function createCloseOutcomes(signals: readonly EventId[]): CloseOutcomes {
  const outcomes = new Map(signals.map((id) => [id, undecided]));
  const signalOf = new Map<string, EventId>();
  const fills = new Map<EventId, Filled>();

  const change = (orderId: string, said: Partial<CloseOutcome>): void => {
    const signal = signalOf.get(orderId);
    const former = signal && outcomes.get(signal);
    // A further order for the same signal has taken the place of one that came to nothing.
    if (signal && former?.orderId === orderId) outcomes.set(signal, { ...former, ...said });
  };

  return {
    add(event) {
      switch (event.type) {
        case 'signal_skipped': {
          const { signalId, reason, detail } = event.data;
          if (outcomes.has(signalId)) outcomes.set(signalId, { status: 'skipped', reason, detail });
          break;
        }
        case 'order_intended': {
          const { signalId, orderId, reduceOnly } = event.data;
          if (!outcomes.has(signalId) || !reduceOnly) break;
          signalOf.set(orderId, signalId);
          outcomes.set(signalId, { ...fillOf(fills.get(signalId)), status: 'open', orderId });
          break;
        }
        case 'order_accepted':
          change(event.data.orderId, { status: 'open' });
          break;
        case 'order_unknown':
          change(event.data.orderId, { status: 'unknown', detail: event.data.detail });
          break;
        case 'order_filled': {
          const { orderId, quantity, price, complete } = event.data;
          const signal = signalOf.get(orderId);
          if (!signal) break;
          const filled = added(fills.get(signal), quantity, price);
          fills.set(signal, filled);
          change(orderId, { ...fillOf(filled), ...(complete && { status: 'filled' }) });
          break;
        }
        case 'order_rejected':
        case 'order_cancelled': {
          const { orderId, reason, detail } = event.data;
          const status = event.type === 'order_rejected' ? 'rejected' : 'cancelled';
          change(orderId, { status, reason, detail });
          break;
        }
        default:
          break;
      }
    },
    of: (signalId) => outcomes.get(signalId) ?? undecided,
    get settled() {
      return [...outcomes.values()].every(
        ({ status }) => status !== 'undecided' && status !== 'open' && status !== 'unknown',
      );
    },
  };
}

/** Whether there is no position left: it was closed, or somebody else has closed it before. */
export function isClosed({ status, reason }: CloseOutcome): boolean {
  return status === 'filled' || (status === 'skipped' && reason === 'NO_POSITION');
}

function added(former: Filled | undefined, quantity: string, price: string): Filled {
  const notional = new Big(quantity).times(price);
  return former
    ? { quantity: former.quantity.plus(quantity), notional: former.notional.plus(notional) }
    : { quantity: new Big(quantity), notional };
}

function fillOf(filled: Filled | undefined): Pick<CloseOutcome, 'filledQuantity' | 'price'> {
  if (!filled) return {};
  const { quantity, notional } = filled;
  return { filledQuantity: quantity.toFixed(), price: notional.div(quantity).toFixed() };
}

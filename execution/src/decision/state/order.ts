import type {
  Big,
  EventId,
  IncidentKind,
  OrderId,
  OrderRole,
  OrderSize,
  OrderType,
  Protection,
  ReasonCode,
  SymbolName,
  TimeInForce,
  Venue,
} from '@heliograph/contracts';

/**
 * An order's life. `unknown`: the venue's answer is missing. `triggered`: execution held it itself, and now it is on its
 * way to the venue. Filled, cancelled and rejected are final, but money that moves all the same is always booked.
 */
export type OrderStatus =
  | 'intended'
  | 'accepted'
  | 'triggered'
  | 'partially_filled'
  | 'filled'
  | 'cancelled'
  | 'rejected'
  | 'unknown';

/** What can be heard of an order; `part` and `whole` are fills, `whole` the one after which nothing more comes. */
export type OrderFact =
  | 'accepted'
  | 'triggered'
  | 'part'
  | 'whole'
  | 'rejected'
  | 'cancelled'
  | 'unknown';

/** The status that follows, the same with something that a person must hear of, or nothing new. */
export type Transition =
  | OrderStatus
  | { readonly to: OrderStatus; readonly incident: IncidentKind }
  | 'nothing';

const filledTooMuch = { to: 'filled', incident: 'OVERFILL' } as const;
const filledAfterCancel = { to: 'cancelled', incident: 'FILL_AFTER_END' } as const;
const filledAfterReject = { to: 'rejected', incident: 'FILL_AFTER_END' } as const;

/**
 * Every status and everything that can be heard in it. Reports come twice, late and in any order, so most of what is not
 * the next step is `nothing`; a fill never is, unless it is known by its id.
 */
export const transitions: Readonly<Record<OrderStatus, Readonly<Record<OrderFact, Transition>>>> = {
  intended: {
    accepted: 'accepted',
    triggered: 'nothing',
    part: 'partially_filled',
    whole: 'filled',
    rejected: 'rejected',
    cancelled: 'cancelled',
    unknown: 'unknown',
  },
  accepted: {
    accepted: 'nothing',
    triggered: 'triggered',
    part: 'partially_filled',
    whole: 'filled',
    rejected: 'rejected',
    cancelled: 'cancelled',
    unknown: 'unknown',
  },
  triggered: {
    accepted: 'accepted',
    triggered: 'nothing',
    part: 'partially_filled',
    whole: 'filled',
    rejected: 'rejected',
    cancelled: 'cancelled',
    unknown: 'unknown',
  },
  unknown: {
    accepted: 'accepted',
    triggered: 'nothing',
    part: 'partially_filled',
    whole: 'filled',
    rejected: 'rejected',
    cancelled: 'cancelled',
    unknown: 'nothing',
  },
  partially_filled: {
    accepted: 'nothing',
    triggered: 'nothing',
    part: 'partially_filled',
    whole: 'filled',
    // The rest is refused: what is filled stays.
    rejected: 'cancelled',
    cancelled: 'cancelled',
    unknown: 'nothing',
  },
  filled: {
    accepted: 'nothing',
    triggered: 'nothing',
    part: filledTooMuch,
    whole: filledTooMuch,
    rejected: 'nothing',
    cancelled: 'nothing',
    unknown: 'nothing',
  },
  cancelled: {
    accepted: 'nothing',
    triggered: 'nothing',
    // It overtook the cancel on its way.
    part: filledAfterCancel,
    whole: filledAfterCancel,
    rejected: 'nothing',
    cancelled: 'nothing',
    unknown: 'nothing',
  },
  rejected: {
    accepted: 'nothing',
    triggered: 'nothing',
    part: filledAfterReject,
    whole: filledAfterReject,
    rejected: 'nothing',
    cancelled: 'nothing',
    unknown: 'nothing',
  },
};

/** When an order ended, or is to end, and why. */
export interface Ending {
  readonly timeMs: number;
  readonly reason: ReasonCode;
  readonly detail: string;
}

/** Why an order is taken back. */
interface Cancellation extends Ending {
  /** What is filled all the same is to be left at once. */
  readonly leave: boolean;
}

export interface Order {
  readonly id: OrderId;
  readonly signalId: EventId;
  readonly correlationId: EventId;
  readonly strategy: string;
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly side: 'buy' | 'sell';
  readonly type: OrderType;
  readonly role: OrderRole;
  readonly size: OrderSize;
  readonly limitPrice?: string;
  readonly stopPrice?: string;
  readonly trailingBps?: number;
  /** Of a trailing stop: the price of the entry that it protects, from which on it follows. */
  readonly trailsFrom?: Big;
  readonly timeInForce: TimeInForce;
  /** Of an entry: what it asks to be protected by. */
  readonly protection?: Protection;
  /** Of a protective order: the entry that it protects. */
  readonly protects?: OrderId;
  /** How much of MARKET whoever decided it had seen. */
  readonly marketSequence?: number;
  /** More than 1 where orders before it never reached the venue, or were lost. */
  readonly attempt: number;
  readonly reduceOnly: boolean;
  /** Of an exit: it, and those beside it, are for all that is held. */
  readonly leavesAll?: true;
  /** It is never sent: a person has taken it out of the books. */
  readonly isWriteOff?: true;
  readonly referencePrice: Big;
  /** When it was decided, and when it must no longer be sent; epoch ms. */
  readonly timeMs: number;
  readonly expiryMs: number;
  /** Execution holds it itself: the venue does not know it before it is triggered. */
  readonly isHeld: boolean;
  /** When execution sent it on its way after holding it itself; epoch ms. */
  readonly triggeredMs?: number;
  /** Quote currency held back for it while it is open. */
  readonly reserved: Big;
  readonly status: OrderStatus;
  /** How often its status has changed. */
  readonly changes: number;
  readonly filledQuantity: Big;
  readonly fillIds: readonly string[];
  /** It was decided to take it back: when and why. */
  readonly cancellation?: Cancellation;
}

/** The status after what was heard, or undefined when it changes nothing. */
export function statusAfter(status: OrderStatus, fact: OrderFact): OrderStatus | undefined {
  const next = transitions[status][fact];
  if (next === 'nothing') return undefined;
  return typeof next === 'string' ? next : next.to;
}

/** What a person must hear of it. */
export function incidentOf(status: OrderStatus, fact: OrderFact): IncidentKind | undefined {
  const next = transitions[status][fact];
  return typeof next === 'string' ? undefined : next.incident;
}

/** Whether the venue may still do something with it. */
export function isOpen({ status }: Pick<Order, 'status'>): boolean {
  return status !== 'filled' && status !== 'cancelled' && status !== 'rejected';
}

/** Whether nobody has heard yet what became of sending it. */
export function isUnsent({ status }: Pick<Order, 'status'>): boolean {
  return status === 'intended' || status === 'unknown' || status === 'triggered';
}

/** When it was to be sent: when it was decided, or triggered; epoch ms. */
export function dueMs({ triggeredMs, timeMs }: Pick<Order, 'triggeredMs' | 'timeMs'>): number {
  return triggeredMs ?? timeMs;
}

/** Whether the order is there to protect a position, not because a signal asked for it. */
export function isProtective({ role }: Pick<Order, 'role'>): boolean {
  return role !== 'entry' && role !== 'exit';
}

/** Which of the exits of a position the order belongs to. */
export function legOf({
  role,
  limitPrice,
}: Pick<Order, 'role'> & { readonly limitPrice?: string | undefined }): string {
  return role === 'take_profit' ? `${role} ${limitPrice}` : role;
}

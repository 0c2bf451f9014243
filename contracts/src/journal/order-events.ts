import { z } from 'zod';
import { Protection } from '../protection.ts';
import { ReasonCode } from '../reason-codes.ts';
import { Reasons, Side, TimeInForce } from '../signal.ts';
import { EventId, NonNegativeDecimal, PositiveDecimal, SymbolName, Time, Venue } from '../units.ts';
import { Detail, journalEvent, marketSequence } from './journal-event.ts';
import { OrderId, OrderRole, OrderSize, OrderType } from './order.ts';
import { signalFacts } from './signal-events.ts';

export const OrderIntended = journalEvent(
  'order_intended',
  z.object({
    ...signalFacts,
    orderId: OrderId,
    orderType: OrderType,
    size: OrderSize,
    limitPrice: PositiveDecimal.describe(
      'Of a limit and a stop-limit order: to be filled at it or better.',
    ).optional(),
    stopPrice: PositiveDecimal.describe(
      'Where a stop order is triggered, and where a trailing stop stands at first.',
    ).optional(),
    trailingBps: z
      .number()
      .positive()
      .describe('How far a trailing stop follows behind the best price, basis points.')
      .optional(),
    timeInForce: TimeInForce.describe('How long it works. Default: GTC.').optional(),
    role: OrderRole.describe(
      'What it does for the position: `entry` gets in, `exit` gets out by a signal, `unprotected` gets out because protection was lost, `unwanted` because what an exit had taken back was filled all the same, or the venue refused to let it go or to turn it around, the others protect it. Default: what the intent says.',
    ).optional(),
    protection: Protection.describe(
      'What shall protect the position that this entry opens.',
    ).optional(),
    protects: OrderId.describe('Of a protective order: the entry that it protects.').optional(),
    attempt: z
      .int()
      .positive()
      .describe(
        'Which order for the same purpose it is: more than 1 where the ones before never reached the venue, or were lost. Default: 1.',
      )
      .optional(),
    reduceOnly: z.boolean().describe('The order may only make a position smaller.'),
    writeOff: z
      .boolean()
      .describe(
        'It is never sent: a person takes out of the books what the venue does not have. Its fill, which is written with it, is that booking. Default: false.',
      )
      .optional(),
    expiryTime: Time.describe('Not to be sent at or after it.'),
    referencePrice: PositiveDecimal.describe('The price that the signal saw.'),
    reasons: Reasons.describe('Why the strategy wants it, for people.'),
    marketSequence,
  }),
).describe(
  "An order is about to be sent: written before anything is. `time` is the decision's, by the clock of the tape.",
);

/** The fill of an order that no venue has seen. */
export const writeOffFillId = 'write-off';

const orderFacts = { orderId: OrderId, venue: Venue, symbol: SymbolName, side: Side };

export const OrderAccepted = journalEvent(
  'order_accepted',
  z.object({ ...orderFacts, venueOrderId: z.string() }),
).describe('The venue has taken the order.');

export const OrderFilled = journalEvent(
  'order_filled',
  z.object({
    ...orderFacts,
    fillId: z.string().describe("The venue's; `write-off` where a person has written it off."),
    quantity: PositiveDecimal,
    price: PositiveDecimal,
    fee: NonNegativeDecimal.describe('Quote currency.'),
    liquidity: z.enum(['maker', 'taker']),
    filledQuantity: PositiveDecimal.describe('Of the whole order, this fill included.'),
    complete: z.boolean().describe('Nothing more will be filled.'),
    slippageBps: z
      .number()
      .describe('Against the reference price, basis points, positive when worse.'),
    marketSequence: marketSequence.describe(
      'The message of MARKET that filled it; absent where the venue says no more than that it is filled.',
    ),
  }),
).describe("One fill, partial or the last. `time` is the fill's own.");

export const OrderRejected = journalEvent(
  'order_rejected',
  z.object({ ...orderFacts, reason: ReasonCode, detail: Detail }),
).describe('The order was refused, or could not be sent.');

export const OrderCancelled = journalEvent(
  'order_cancelled',
  z.object({
    ...orderFacts,
    reason: ReasonCode,
    detail: Detail,
    filledQuantity: NonNegativeDecimal.describe('What had been filled before.'),
  }),
).describe('The order has ended without being filled whole.');

export const OrderUnknown = journalEvent(
  'order_unknown',
  z.object({ ...orderFacts, detail: Detail }),
).describe("The venue's answer is missing: neither success nor failure.");

export const OrderCancelIntended = journalEvent(
  'order_cancel_intended',
  z.object({
    ...orderFacts,
    reason: ReasonCode,
    detail: Detail,
    signalId: EventId.describe('The signal that wants it, if one does.').optional(),
    leave: z
      .boolean()
      .describe('What is filled all the same is to be left at once. Default: false.')
      .optional(),
  }),
).describe('An order is about to be taken back: written before the venue is asked.');

export const OrderTriggered = journalEvent(
  'order_triggered',
  z.object({
    ...orderFacts,
    price: PositiveDecimal.describe('The price of the tape that triggered it.'),
    quantity: PositiveDecimal.describe(
      'Base units that it is sent for, where others of the same exit were reached with it: they end, and it leaves with theirs. Default: its own.',
    ).optional(),
  }),
).describe(
  'The price has reached an order that execution holds itself: it is about to be sent as a market order.',
);

export const OrderAdopted = journalEvent(
  'order_adopted',
  z.object({
    ...orderFacts,
    venueOrderId: z.string().describe("The venue's id of it."),
    orderType: z.string().describe("The venue's word for it."),
    quantity: PositiveDecimal.describe('Base units.'),
    filledQuantity: NonNegativeDecimal.describe('What has been filled of it so far, base units.'),
    limitPrice: PositiveDecimal.optional(),
    reduceOnly: z.boolean().describe('The order may only make a position smaller.'),
  }),
).describe(
  'The venue has an open order that is not from here. It is watched and counted, never cancelled.',
);

import {
  Big,
  exactly,
  reasonCodes,
  type JournalEventOf,
  type ReasonCode,
} from '@heliograph/contracts';
import { compose } from './compose.ts';
import type { Message } from './message.ts';
import { amount, money } from './numbers.ts';
import { currencyOf, label, type Portfolio } from './portfolio.ts';
import { code, line, type Line } from './text.ts';

export const verbs = {
  enter: 'enters',
  exit: 'exits',
  increase: 'increases',
  reduce: 'reduces',
  reverse: 'reverses',
  cancel: 'cancels',
} as const;

export function filled(event: JournalEventOf<'order_filled'>, portfolio: Portfolio): Message {
  const { data } = event;
  const currency = currencyOf(portfolio, data.symbol);
  const verb = data.side === 'buy' ? 'Bought' : 'Sold';
  return compose(
    {
      severity: 'success',
      emoji: data.complete ? '✅' : '⏳',
      title: `${label(portfolio)} ${verb} ${data.symbol}${data.complete ? '' : ', in part'}`,
      lines: [
        line`${code(amount(data.quantity))} at ${code(amount(data.price))} = ${code(money(new Big(data.quantity).times(data.price), currency))}`,
        line`Fee ${code(money(data.fee, currency))}, slippage ${slippage(data.slippageBps)}`,
        data.filledQuantity === data.quantity
          ? undefined
          : line`Filled so far: ${code(amount(data.filledQuantity))}`,
      ],
    },
    event,
  );
}

export function skipped(event: JournalEventOf<'signal_skipped'>, portfolio: Portfolio): Message {
  const { strategy, intent, symbol, reason, detail } = event.data;
  return compose(
    {
      severity: 'info',
      quiet: true,
      emoji: '⏭',
      title: `${label(portfolio)} Skipped: ${strategy} ${verbs[intent]} ${symbol}`,
      lines: meaning(reason, detail),
    },
    event,
  );
}

export function rejected(event: JournalEventOf<'order_rejected'>, portfolio: Portfolio): Message {
  const { side, symbol, venue, reason, detail } = event.data;
  return compose(
    {
      severity: 'warning',
      emoji: '⛔',
      title: `${label(portfolio)} Rejected: ${side} ${symbol}`,
      lines: [...meaning(reason, detail), orderAt(event.data.orderId, venue)],
    },
    event,
  );
}

/** An order that somebody wants to take back; what comes of it is told by the next event. */
export function cancelIntended(
  event: JournalEventOf<'order_cancel_intended'>,
  portfolio: Portfolio,
): Message {
  const { side, symbol, venue, reason, detail, orderId } = event.data;
  return compose(
    {
      severity: 'info',
      quiet: true,
      emoji: '✋',
      title: `${label(portfolio)} Cancelling: ${side} ${symbol}`,
      lines: [...meaning(reason, detail), orderAt(orderId, venue)],
    },
    event,
  );
}

/** A stop or a target that is held here rather than at the venue. */
export function triggered(event: JournalEventOf<'order_triggered'>, portfolio: Portfolio): Message {
  const { side, symbol, venue, price, orderId } = event.data;
  return compose(
    {
      severity: 'info',
      emoji: '🎯',
      title: `${label(portfolio)} Stop or target reached: ${side} ${symbol}`,
      lines: [
        line`The price is ${code(amount(price))}: a market order is sent`,
        orderAt(orderId, venue),
      ],
    },
    event,
  );
}

/** Ends of an order that were wanted, or that go without saying: nobody need act. */
const expected: ReadonlySet<ReasonCode> = new Set(['CANCEL_REQUESTED', 'POSITION_CLOSED']);

export function cancelled(event: JournalEventOf<'order_cancelled'>, portfolio: Portfolio): Message {
  const { side, symbol, venue, reason, detail, filledQuantity, orderId } = event.data;
  return compose(
    {
      severity: expected.has(reason) ? 'info' : 'warning',
      quiet: reason === 'POSITION_CLOSED',
      emoji: '🚫',
      title: `${label(portfolio)} Cancelled: ${side} ${symbol}`,
      lines: [
        ...meaning(reason, detail),
        new Big(filledQuantity).eq('0')
          ? undefined
          : line`Filled before: ${code(amount(filledQuantity))}`,
        orderAt(orderId, venue),
      ],
    },
    event,
  );
}

export function unknown(event: JournalEventOf<'order_unknown'>, portfolio: Portfolio): Message {
  const { side, symbol, venue, detail, orderId } = event.data;
  return compose(
    {
      severity: 'error',
      emoji: '❓',
      title: `${label(portfolio)} Unknown: ${side} ${symbol}`,
      lines: [
        line`${venue} did not answer: the order may or may not have been executed. No entries in ${symbol} until it is known.`,
        detail === '' ? undefined : line`${detail}`,
        orderAt(orderId, venue),
      ],
    },
    event,
  );
}

function meaning(reason: ReasonCode, detail: string): Line[] {
  const lines = [line`${code(reason)}: ${reasonCodes[reason]}`];
  return detail === '' ? lines : [...lines, line`${detail}`];
}

function orderAt(orderId: string, venue: string): Line {
  return line`Order ${code(orderId)} at ${venue}`;
}

/** The line that says why, if there is anything to say. */
export function why(reason: string): Line | undefined {
  return reason === '' ? undefined : line`Why: ${reason}`;
}

function slippage(bps: number): string {
  if (bps === 0) return 'none';
  return `${amount(exactly(Math.abs(bps)))} bps ${bps > 0 ? 'worse' : 'better'}`;
}

import { writeOffFillId, type HeliographEvent } from '@heliograph/contracts';
import type { Draft } from '@heliograph/execution';
import type { StoryEvent } from '@heliograph/trade-log';
import { amount, change, money } from './format.ts';
import { formatTable, type Column } from './table.ts';

interface Line {
  readonly event: StoryEvent;
  /** Since the one before was stored; ms. */
  readonly afterMs: number | undefined;
}

const columns: readonly Column<Line>[] = [
  { title: 'STORED (UTC)', text: ({ event }) => clock(event.storedTime) },
  {
    title: 'AFTER',
    right: true,
    text: ({ afterMs }) => (afterMs === undefined ? '' : `${afterMs} ms`),
  },
  { title: 'ON THE TAPE', text: ({ event }) => clock(event.time) },
  { title: 'WHAT', text: ({ event }) => whatHappened(event.event) },
];

/** The events of a story as a table: when each was stored, how long after the one before, and what it says. */
export function storyTable(events: readonly StoryEvent[]): string {
  const lines = events.map((event, at) => {
    const before = events[at - 1];
    return { event, afterMs: before && event.storedTime - before.storedTime };
  });
  return formatTable(columns, lines);
}

/** `2026-01-05 00:01:02.345` */
function clock(ms: number): string {
  return new Date(ms).toISOString().slice(0, 23).replace('T', ' ');
}

/** What an event says, in a line. */
export function whatHappened(event: HeliographEvent | Draft): string {
  switch (event.type) {
    case 'candle_closed': {
      const { symbol, timeframe, close } = event.data;
      return `candle ${symbol} ${timeframe} closed at ${amount(close)}`;
    }
    case 'trade_signal': {
      const { strategy, intent, side, symbol, referencePrice, reasons = [] } = event.data;
      const why = reasons.length > 0 ? `: ${reasons.join('; ')}` : '';
      return `signal: ${strategy} wants to ${intent}, ${side} ${symbol} at ${amount(referencePrice.price)}${why}`;
    }
    case 'signal_skipped':
      return `skipped, ${event.data.reason}: ${event.data.detail}`;
    case 'order_intended': {
      const { side, size, orderType, role = 'order', limitPrice, stopPrice, orderId } = event.data;
      const much =
        size.kind === 'base' ? amount(size.quantity) : `for ${amount(size.notional)} of quote`;
      if (event.data.writeOff)
        return `write-off intended: ${much}, nothing is sent: ${event.data.reasons.join('; ')}`;
      const at = limitPrice ?? stopPrice;
      return `${role.replace('_', ' ')} intended: ${side} ${much}, ${orderType.replace('_', ' ')}${at === undefined ? '' : ` ${amount(at)}`} (${orderId})`;
    }
    case 'order_accepted':
      return `accepted by the venue as ${event.data.venueOrderId}`;
    case 'order_triggered':
      return `triggered at ${amount(event.data.price)}`;
    case 'order_filled': {
      const { quantity, price, fee, slippageBps, complete, side, fillId } = event.data;
      if (fillId === writeOffFillId)
        return `taken out of the books: ${amount(quantity)} at ${amount(price)}`;
      return `filled${complete ? '' : ' in part'}: ${side} ${amount(quantity)} at ${amount(price)}, fee ${amount(fee)}, slippage ${slippageBps} bps`;
    }
    case 'order_rejected':
    case 'order_cancelled':
    case 'order_cancel_intended': {
      const { reason, detail } = event.data;
      return `${event.type.slice('order_'.length).replaceAll('_', ' ')}, ${reason}: ${detail}`;
    }
    case 'order_unknown':
      return `outcome unknown: ${event.data.detail}`;
    case 'position_changed': {
      const { side, quantity, averageEntryPrice } = event.data;
      return side === 'flat'
        ? 'position flat'
        : `position ${side} ${amount(quantity)} at ${amount(averageEntryPrice)}`;
    }
    case 'trade_closed': {
      const { pnl, returnRatio, exitReason } = event.data;
      return `trade closed: ${money(pnl)} (${change(returnRatio)}), ${exitReason.replace('_', ' ')}`;
    }
    case 'incident_reported':
      return `${event.data.kind}: ${event.data.detail}`;
    default:
      return event.type.replaceAll('_', ' ');
  }
}

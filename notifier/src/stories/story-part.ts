import { writeOffFillId, type JournalEvent, type JournalEventOf } from '@heliograph/contracts';
import { roles, terms } from '../messages/intended-message.ts';
import { amount, money } from '../messages/numbers.ts';
import { verbs } from '../messages/order-messages.ts';
import { closedHead, exitReasonOf, held } from '../messages/portfolio-messages.ts';
import { currencyOf, type Portfolio } from '../messages/portfolio.ts';
import { code, line } from '../messages/text.ts';
import { incidentTitles } from '../messages/venue-messages.ts';
import type { Part } from './story.ts';

/** What an event adds to the story of its trade: a few words. Undefined where that is nothing. */
export function storyPart(event: JournalEvent, portfolio: Portfolio): Part | undefined {
  switch (event.type) {
    case 'order_intended':
      return ordered(event);
    case 'order_filled':
      return event.data.fillId === writeOffFillId ? undefined : filled(event, portfolio);
    case 'order_rejected':
      return { emoji: '⛔', line: line`${event.data.side} rejected: ${code(event.data.reason)}` };
    case 'order_cancelled':
      return { emoji: '🚫', line: line`${event.data.side} cancelled: ${code(event.data.reason)}` };
    case 'order_cancel_intended':
      return { emoji: '✋', line: line`taking the ${event.data.side} order back` };
    case 'order_unknown':
      return { emoji: '❓', line: line`no answer from ${event.data.venue}` };
    case 'order_triggered':
      return { emoji: '🎯', line: line`reached ${code(amount(event.data.price))}` };
    case 'signal_skipped': {
      const { intent, reason } = event.data;
      return { emoji: '⏭', line: line`${verbs[intent]}: skipped, ${code(reason)}` };
    }
    case 'incident_reported':
      return { emoji: '🚨', line: line`${incidentTitles[event.data.kind]}` };
    case 'trade_closed': {
      const { emoji, title } = closedHead(event, portfolio);
      const said = line`closed: ${exitReasonOf(event)}, ${held(event).toLowerCase()}`;
      return { emoji, line: said, ending: { emoji, title } };
    }
    default:
      return undefined;
  }
}

function ordered({ data }: JournalEventOf<'order_intended'>): Part {
  const { role, side, referencePrice, writeOff = false } = data;
  if (writeOff) return { emoji: '🧾', line: line`written off at ${code(amount(referencePrice))}` };
  if (role === undefined || role === 'entry' || role === 'exit')
    return { emoji: side === 'buy' ? '🔵' : '🟠', line: [...line`${side}, `, ...terms(data)] };
  return { emoji: '🛡', line: [...line`${roles[role].toLowerCase()}, `, ...terms(data)] };
}

function filled({ data }: JournalEventOf<'order_filled'>, portfolio: Portfolio): Part {
  const verb = data.side === 'buy' ? 'Bought' : 'Sold';
  const fee = code(money(data.fee, currencyOf(portfolio, data.symbol)));
  return {
    emoji: data.complete ? '✅' : '⏳',
    line: line`${verb} ${code(amount(data.quantity))} at ${code(amount(data.price))}, fee ${fee}`,
    isFill: true,
  };
}

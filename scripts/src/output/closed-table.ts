import type { Closed } from '../control/close-positions.ts';
import { isClosed, isPending } from '../control/close-outcome.ts';
import { amount } from './format.ts';
import { formatTable, type Column } from './table.ts';

const columns: readonly Column<Closed>[] = [
  { title: 'PORTFOLIO', text: ({ portfolio }) => portfolio },
  { title: 'SYMBOL', text: ({ symbol }) => symbol },
  { title: 'SIDE', text: ({ side }) => side },
  { title: 'QUANTITY', right: true, text: ({ quantity }) => amount(quantity) },
  { title: 'LEFT', right: true, text: ({ left }) => amount(left) },
  { title: 'BECAME', text: ({ status, reason }) => [status, reason].join(' ').trim() },
  { title: 'PRICE', right: true, text: ({ price }) => (price === undefined ? '' : amount(price)) },
  { title: 'ORDER', text: ({ orderId }) => orderId ?? '' },
];

/** What became of positions that were to be closed, and below what to make of those that were not. */
export function closedTable(closed: readonly Closed[]): string {
  const left = closed.filter((one) => !isClosed(one)).map(sentence);
  return [formatTable(columns, closed), ...left].join('\n');
}

function sentence(closed: Closed): string {
  const { symbol, status, detail, left, quantity } = closed;
  const told = detail === undefined ? '' : ` (${detail})`;
  if (isPending(closed))
    return `${symbol}: not closed, another order is in the way${told}: close it again once that has ended, or cancel it if the venue does not list it.`;
  switch (status) {
    case 'filled':
      return `${symbol}: ${amount(left)} of ${amount(quantity)} are still held: close it again.`;
    case 'undecided':
      return `${symbol}: no worker has answered; the first one that does closes it, within the hour.`;
    case 'open':
      return `${symbol}: its order waits for the market.`;
    case 'unknown':
      return `${symbol}: the venue has not said what became of its order${told}; the workers go on asking.`;
    default:
      return `${symbol}: not closed, ${status}${told}.`;
  }
}

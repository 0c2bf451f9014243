import type { Trade } from '../tally.ts';
import { amount, change, minute, money } from './format.ts';
import type { Column } from './table.ts';

/** How trades are shown, from a log or from a simulation. */
export const tradeColumns: readonly Column<Trade>[] = [
  { title: 'SYMBOL', text: ({ symbol }) => symbol },
  { title: 'ENTRY', text: ({ entryTime }) => minute(entryTime) },
  { title: 'PRICE', right: true, text: ({ entryPrice }) => amount(entryPrice) },
  { title: 'EXIT', text: ({ exitTime }) => minute(exitTime) },
  { title: 'PRICE', right: true, text: ({ exitPrice }) => amount(exitPrice) },
  { title: 'SIDE', text: ({ side }) => side },
  { title: 'QUANTITY', right: true, text: ({ quantity }) => amount(quantity) },
  { title: 'FEES', right: true, text: ({ fees }) => money(fees) },
  { title: 'PNL', right: true, text: ({ pnl }) => money(pnl) },
  { title: 'RETURN', right: true, text: ({ returnRatio }) => change(returnRatio) },
  { title: 'WHY', text: ({ exitReason }) => exitReason.replace('_', ' ') },
];

import { amount, change, minute, money } from '../output/format.ts';
import type { MeasuredTrade } from '../output/simulated-run.ts';
import { escaped, table, type HtmlColumn } from './html.ts';

/** More rows than this make a page slow; the JSON has them all. */
export const mostTrades = 2_000;

interface Row {
  readonly place: number;
  readonly trade: MeasuredTrade;
}

const columns: readonly HtmlColumn<Row>[] = [
  { title: '#', right: true, text: ({ place }) => String(place + 1) },
  { title: 'Symbol', text: ({ trade }) => trade.symbol },
  { title: 'Side', text: ({ trade }) => trade.side },
  { title: 'Entry', text: ({ trade }) => minute(trade.entryTime) },
  { title: 'Price', right: true, text: ({ trade }) => amount(trade.entryPrice) },
  { title: 'Exit', text: ({ trade }) => minute(trade.exitTime) },
  { title: 'Price', right: true, text: ({ trade }) => amount(trade.exitPrice) },
  { title: 'Quantity', right: true, text: ({ trade }) => amount(trade.quantity) },
  { title: 'Fees', right: true, text: ({ trade }) => money(trade.fees) },
  {
    title: 'PnL',
    right: true,
    text: ({ trade }) => money(trade.pnl),
    className: ({ trade }) => (Number(trade.pnl) < 0 ? 'down' : 'up'),
  },
  { title: 'Return', right: true, text: ({ trade }) => change(trade.returnRatio) },
  { title: 'MAE', right: true, text: ({ trade }) => change(trade.maeRatio) },
  { title: 'MFE', right: true, text: ({ trade }) => change(trade.mfeRatio) },
  { title: 'Exit by', text: ({ trade }) => trade.exitReason.replaceAll('_', ' ') },
  { title: 'Strategy', text: ({ trade }) => trade.strategy },
];

/** The latest trades; a row tells its place in the list of all to whoever clicks on it. */
export function tradesTable(trades: readonly MeasuredTrade[]): string {
  const all = trades.map((trade, place) => ({ place, trade }));
  return table(
    columns,
    all.slice(-mostTrades),
    ({ place }) => ` data-trade="${escaped(String(place))}"`,
  );
}

import {
  readFills,
  readOrders,
  readPositions,
  readSignals,
  readTrades,
  type Filter,
  type FillRow,
  type OrderRow,
  type PositionRow,
  type SignalRow,
} from '@heliograph/trade-log';
import { SymbolName } from '@heliograph/contracts';
import { z } from 'zod';
import { exitCodes, type ExitCode } from '../exit.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { checkCsv, CsvFlag } from '../options/csv-flag.ts';
import { MomentText } from '../options/moment-text.ts';
import { amount, minute, money } from '../output/format.ts';
import { csvColumns } from '../output/csv-columns.ts';
import { csvOf } from '../output/csv.ts';
import { formatTable, type Column } from '../output/table.ts';
import { tradeColumns } from '../output/trade-columns.ts';
import { findPortfolio, openLog, type Database } from '../options/trade-log-options.ts';

const ListOptions = z.object({
  portfolio: z.string().optional(),
  symbol: SymbolName.optional(),
  strategy: z.string().optional(),
  from: MomentText.optional(),
  to: MomentText.optional(),
  csv: CsvFlag,
  limit: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'expected a whole number above 0, of nine digits at most')
    .transform(Number),
});

const signalColumns: readonly Column<SignalRow>[] = [
  { title: 'TIME', text: ({ time }) => minute(time) },
  { title: 'SYMBOL', text: ({ symbol }) => symbol },
  { title: 'STRATEGY', text: ({ strategy }) => strategy },
  { title: 'INTENT', text: ({ intent }) => intent },
  { title: 'SIDE', text: ({ side }) => side },
  { title: 'PRICE', right: true, text: ({ referencePrice }) => amount(referencePrice) },
  {
    title: 'BECAME',
    text: ({ status, reason }) => [status ?? 'undecided', reason].join(' ').trim(),
  },
];

const positionColumns: readonly Column<PositionRow>[] = [
  { title: 'CHANGED', text: ({ time }) => minute(time) },
  { title: 'SYMBOL', text: ({ symbol }) => symbol },
  { title: 'SIDE', text: ({ side }) => side },
  { title: 'QUANTITY', right: true, text: ({ quantity }) => amount(quantity) },
  { title: 'ENTRY', right: true, text: ({ averageEntryPrice }) => amount(averageEntryPrice) },
  { title: 'REALISED', right: true, text: ({ realisedPnl }) => money(realisedPnl) },
];

type OrderWithFills = OrderRow & { readonly fills: readonly FillRow[] };

const orderColumns: readonly Column<OrderWithFills>[] = [
  { title: 'TIME', text: ({ time }) => minute(time) },
  { title: 'SYMBOL', text: ({ symbol }) => symbol },
  { title: 'SIDE', text: ({ side }) => side },
  { title: 'ROLE', text: ({ role }) => role.replace('_', ' ') },
  { title: 'TYPE', text: termsOf },
  { title: 'STATUS', text: standingOf },
  { title: 'QUANTITY', right: true, text: ({ filledQuantity }) => amount(filledQuantity) },
  {
    title: 'PRICE',
    right: true,
    text: ({ fills }) => fills.map(({ price }) => amount(price)).join(' '),
  },
  { title: 'FEE', right: true, text: ({ fills }) => fills.map(({ fee }) => money(fee)).join(' ') },
  { title: 'ORDER', text: ({ orderId }) => orderId },
];

/** The type, and the prices that belong to it: `stop 95 limit 94`. */
export function termsOf({
  orderType,
  stopPrice,
  trailingBps,
  limitPrice,
  timeInForce,
}: Pick<
  OrderRow,
  'orderType' | 'stopPrice' | 'trailingBps' | 'limitPrice' | 'timeInForce'
>): string {
  const parts = [
    trailingBps === null ? undefined : `${trailingBps} bps`,
    stopPrice === null ? undefined : `stop ${amount(stopPrice)}`,
    limitPrice === null ? undefined : `limit ${amount(limitPrice)}`,
    timeInForce === null || timeInForce === 'GTC' ? undefined : timeInForce,
  ].filter((part) => part !== undefined);
  const isNamed = orderType !== 'market' && orderType !== 'trailing_stop' && parts.length > 0;
  return [...(isNamed ? [] : [orderType.replace('_', ' ')]), ...parts].join(' ');
}

const ended: ReadonlySet<OrderRow['status']> = new Set(['filled', 'rejected', 'cancelled']);

/** The status with its reason, and whether an order that works is wanted back. */
export function standingOf({
  status,
  reason,
  cancelReason,
}: Pick<OrderRow, 'status' | 'reason' | 'cancelReason'>): string {
  const wanted = cancelReason !== null && !ended.has(status) ? `cancel ${cancelReason}` : '';
  return [status.replace('_', ' '), reason, wanted].filter(Boolean).join(' ');
}

/** Signals and what became of each. */
export async function signals(invocation: Invocation): Promise<ExitCode> {
  return list(invocation, 'signals', readSignals, signalColumns);
}

/** Orders with their fills. */
export async function orders(invocation: Invocation): Promise<ExitCode> {
  return list(invocation, 'orders', ordersWithFills, orderColumns);
}

/** What is held. */
export async function positions(invocation: Invocation): Promise<ExitCode> {
  return list(invocation, 'positions', readPositions, positionColumns);
}

/** Closed trades. */
export async function trades(invocation: Invocation): Promise<ExitCode> {
  return list(invocation, 'trades', readTrades, tradeColumns);
}

function list<Row extends { readonly portfolio: string | null }>(
  invocation: Invocation,
  name: keyof typeof csvColumns,
  read: (database: Database, filter: Filter) => Row[],
  columns: readonly Column<Row>[],
): ExitCode {
  const { portfolio: wanted, csv, ...filter } = readOptions(invocation, ListOptions);
  checkCsv(csv, invocation);
  using log = openLog(invocation);
  const portfolio =
    wanted === 'all' ? undefined : findPortfolio(log.database, wanted, '--portfolio')?.portfolio;
  const rows = read(log.database, { ...filter, portfolio });
  const { terminal, json } = invocation;
  if (json) terminal.data(JSON.stringify({ portfolio: portfolio ?? null, [name]: rows }));
  else if (csv) terminal.data(csvOf(rows, csvColumns[name]));
  else if (rows.length === 0) terminal.note(`There are no ${name} here.`);
  else {
    terminal.note(portfolio ?? 'all portfolios');
    terminal.data(formatTable(portfolio === undefined ? [whose, ...columns] : columns, rows));
  }
  return exitCodes.ok;
}

/** Of all portfolios, each row says which one it is of. */
const whose: Column<{ readonly portfolio: string | null }> = {
  title: 'PORTFOLIO',
  text: ({ portfolio }) => portfolio ?? '',
};

function ordersWithFills(database: Database, filter: Filter): OrderWithFills[] {
  const rows = readOrders(database, filter);
  const { limit: _, ...unlimited } = filter;
  const [first] = rows;
  // None of them was filled before it was there.
  const since = { ...unlimited, ...(first && { from: first.time, to: undefined }) };
  const fills = Map.groupBy(readFills(database, since), ({ orderId }) => orderId);
  return rows.map((order) => ({ ...order, fills: fills.get(order.orderId) ?? [] }));
}

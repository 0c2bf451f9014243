import { JournalEvent, liveTape, parseEvent, toDecimal, type Decimal } from '@heliograph/contracts';
import { draftOf, type Draft } from '@heliograph/execution';
import {
  pricesOf,
  readJournal,
  type JournalRow,
  type PortfolioRow,
  type RecordedPrice,
} from '@heliograph/trade-log';
import { priceKindOf } from '../recorded-run.ts';
import type { Database } from '../options/trade-log-options.ts';
import { createLedger } from './ledger.ts';
import { createRunRecorder, type RunHistory } from './run-recorder.ts';

const counted = new Set([
  'order_intended',
  'order_triggered',
  'order_filled',
  'order_rejected',
  'trade_closed',
]);

/**
 * What a logged portfolio was like, from the fills of its journal and the prices of its tape: the same history that its
 * backtest has. Where the log has no prices there are no valuations in it. `lastEquity` is what it is worth at the last prices.
 */
export function loggedHistory(
  database: Database,
  { portfolio, tape, openedTime, settings }: PortfolioRow,
): RunHistory & { readonly lastEquity: Decimal | undefined } {
  const ledger = createLedger(settings.cash);
  const recorder = createRunRecorder({ settings, account: ledger });
  const rows = readJournal(database, portfolio);
  const prices = pricesOf(database, {
    portfolio,
    // A recording is played from its beginning; the market was there before the portfolio was.
    from: tape === liveTape ? openedTime : undefined,
    kind: priceKindOf(settings),
    order: 'time',
  });
  const events = countedEvents(rows);
  let event = events.next();
  const applyUntil = (isDue: (event: Draft) => boolean): void => {
    for (; !event.done && isDue(event.value); event = events.next()) {
      if (event.value.type === 'order_filled') ledger.onFill(event.value.data);
      recorder.onEvent(event.value);
    }
  };
  for (const recorded of prices) {
    const price = priceOf(recorded);
    recorder.beforePrice(price.timeMs);
    applyUntil((next) => filledBy(next, recorded.sequence, price.timeMs));
    ledger.onClose(price);
    recorder.afterPrice(price);
  }
  applyUntil(() => true);
  recorder.end();
  const history = recorder.history();
  const lastEquity = history.equity.valuations > 0 ? toDecimal(ledger.exactEquity()()) : undefined;
  return { ...history, lastEquity };
}

function priceOf(recorded: RecordedPrice) {
  if (recorded.kind === 'candle') return { ...recorded.candle, timeMs: recorded.candle.closeTime };
  const { venue, symbol, price, timeMs } = recorded.print;
  const close = Number(price);
  return { venue, symbol, timeMs, high: close, low: close, close };
}

/** Whether a fill came with that price at the latest; where its message is not known, its time tells. */
function filledBy(event: Draft, sequence: number, timeMs: number): boolean {
  if (event.type !== 'order_filled') return true;
  const { marketSequence } = event.data;
  return marketSequence === undefined ? event.timeMs <= timeMs : marketSequence <= sequence;
}

function* countedEvents(rows: Iterable<JournalRow>): Generator<Draft, void, undefined> {
  for (const { type, body } of rows)
    if (counted.has(type)) yield draftOf(parseEvent(JournalEvent, body));
}

import { JournalEvent, liveTape, parseEvent } from '@heliograph/contracts';
import { draftOf, type Draft } from '@heliograph/execution';
import { readJournal, readTape, type JournalRow, type PortfolioRow } from '@heliograph/trade-log';
import type { Database } from '../trade-log-options.ts';
import { createLedger } from './ledger.ts';
import { createRunRecorder, type RunRecord } from './run-recorder.ts';

const counted = new Set(['order_intended', 'order_filled', 'order_rejected', 'trade_closed']);

/**
 * What a logged portfolio was like, from the fills of its journal and the candles of its tape: the same record that its
 * backtest makes. Without candles there are no valuations in it.
 */
export function loggedRecord(
  database: Database,
  { portfolio, tape, openedTime, settings }: PortfolioRow,
): RunRecord {
  const ledger = createLedger(settings.cash);
  const recorder = createRunRecorder({ startCash: settings.cash, account: ledger });
  const events = countedEvents(readJournal(database, portfolio));
  let event = events.next();
  const applyUntil = (isDue: (event: Draft) => boolean): void => {
    for (; !event.done && isDue(event.value); event = events.next()) {
      if (event.value.type === 'order_filled') ledger.onFill(event.value.data);
      recorder.onEvent(event.value);
    }
  };
  const from = firstTime(openedTime, tape);
  for (const { sequence, candle } of readTape(database, { tape, from })) {
    recorder.beforeCandle(candle);
    applyUntil((next) => filledBy(next, sequence, candle.closeTime));
    ledger.onClose(candle);
    recorder.afterCandle(candle);
  }
  applyUntil(() => true);
  recorder.end();
  return recorder.record();
}

/** A recording is played from its beginning; the market was there before the portfolio was. */
function firstTime(openedTime: number, tape: string): number {
  return tape === liveTape ? openedTime : 0;
}

/** Whether a fill came with that candle at the latest; where its message is not known, its time tells. */
function filledBy(event: Draft, sequence: number, closeTime: number): boolean {
  if (event.type !== 'order_filled') return true;
  const { marketSequence } = event.data;
  return marketSequence === undefined ? event.timeMs <= closeTime : marketSequence <= sequence;
}

function* countedEvents(rows: Iterable<JournalRow>): Generator<Draft, void, undefined> {
  for (const { type, body } of rows)
    if (counted.has(type)) yield draftOf(parseEvent(JournalEvent, body));
}

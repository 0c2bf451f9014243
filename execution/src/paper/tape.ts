import {
  candleOf,
  MarketEvent,
  parseEvent,
  subjects,
  toMs,
  type Candle,
  type TradePrinted,
} from '@heliograph/contracts';
import type { Bus, StoredMessage } from '@heliograph/contracts/bus';
import { filter, firstValueFrom, map, takeWhile, toArray } from 'rxjs';
import type { InstrumentName } from './account.ts';
import { sliceOfCandle, sliceOfPrint, type Print, type Slice } from './slice.ts';

/** What a message of MARKET has for whoever follows a tape. */
export type TapeItem =
  | { readonly type: 'candle'; readonly candle: Candle }
  | { readonly type: 'print'; readonly print: Print };

/** What is in a message of MARKET, if it is of that tape and one can trade by it. What cannot be read is nothing. */
export function itemIn(message: StoredMessage, tape: string): TapeItem | undefined {
  // Cheap, and true of most of what others play on the same server.
  if (!message.body.includes(`"${tape}"`) || !isPriced(message.subject)) return undefined;
  try {
    const event = parseEvent(MarketEvent, message.body);
    if (event.type === 'tape_ended' || event.data.tape.id !== tape) return undefined;
    return event.type === 'candle_closed'
      ? { type: 'candle', candle: candleOf(event) }
      : { type: 'print', print: printOf(event) };
  } catch {
    // Whoever keeps MARKET reports what is wrong with it; no order may be filled from it.
    return undefined;
  }
}

/** The candle in a message of MARKET, if it is one of that tape. */
export function candleIn(message: StoredMessage, tape: string): Candle | undefined {
  const item = itemIn(message, tape);
  return item?.type === 'candle' ? item.candle : undefined;
}

/** What can fill orders of a symbol after one place in MARKET up to another, oldest first. */
export function slicesBetween(
  bus: Bus,
  { tape, kind }: { tape: string; kind: 'candles' | 'trades' },
  instrument: InstrumentName,
  range: { after: number; upTo: number },
): Promise<Slice[]> {
  const subject = kind === 'candles' ? subjects.candlesOf(instrument) : subjects.print(instrument);
  return firstValueFrom(
    bus.read({ stream: 'MARKET', subject, from: { sequence: range.after + 1 } }).pipe(
      takeWhile(({ sequence }) => sequence <= range.upTo),
      map((message) => sliceOf(itemIn(message, tape), message.sequence)),
      filter((slice) => slice !== undefined),
      toArray(),
    ),
  );
}

function sliceOf(item: TapeItem | undefined, sequence: number): Slice | undefined {
  if (!item) return undefined;
  return item.type === 'candle'
    ? sliceOfCandle(item.candle, sequence)
    : sliceOfPrint(item.print, sequence);
}

function printOf({ time, data }: TradePrinted): Print {
  const { venue, symbol, price, quantity } = data;
  return { venue, symbol, price, quantity, timeMs: toMs(time) };
}

function isPriced(subject: string): boolean {
  return subject.startsWith('market.candle.') || subject.startsWith('market.trade.');
}

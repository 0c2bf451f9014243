import { candleOf, MarketEvent, parseEvent, subjects, type Candle } from '@heliograph/contracts';
import type { Bus, StoredMessage } from '@heliograph/contracts/bus';
import { filter, firstValueFrom, map, takeWhile, toArray } from 'rxjs';
import type { RestingOrder } from './book.ts';

/** A candle and its place in MARKET. */
export interface TapeCandle {
  readonly sequence: number;
  readonly candle: Candle;
}

/** The candle in a message of MARKET, if it is one of that tape. What cannot be read is no candle. */
export function candleIn(message: StoredMessage, tape: string): Candle | undefined {
  // Cheap, and true of most of what others play on the same server.
  const isOther = !message.body.includes(`"${tape}"`);
  if (isOther || !message.subject.startsWith('market.candle.')) return undefined;
  try {
    const event = parseEvent(MarketEvent, message.body);
    return event.type === 'candle_closed' && event.data.tape.id === tape
      ? candleOf(event)
      : undefined;
  } catch {
    // Whoever keeps MARKET reports what is wrong with it; no order may be filled from it.
    return undefined;
  }
}

/** The candles of an order's symbol after one place in MARKET up to another, oldest first. */
export function candlesBetween(
  bus: Bus,
  tape: string,
  order: Pick<RestingOrder, 'venue' | 'symbol'>,
  range: { after: number; upTo: number },
): Promise<TapeCandle[]> {
  return firstValueFrom(
    bus
      .read({
        stream: 'MARKET',
        subject: subjects.candlesOf(order),
        from: { sequence: range.after + 1 },
      })
      .pipe(
        takeWhile(({ sequence }) => sequence <= range.upTo),
        map((message) => ({ sequence: message.sequence, candle: candleIn(message, tape) })),
        filter((read): read is TapeCandle => read.candle !== undefined),
        toArray(),
      ),
  );
}

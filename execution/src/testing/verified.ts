import type { JournalEvent, TapeEnded, TradeSignal } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { firstValueFrom, toArray } from 'rxjs';
import { draftOf } from '../decision/state/draft.ts';
import { candleOfPrint } from '../paper/slice.ts';
import { itemIn } from '../paper/tape.ts';
import { createPriceHistory, type TapePrice } from '../verify/price-history.ts';
import { verifyJournal, type JournalVerdict } from '../verify/verify-journal.ts';

/** What a run was made of, and its journal. */
export interface Run {
  readonly portfolio: string;
  readonly journal: readonly JournalEvent[];
  readonly tape: readonly TapePrice[];
  readonly signals: readonly TradeSignal[];
  readonly ended?: { readonly data: TapeEnded['data']; readonly timeMs: number };
}

/** Decides a run again. */
export function verified({ portfolio, journal, tape, signals, ended }: Run): JournalVerdict {
  const byId = new Map(signals.map((signal) => [signal.id, signal]));
  const entries = journal.map((event, index) => ({ sequence: index + 1, event: draftOf(event) }));
  return verifyJournal(portfolio, entries, {
    prices: createPriceHistory(tape),
    signalOf: (id) => byId.get(id),
    ended,
  });
}

/** The prices of a tape that lie in MARKET. */
export async function tapeIn(
  bus: Bus,
  tape: string,
  kind: 'candle' | 'print' = 'candle',
): Promise<TapePrice[]> {
  const messages = await firstValueFrom(bus.read({ stream: 'MARKET' }).pipe(toArray()));
  return messages.flatMap((message) => {
    const item = itemIn(message, tape);
    if (item?.type !== kind) return [];
    const candle = item.type === 'candle' ? item.candle : candleOfPrint(item.print);
    return [{ sequence: message.sequence, candle }];
  });
}

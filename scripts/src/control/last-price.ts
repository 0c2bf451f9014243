import { MarketEvent, subjects, toMs, type SymbolName, type Venue } from '@heliograph/contracts';
import type { Bus, StoredMessage } from '@heliograph/contracts/bus';
import { lastValueFrom, reduce } from 'rxjs';

/** The last close of an instrument on a tape. */
export interface LastPrice {
  readonly price: string;
  readonly timeMs: number;
  readonly timeframe: string;
}

/** How far back the market is looked through: enough for the last candle of each of some thousand symbols. */
const lookBack = 5_000;

/** Undefined where the newest messages of the market have no candle of it. */
export async function lastPrice(
  bus: Bus,
  instrument: { readonly venue: Venue; readonly symbol: SymbolName; readonly tape: string },
): Promise<LastPrice | undefined> {
  const last = await bus.lastSequence('MARKET');
  const candles$ = bus.read({
    stream: 'MARKET',
    subject: subjects.candlesOf(instrument),
    from: { sequence: Math.max(1, last - lookBack) },
  });
  return lastValueFrom(
    candles$.pipe(
      reduce(
        (found: LastPrice | undefined, message) => priceIn(message, instrument.tape) ?? found,
        undefined,
      ),
    ),
    { defaultValue: undefined },
  );
}

function priceIn({ body }: StoredMessage, tape: string): LastPrice | undefined {
  const parsed = MarketEvent.safeParse(parseJson(body));
  if (!parsed.success || parsed.data.type !== 'candle_closed') return undefined;
  const { data } = parsed.data;
  if (data.tape.id !== tape) return undefined;
  return { price: data.close, timeMs: toMs(data.closeTime), timeframe: data.timeframe };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

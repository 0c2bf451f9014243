import { type Candle, Timeframe, UserError } from '@heliograph/contracts';
import { createCandleBuilder } from '../../candles/candle-builder.ts';
import { openStoredFile, readRows, type StoredFile } from '../candle-file.ts';
import type { Instrument } from '../feed.ts';
import { type InstrumentOverrides, instrumentOfFile } from '../instrument-of-file.ts';
import { createTradeRows, tradeHeader } from './trade-rows.ts';

export const tradesPrefix = 'trades:';

export interface TradeFile extends StoredFile {
  readonly instrument: Instrument;
}

/**
 * `trades:FILE:TIMEFRAME`: trades of which candles are made. The symbol is told by the name of the file, as in
 * `BTC_USDT-trades.csv.gz`, or by what is given.
 * @throws UserError as candle files do
 */
export async function openTradeFile(
  name: string,
  given: InstrumentOverrides = {},
): Promise<TradeFile> {
  const text = name.slice(tradesPrefix.length);
  const at = text.lastIndexOf(':');
  const hasSpan = at > 0 && Timeframe.safeParse(text.slice(at + 1)).success;
  const path = hasSpan ? text.slice(0, at) : text;
  const timeframe = hasSpan ? text.slice(at + 1) : given.timeframe;
  if (path === '' || timeframe === undefined)
    throw new UserError(
      `${name}: expected trades:FILE:TIMEFRAME, such as trades:BTC_USDT-trades.csv.gz:1m`,
      { exitCode: 2 },
    );
  const instrument = instrumentOfFile(path, { ...given, timeframe });
  return { ...(await openStoredFile(path, tradeHeader)), instrument };
}

/** The candles of the trades of one file. The last one is not given: nothing says that it has closed. */
export async function* readTradeFile(file: TradeFile): AsyncGenerator<readonly Candle[]> {
  const builder = createCandleBuilder(file.instrument);
  const rows = createTradeRows(file.path);
  for await (const trades of readRows(file, rows, { header: tradeHeader, what: 'a trade' })) {
    const closed: Candle[] = [];
    for (const { timeMs, price, size } of trades) {
      closed.push(...builder.advance(timeMs));
      builder.add({ timeMs, open: price, high: price, low: price, close: price, volume: size });
    }
    if (closed.length > 0) yield closed;
  }
}

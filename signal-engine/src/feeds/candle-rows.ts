import { type Candle, timeframeMs } from '@heliograph/contracts';
import { columnCount, parseColumns, scanColumns } from './candle-columns.ts';
import { describeRow, earliestTime, latestTime, leastPrice, mostFigure } from './describe-row.ts';
import type { Instrument } from './feed.ts';
import { createLineRows, type Rows } from './line-rows.ts';

export const candleHeader = 'timestamp,open,high,low,close,volume';

/** The candles of one file. */
export function createCandleRows(file: string, instrument: Instrument): Rows<Candle> {
  const { venue, symbol, timeframe } = instrument;
  const spanMs = timeframeMs(timeframe);
  const columns = new Float64Array(columnCount);
  let previousTime = -Infinity;

  return createLineRows(file, 'candle', (refuse) => ({
    header: candleHeader,
    readHeader: (text) => text === candleHeader,
    readRow(bytes, start, end) {
      if (!scanColumns(bytes, start, end, columns)) {
        const values = parseColumns(bytes.toString('utf8', start, end));
        if (values.length !== columnCount || values.some(Number.isNaN))
          refuse(describeRow(bytes.toString('utf8', start, end), { previousTime, timeframe }));
        columns.set(values);
      }
      const [time = 0, open = 0, high = 0, low = 0, close = 0, volume = 0] = columns;
      const valid =
        time - previousTime >= spanMs &&
        time >= earliestTime &&
        time <= latestTime &&
        Number.isInteger(time) &&
        low >= leastPrice &&
        low <= open &&
        open <= high &&
        low <= close &&
        close <= high &&
        high <= mostFigure &&
        volume >= 0 &&
        volume <= mostFigure;
      if (!valid)
        refuse(describeRow(bytes.toString('utf8', start, end), { previousTime, timeframe }));
      previousTime = time;
      return {
        venue,
        symbol,
        timeframe,
        openTime: time,
        closeTime: time + spanMs,
        open,
        high,
        low,
        close,
        volume,
      };
    },
  }));
}

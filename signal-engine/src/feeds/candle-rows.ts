import { type Candle, timeframeMs, UserError } from '@heliograph/contracts';
import { columnCount, parseColumns, scanColumns } from './candle-columns.ts';
import { describeRow, earliestTime, latestTime } from './describe-row.ts';
import type { Instrument } from './feed.ts';

export const candleHeader = 'timestamp,open,high,low,close,volume';

const lineFeed = 10;
const carriageReturn = 13;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const maxLineLength = 4096;

/** Turns the bytes of one candle file into candles, and refuses the first line that is not as it has to be. */
export interface CandleRows {
  /** Candles whose lines end in these bytes or before. */
  read(bytes: Buffer): Candle[];
  /** The candle of a last line that has no line end. */
  end(): Candle[];
  /** The last line that was read, counted from 1. */
  readonly line: number;
}

/** @throws UserError that names the file, the line, what stands there and what was expected */
export function createCandleRows(file: string, instrument: Instrument): CandleRows {
  const { venue, symbol, timeframe } = instrument;
  const spanMs = timeframeMs(timeframe);
  const columns = new Float64Array(columnCount);
  let line = 0;
  let previousTime = -Infinity;
  let rest: Buffer = Buffer.alloc(0);

  const refuse = (problem: string): never => {
    throw new UserError(`${file}, line ${line}: ${problem}`, { exitCode: 1 });
  };

  const readHeader = (bytes: Buffer): void => {
    const start = bytes.subarray(0, 3).equals(byteOrderMark) ? 3 : 0;
    const text = bytes.toString('utf8', start);
    if (text === candleHeader) return;
    // oxlint-disable-next-line no-control-regex
    if (/[\0-\x08\x0e-\x1f\ufffd]/.test(text))
      refuse(`found binary data, expected the header ${candleHeader}`);
    refuse(`found ${JSON.stringify(text.slice(0, 80))}, expected the header ${candleHeader}`);
  };

  const readCandle = (bytes: Buffer, start: number, end: number): Candle => {
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
      low > 0 &&
      low <= open &&
      open <= high &&
      low <= close &&
      close <= high &&
      high < Infinity &&
      volume >= 0 &&
      volume < Infinity;
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
  };

  const readLine = (bytes: Buffer, start: number, lineEnd: number, into: Candle[]): void => {
    line++;
    const end = lineEnd > start && bytes[lineEnd - 1] === carriageReturn ? lineEnd - 1 : lineEnd;
    if (line === 1) readHeader(bytes.subarray(start, end));
    else if (end > start) into.push(readCandle(bytes, start, end));
  };

  return {
    get line() {
      return line;
    },
    read(bytes) {
      const all = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes;
      const candles: Candle[] = [];
      let start = 0;
      for (let end = all.indexOf(lineFeed); end >= 0; end = all.indexOf(lineFeed, start)) {
        readLine(all, start, end, candles);
        start = end + 1;
      }
      rest = all.subarray(start);
      if (rest.length > maxLineLength) {
        line++;
        refuse(`found more than ${maxLineLength} bytes without a line end, expected a candle file`);
      }
      return candles;
    },
    end() {
      const candles: Candle[] = [];
      if (rest.length > 0) readLine(rest, 0, rest.length, candles);
      return candles;
    },
  };
}

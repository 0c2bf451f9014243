import { parseColumns } from '../candle-columns.ts';
import { describeTime, leastPrice, mostFigure, quoted } from '../describe-row.ts';
import { createLineRows, type Rows } from '../line-rows.ts';

export const tradeHeader = 'timestamp,price,size';
const needed = ['timestamp', 'price', 'size'] as const;

export interface TradeRow {
  /** Epoch ms. */
  readonly timeMs: number;
  readonly price: number;
  /** Base units. */
  readonly size: number;
}

/** The trades of one file, in order of time; columns beside the three that are needed are passed over. */
export function createTradeRows(file: string): Rows<TradeRow> {
  let columns = { timestamp: 0, price: 1, size: 2 };
  let count = 3;
  let previousTime = -Infinity;

  return createLineRows(file, 'trade', (refuse) => ({
    header: `${tradeHeader}, in any order and with others beside them`,
    readHeader(text) {
      const names = text.split(',').map((name) => name.trim());
      count = names.length;
      columns = {
        timestamp: names.indexOf('timestamp'),
        price: names.indexOf('price'),
        size: names.indexOf('size'),
      };
      return needed.every((name) => names.filter((each) => each === name).length === 1);
    },
    readRow(bytes, start, end) {
      const row = bytes.toString('latin1', start, end);
      const texts = row.split(',');
      if (texts.length !== count)
        refuse(
          `found ${texts.length} fields in ${quoted(row)}, expected ${count} as in the header`,
        );
      const [timeMs = NaN, price = NaN, size = NaN] = needed.map((name) => {
        const text = texts[columns[name]] ?? '';
        const [value = NaN] = parseColumns(text);
        return Number.isFinite(value)
          ? value
          : refuse(`found ${name} ${quoted(text)}, expected a number`);
      });
      const wrongTime = describeTime(timeMs);
      if (wrongTime !== undefined) refuse(wrongTime);
      if (timeMs < previousTime)
        refuse(`found timestamp ${timeMs} after ${previousTime}, expected the oldest trade first`);
      if (price <= 0) refuse(`found price ${price}, expected one above 0`);
      if (price < leastPrice || price > mostFigure)
        refuse(`found price ${price}, expected one from ${leastPrice} to ${mostFigure}`);
      if (size <= 0) refuse(`found size ${size}, expected one above 0`);
      if (size > mostFigure) refuse(`found size ${size}, expected at most ${mostFigure}`);
      previousTime = timeMs;
      return { timeMs, price, size };
    },
  }));
}

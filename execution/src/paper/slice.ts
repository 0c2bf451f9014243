import {
  Big,
  exactly,
  Timeframe,
  type Candle,
  type SymbolName,
  type Venue,
} from '@heliograph/contracts';

/** Somebody's trade, as a tape of trades tells it. Decimals are text, time is epoch ms. */
export interface Print {
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly price: string;
  /** Base units. */
  readonly quantity: string;
  readonly timeMs: number;
}

/** A piece of the tape that can fill orders: a candle, or a trade, which is a candle of no length. */
export interface Slice {
  /** Its place on the tape, rising: in MARKET, or counted by whoever plays it. */
  readonly sequence: number;
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly openTime: number;
  readonly closeTime: number;
  readonly isTrade: boolean;
  readonly open: Big;
  readonly high: Big;
  readonly low: Big;
  readonly close: Big;
  /** Base units. */
  readonly volume: Big;
}

export function sliceOfCandle(candle: Candle, sequence: number): Slice {
  const { venue, symbol, openTime, closeTime } = candle;
  return {
    sequence,
    venue,
    symbol,
    openTime,
    closeTime,
    isTrade: false,
    open: exactly(candle.open),
    high: exactly(candle.high),
    low: exactly(candle.low),
    close: exactly(candle.close),
    volume: exactly(candle.volume),
  };
}

export function sliceOfPrint(print: Print, sequence: number): Slice {
  const { venue, symbol, timeMs } = print;
  const price = new Big(print.price);
  return {
    sequence,
    venue,
    symbol,
    openTime: timeMs,
    closeTime: timeMs,
    isTrade: true,
    open: price,
    high: price,
    low: price,
    close: price,
    volume: new Big(print.quantity),
  };
}

const oneUnit = Timeframe.parse('1s');

/** A trade as those see it who watch candles. */
export function candleOfPrint({ venue, symbol, price, quantity, timeMs }: Print): Candle {
  const paid = Number(price);
  return {
    venue,
    symbol,
    timeframe: oneUnit,
    openTime: timeMs,
    closeTime: timeMs,
    open: paid,
    high: paid,
    low: paid,
    close: paid,
    volume: Number(quantity),
  };
}

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
  /** Its range as numbers: enough to see that it does not come near a price. */
  readonly lowest: number;
  readonly highest: number;
  /** Each is made where it is asked for: most of a tape comes near to nothing, and most orders want the open alone. */
  readonly prices: Prices;
}

export interface Prices {
  readonly open: Big;
  readonly high: Big;
  readonly low: Big;
  readonly close: Big;
  /** Base units. */
  readonly volume: Big;
}

export function sliceOfCandle(candle: Candle, sequence: number): Slice {
  const { venue, symbol, openTime, closeTime, low, high } = candle;
  return {
    sequence,
    venue,
    symbol,
    openTime,
    closeTime,
    isTrade: false,
    lowest: low,
    highest: high,
    prices: new CandlePrices(candle),
  };
}

class CandlePrices implements Prices {
  private readonly candle: Candle;
  private readonly made: Partial<Record<keyof Prices, Big>> = {};

  constructor(candle: Candle) {
    this.candle = candle;
  }

  get open(): Big {
    return (this.made.open ??= exactly(this.candle.open));
  }

  get high(): Big {
    return (this.made.high ??= exactly(this.candle.high));
  }

  get low(): Big {
    return (this.made.low ??= exactly(this.candle.low));
  }

  get close(): Big {
    return (this.made.close ??= exactly(this.candle.close));
  }

  get volume(): Big {
    return (this.made.volume ??= exactly(this.candle.volume));
  }
}

export function sliceOfPrint(print: Print, sequence: number): Slice {
  const { venue, symbol, timeMs } = print;
  const price = new Big(print.price);
  const volume = new Big(print.quantity);
  const prices = { open: price, high: price, low: price, close: price, volume };
  return {
    sequence,
    venue,
    symbol,
    openTime: timeMs,
    closeTime: timeMs,
    isTrade: true,
    lowest: Number(print.price),
    highest: Number(print.price),
    prices,
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

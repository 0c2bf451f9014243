import { Big } from '@heliograph/contracts';
import { within } from '../../within.ts';
import { feesOf, MinuteCandles, type VenueMarket, type VenueTrade } from './answers.ts';
import type { CcxtVenue } from './load-venue.ts';
import type { MarketRules } from './market-rules.ts';
import { createRecent } from '../../recent.ts';

/** What one unit of a currency was worth at that time, in quote currency; undefined where nobody can say. */
export type RateOf = (currency: string, timeMs: number) => Big | undefined;

const minuteMs = 60_000;
/** How far back the last minute in which it was traded may lie. */
const mostMinutes = 60;
const mostRates = 1_000;
const one = new Big('1');

/** What fees are worth that are paid in something else, as in an exchange's own coin. */
export interface FeeRates {
  /** By the close of the last whole minute before each trade, so that whoever asks, and when, hears the same. */
  of(trades: readonly VenueTrade[], rules: MarketRules): Promise<RateOf>;
}

export function createFeeRates({
  venue,
  marketOf,
  describe,
  warn,
  patienceMs,
}: {
  venue: Pick<CcxtVenue, 'has' | 'fetchOHLCV'>;
  marketOf: (symbol: string) => MarketRules | undefined;
  describe: (error: unknown) => string;
  warn: (message: string) => void;
  /** A fill is told without what its fee was worth rather than later than that. */
  patienceMs: number;
}): FeeRates {
  /** By currency and minute. What failed is not asked again for fills of that minute: they would all be held up. */
  const rates = createRecent<string, { readonly rate: Big | undefined }>(mostRates);

  const closeBefore = async (symbol: string, timeMs: number): Promise<Big | undefined> => {
    const sinceMs = timeMs - mostMinutes * minuteMs;
    const asked = venue.fetchOHLCV(symbol, '1m', sinceMs, mostMinutes);
    const candles = MinuteCandles.parse(await within(asked, patienceMs));
    const close = candles.findLast(([openMs]) => openMs + minuteMs <= timeMs)?.[4];
    return close === undefined || new Big(close).lte('0') ? undefined : new Big(close);
  };

  /** Where contracts are traded the venue may have loaded no other markets. */
  const listed = (pair: string, settle: string | undefined): string | undefined =>
    [pair, `${pair}:${settle}`].find((symbol) => marketOf(symbol) !== undefined);

  const ask = async (
    currency: string,
    { quote, settle }: VenueMarket,
    minute: number,
  ): Promise<Big | undefined> => {
    try {
      if (venue.has['fetchOHLCV'] !== true) return undefined;
      const direct = listed(`${currency}/${quote}`, settle);
      if (direct !== undefined) return await closeBefore(direct, minute);
      const inverse = listed(`${quote}/${currency}`, settle);
      const price = inverse === undefined ? undefined : await closeBefore(inverse, minute);
      return price && one.div(price);
    } catch (error) {
      warn(`what fees in ${currency} are worth cannot be asked: ${describe(error)}`);
      return undefined;
    }
  };

  return {
    async of(trades, { market }) {
      const { base, quote } = market;
      const keyOf = (currency: string, timeMs: number): string =>
        `${currency}/${quote} ${minuteOf(timeMs)}`;
      for (const trade of trades)
        for (const { currency } of feesOf(trade)) {
          if (currency === undefined || currency === base || currency === quote) continue;
          const key = keyOf(currency, trade.timestamp);
          if (rates.get(key)) continue;
          rates.set(key, { rate: await ask(currency, market, minuteOf(trade.timestamp)) });
        }
      return (currency, timeMs) => rates.get(keyOf(currency, timeMs))?.rate;
    },
  };
}

function minuteOf(timeMs: number): number {
  return timeMs - (timeMs % minuteMs);
}

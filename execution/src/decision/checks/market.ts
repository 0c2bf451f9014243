import { Big, exactly, timeframeMs, toMs } from '@heliograph/contracts';
import type { Considered } from '../considered.ts';
import { planned } from './plan.ts';

/** Whether the market still is what the signal saw. */

const basisPoint = new Big('0.0001');

export function strayPrice(considered: Considered): string | undefined {
  const { priceCollarBps } = considered.settings.risk;
  if (priceCollarBps === undefined) return undefined;
  const { last, referencePrice } = considered;
  const plan = planned(considered);
  const allowed = referencePrice.times(exactly(priceCollarBps)).times(basisPoint);
  const stray = (what: string, price: Big | undefined): string | undefined =>
    price?.minus(referencePrice).abs().gt(allowed)
      ? `the ${what} of ${price.toFixed()} is more than ${priceCollarBps} bps from ${referencePrice.toFixed()}`
      : undefined;
  return (
    stray('last price', last && exactly(last.price)) ??
    stray('limit price', plan?.limitPrice === undefined ? undefined : new Big(plan.limitPrice)) ??
    stray('stop price', plan?.stopPrice === undefined ? undefined : new Big(plan.stopPrice))
  );
}

/** The version of the rules; before, quotes that had crossed passed. */
const crossedSince = 7;

export function wideSpread({ portfolio, signal, settings }: Considered): string | undefined {
  const { maxSpreadBps } = settings.risk;
  const { bid, ask } = signal.data.market ?? {};
  if (maxSpreadBps === undefined || bid === undefined || ask === undefined) return undefined;
  // Where they have crossed, one of the two is not what it was.
  const apart = new Big(ask).minus(bid);
  const spread = portfolio.decisionsVersion < crossedSince ? apart : apart.abs();
  // Of the middle: (ask - bid) / ((ask + bid) / 2), without a division.
  const isWide = spread
    .times('2')
    .gt(new Big(ask).plus(bid).times(exactly(maxSpreadBps)).times(basisPoint));
  return isWide ? `bid ${bid} and ask ${ask} are more than ${maxSpreadBps} bps apart` : undefined;
}

/** A price may be as old as one candle of the signal, and what is allowed beyond. */
export function oldPrice({ signal, last, nowMs, settings }: Considered): string | undefined {
  const { maxDataAgeMs } = settings.risk;
  if (maxDataAgeMs === undefined) return undefined;
  const { referencePrice, market, timeframe } = signal.data;
  const ageMs = nowMs - (last?.timeMs ?? toMs(referencePrice.time));
  const allowedMs = timeframeMs(timeframe) + maxDataAgeMs;
  if (ageMs > allowedMs)
    return `the ${last ? 'last' : 'reference'} price is ${ageMs} ms old, ${allowedMs} ms are allowed`;
  return market?.dataAgeMs !== undefined && market.dataAgeMs > maxDataAgeMs
    ? `the signal's data was ${market.dataAgeMs} ms old, ${maxDataAgeMs} ms are allowed`
    : undefined;
}

import { Big, exactly } from '@heliograph/contracts';
import type { DraftOf } from '../../decision/state/draft.ts';
import { freeCash, reservedCash, type Portfolio } from '../../decision/state/portfolio.ts';
import { averageEntryPrice } from '../../decision/state/position.ts';
import { instrumentKey } from '../../instrument-key.ts';
import type { LivedHistory } from '../live-history.ts';
import type { Report } from './report.ts';

const zero = new Big('0');

/** What the portfolio is about to have with one more entry. */
export function checkEntry(
  before: Portfolio,
  { data }: DraftOf<'order_intended'>,
  { tape }: LivedHistory,
  report: Report,
): void {
  const { opened } = before;
  if (!opened) return report('an order before the portfolio was opened');
  const { settings } = opened;
  const { risk, leverage = 1 } = settings;
  const key = instrumentKey(data);
  const at = `at ${data.orderId}`;
  if (before.tradingState.state !== 'ACTIVE')
    report(`an entry in ${before.tradingState.state} ${at}`);

  const taken = new Set([...before.positions.keys(), key]);
  for (const order of before.orders.values())
    if (!order.reduceOnly) taken.add(instrumentKey(order));
  if (taken.size > (risk.maxPositions ?? Infinity)) report(`MAX_POSITIONS ${at}`);

  if (data.size.kind !== 'base') return report(`a live order of a quote amount ${at}`);
  const held = before.positions.get(key);
  const closing = held && (held.side === 'long') !== (data.side === 'buy') ? held.quantity : zero;
  const price = highest(data, settings.slippageBps);
  const notional = new Big(data.size.quantity).minus(closing).times(price);
  if (risk.maxOrderNotional !== undefined && notional.gt(risk.maxOrderNotional))
    report(`MAX_NOTIONAL ${at}: ${notional.toFixed()}`);

  const prices = new Map<string, Big>();
  for (const { sequence, candle } of tape)
    if (sequence <= (data.marketSequence ?? 0))
      prices.set(instrumentKey(candle), exactly(candle.close));
  let equity = before.cash;
  let atCost = before.cash;
  let all = notional;
  let own = notional;
  let used = notional.plus(reservedCash(before));
  for (const [instrument, position] of before.positions) {
    const last = prices.get(instrument) ?? averageEntryPrice(position);
    const sign = position.side === 'long' ? '1' : '-1';
    equity = equity.plus(position.quantity.times(last).times(sign));
    const isClosed = instrument === key && closing.gt(zero);
    const cost = isClosed ? worst(data, settings.slippageBps) : averageEntryPrice(position);
    atCost = atCost.plus(position.quantity.times(cost).times(sign));
    if (isClosed) continue;
    all = all.plus(position.quantity.times(last));
    used = used.plus(position.quantity.times(cost));
    if (instrument === key) own = own.plus(position.quantity.times(last));
  }
  for (const order of before.orders.values()) {
    all = all.plus(order.reserved);
    if (instrumentKey(order) === key) own = own.plus(order.reserved);
  }
  const { maxExposureRatio, maxSymbolExposureRatio } = risk;
  if (maxExposureRatio !== undefined && all.gt(equity.times(exactly(maxExposureRatio))))
    report(`MAX_EXPOSURE ${at}: ${all.toFixed()} of ${equity.toFixed()}`);
  if (maxSymbolExposureRatio !== undefined && own.gt(equity.times(exactly(maxSymbolExposureRatio))))
    report(`MAX_EXPOSURE of ${key} ${at}: ${own.toFixed()} of ${equity.toFixed()}`);
  const isOnMargin = (settings.shorting ?? false) || leverage > 1;
  if (isOnMargin && used.gt(atCost.times(exactly(leverage)))) report(`LEVERAGE ${at}`);
  if (!isOnMargin && notional.gt(freeCash(before)))
    report(`INSUFFICIENT_FUNDS ${at}: ${notional.toFixed()} of ${freeCash(before).toFixed()}`);
}

/** The worst price at which the order is filled where the market does not run away. */
function worst(
  { side, referencePrice, limitPrice, stopPrice }: DraftOf<'order_intended'>['data'],
  slippageBps: string,
): Big {
  if (limitPrice !== undefined) return new Big(limitPrice);
  const isBuy = side === 'buy';
  const reference = new Big(referencePrice);
  const stop = new Big(stopPrice ?? referencePrice);
  const shift = new Big(slippageBps).times('0.0001').times(isBuy ? '1' : '-1');
  return (isBuy === stop.gt(reference) ? stop : reference).times(shift.plus('1'));
}

function highest(
  { side, referencePrice, limitPrice, stopPrice }: DraftOf<'order_intended'>['data'],
  slippageBps: string,
): Big {
  if (side === 'buy' && limitPrice !== undefined) return new Big(limitPrice);
  let price = new Big(referencePrice);
  for (const own of [limitPrice, stopPrice])
    if (own !== undefined && price.lt(own)) price = new Big(own);
  return price.times(new Big(slippageBps).times('0.0001').plus('1'));
}

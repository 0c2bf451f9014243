import { Big, toMs, type ReasonCode } from '@heliograph/contracts';
import type { Considered } from './decide.ts';
import { currencyOf, freeCash, instrumentKey, lineageKey, settingsOf } from './portfolio.ts';
import { quantityAt, reservation, slipped } from './size.ts';

/** A rule that a signal must pass. It answers with what is wrong, or undefined. */
export interface Check {
  readonly reason: ReasonCode;
  readonly check: (considered: Considered) => string | undefined;
}

/** The rules in the order in which they are asked; the first that objects gives the reason. */
export const checks: readonly Check[] = [
  { reason: 'MODE_MISMATCH', check: otherMode },
  { reason: 'TAPE_ENDED', check: afterTheEnd },
  { reason: 'EXPIRED', check: expired },
  { reason: 'SUPERSEDED', check: superseded },
  { reason: 'UNKNOWN_SYMBOL', check: otherCurrency },
  { reason: 'SHORT_NOT_ALLOWED', check: wouldGoShort },
  { reason: 'UNSUPPORTED_INTENT', check: unsupportedIntent },
  { reason: 'UNSUPPORTED_ORDER', check: unsupportedOrder },
  { reason: 'UNSUPPORTED_PROTECTION', check: unsupportedProtection },
  { reason: 'UNKNOWN_ORDER', check: unknownOrder },
  { reason: 'ORDER_PENDING', check: pendingOrder },
  { reason: 'NO_POSITION', check: nothingToExit },
  { reason: 'DUPLICATE', check: alreadyHeld },
  { reason: 'MAX_POSITIONS', check: tooManyPositions },
  { reason: 'BELOW_MINIMUM', check: tooSmall },
  { reason: 'INSUFFICIENT_FUNDS', check: tooExpensive },
];

/** Whether the signal must no longer be acted on; asked when it is taken and again right before the order is sent. */
export function isExpired(expiryMs: number, nowMs: number): boolean {
  return nowMs >= expiryMs;
}

function otherMode({ signal, mode }: Considered): string | undefined {
  if (signal.data.mode === mode) return undefined;
  return `the signal is for ${signal.data.mode}, this portfolio trades ${mode}`;
}

function afterTheEnd({ portfolio }: Considered): string | undefined {
  return portfolio.marked ? 'the recording that it belongs to has ended' : undefined;
}

function expired({ signal, nowMs }: Considered): string | undefined {
  const lateMs = nowMs - toMs(signal.expirytime);
  if (!isExpired(toMs(signal.expirytime), nowMs)) return undefined;
  return `expired at ${signal.expirytime}, ${lateMs} ms before it could be traded`;
}

function superseded({ portfolio, signal }: Considered): string | undefined {
  const newestMs = portfolio.newest.get(lineageKey(signal.data));
  if (newestMs === undefined || toMs(signal.time) >= newestMs) return undefined;
  return `a signal of ${new Date(newestMs).toISOString()} was decided before it`;
}

function otherCurrency({ portfolio, signal }: Considered): string | undefined {
  const { currency } = portfolio;
  if (currency === undefined || currencyOf(signal.data.symbol) === currency) return undefined;
  return `${signal.data.symbol} is not paid in ${currency}, the currency of this portfolio`;
}

function wouldGoShort({ signal }: Considered): string | undefined {
  return signal.data.targetPosition === 'short'
    ? 'the portfolio holds long positions only'
    : undefined;
}

function unsupportedIntent({ signal }: Considered): string | undefined {
  const { intent } = signal.data;
  return intent === 'enter' || intent === 'exit' ? undefined : `intent ${intent}`;
}

function unsupportedOrder({ signal }: Considered): string | undefined {
  const type = signal.data.entry?.type ?? 'market';
  return type === 'market' ? undefined : `${type} orders`;
}

/** Trading an entry without the stop that it asks for would be worse than not trading it. */
function unsupportedProtection({ signal }: Considered): string | undefined {
  const { stopLoss, takeProfits, trailingStop, timeStopMs } = signal.data;
  const asked = Object.entries({ stopLoss, takeProfits, trailingStop, timeStopMs })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  return asked.length > 0 ? asked.join(', ') : undefined;
}

function ordersOf({ portfolio, signal }: Considered) {
  const key = instrumentKey(signal.data);
  return [...portfolio.orders.values()].filter((order) => instrumentKey(order) === key);
}

function unknownOrder(considered: Considered): string | undefined {
  const unknown = ordersOf(considered).find((order) => order.status === 'unknown');
  return unknown && `the outcome of order ${unknown.id} is unknown`;
}

function pendingOrder(considered: Considered): string | undefined {
  const pending = ordersOf(considered)[0];
  return pending && `order ${pending.id} is ${pending.status.replace('_', ' ')}`;
}

function positionOf({ portfolio, signal }: Considered) {
  return portfolio.positions.get(instrumentKey(signal.data));
}

function nothingToExit(considered: Considered): string | undefined {
  const { signal } = considered;
  return signal.data.intent === 'exit' && !positionOf(considered)
    ? `no position in ${signal.data.symbol}`
    : undefined;
}

function alreadyHeld(considered: Considered): string | undefined {
  const position = positionOf(considered);
  return considered.signal.data.intent === 'enter' && position
    ? `${position.quantity.toFixed()} ${position.symbol} are held already`
    : undefined;
}

function tooManyPositions({ portfolio, signal }: Considered): string | undefined {
  const { maxPositions } = settingsOf(portfolio).risk;
  if (signal.data.intent !== 'enter' || maxPositions === undefined) return undefined;
  const taken = new Set(portfolio.positions.keys());
  for (const order of portfolio.orders.values())
    if (!order.reduceOnly) taken.add(instrumentKey(order));
  return taken.size < maxPositions ? undefined : `${taken.size} of ${maxPositions} are taken`;
}

function tooSmall({ portfolio, signal, size }: Considered): string | undefined {
  const settings = settingsOf(portfolio);
  if (!size || signal.data.intent === 'exit') return undefined;
  const price = slipped(new Big(signal.data.referencePrice.price), 'buy', settings);
  return quantityAt(size, price, settings).eq('0')
    ? `less than one lot of ${settings.lotSize} at ${price.toFixed()}`
    : undefined;
}

function tooExpensive({ portfolio, signal, size }: Considered): string | undefined {
  if (signal.data.intent === 'exit') return undefined;
  const free = freeCash(portfolio);
  if (!size) return `no free cash: ${free.toFixed()}`;
  const price = new Big(signal.data.referencePrice.price);
  const needed = reservation(size, price, settingsOf(portfolio));
  return needed.gt(free) ? `${needed.toFixed()} needed, ${free.toFixed()} free` : undefined;
}

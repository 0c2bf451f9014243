import type { JournalEventOf, OrderRole, TimeInForce } from '@heliograph/contracts';
import { compose, type Draft } from './compose.ts';
import type { Message } from './message.ts';
import { amount, count, money, share } from './numbers.ts';
import { verbs, why } from './order-messages.ts';
import { currencyOf, label, type Portfolio } from './portfolio.ts';
import { code, joined, line, type Line } from './text.ts';
import { duration } from './times.ts';

type Intended = JournalEventOf<'order_intended'>;

/** What is done for a position that is held already, beside the signals. */
export const roles: Readonly<Record<Exclude<OrderRole, 'entry' | 'exit'>, string>> = {
  stop_loss: 'Stop loss',
  take_profit: 'Take profit',
  trailing_stop: 'Trailing stop',
  time_stop: 'Time stop',
  unprotected: 'Protection lost',
  unwanted: 'Filled although taken back',
};

/** The signal that is traded, told before the order is sent; quietly an order that protects what is held. */
export function intended(event: Intended, portfolio: Portfolio): Message {
  return compose(intendedDraft(event, portfolio), event);
}

/** The same before it takes a form. */
export function intendedDraft(event: Intended, portfolio: Portfolio): Draft {
  const { role, side, symbol, attempt = 1, writeOff = false } = event.data;
  if (writeOff) return writtenOff(event, portfolio);
  const lines = [...orderLines(event, portfolio), attempt === 1 ? undefined : attemptLine(attempt)];
  if (role !== undefined && role !== 'entry' && role !== 'exit')
    return {
      severity: 'info',
      quiet: true,
      emoji: '🛡',
      title: `${label(portfolio)} ${roles[role]}: ${side} ${symbol}`,
      lines,
    };
  return {
    severity: 'info',
    emoji: side === 'buy' ? '🔵' : '🟠',
    title: `${label(portfolio)} ${side === 'buy' ? 'Buy' : 'Sell'} ${symbol}`,
    lines: [
      line`${event.data.strategy} ${verbs[event.data.intent]} on ${event.data.venue}`,
      ...lines,
    ],
  };
}

/** Nothing is ordered: what the venue does not have goes out of the books. */
function writtenOff({ data }: Intended, portfolio: Portfolio): Draft {
  const { size, symbol, venue, referencePrice, reasons } = data;
  const quantity = size.kind === 'base' ? size.quantity : size.notional;
  return {
    severity: 'warning',
    emoji: '🧾',
    title: `${label(portfolio)} Written off: ${symbol}`,
    lines: [
      line`${code(amount(quantity))} that ${venue} does not have, at ${code(amount(referencePrice))}`,
      why(reasons.join('; ')),
    ],
  };
}

function orderLines({ data }: Intended, portfolio: Portfolio): (Line | undefined)[] {
  const { size, symbol, timeInForce } = data;
  const quantity =
    size.kind === 'base'
      ? line`Size ${code(amount(size.quantity))}`
      : line`For ${code(money(size.notional, currencyOf(portfolio, symbol)))}${size.includesFee ? ', fee included' : ''}`;
  const works = timeInForce === undefined ? '' : working[timeInForce];
  return [
    [...quantity, ...line`, `, ...terms(data), ...line`${works}`, ...near(data)],
    data.protection && protectionLine(data.protection),
    why(data.reasons.join('; ')),
  ];
}

/** The type of the order and its prices. */
export function terms({ orderType, limitPrice, stopPrice, trailingBps }: Intended['data']): Line {
  switch (orderType) {
    case 'market':
      return line`market order`;
    case 'limit':
      return [...line`limit order`, ...at('at', limitPrice)];
    case 'stop':
      return [...line`stop order`, ...at('at', stopPrice)];
    case 'stop_limit':
      return [...line`stop order`, ...at('at', stopPrice), ...at('with limit', limitPrice)];
    case 'trailing_stop': {
      const behind = trailingBps === undefined ? [] : line` ${code(count(trailingBps))} bps behind`;
      return [...line`trailing stop`, ...behind, ...at('from', stopPrice)];
    }
  }
}

/** What the decision saw; of a protective order that is mostly its own price. */
function near({ referencePrice, limitPrice, stopPrice }: Intended['data']): Line {
  const isSaid = referencePrice === (limitPrice ?? stopPrice);
  return isSaid ? [] : line`, near ${code(amount(referencePrice))}`;
}

function at(word: string, price: string | undefined): Line {
  return price === undefined ? [] : line` ${word} ${code(amount(price))}`;
}

const working: Readonly<Record<TimeInForce, string>> = {
  GTC: '',
  IOC: ', what fills at once',
  FOK: ', all at once or nothing',
  GTD: ', until it expires',
  PO: ', post only',
};

function protectionLine({
  stopLoss,
  takeProfits = [],
  trailingStop,
  timeStopMs,
}: NonNullable<Intended['data']['protection']>): Line | undefined {
  const parts = [
    stopLoss && line`stop loss at ${code(amount(stopLoss.price))}`,
    ...takeProfits.map(
      ({ price, ratio }) => line`take profit of ${share(ratio)} at ${code(amount(price))}`,
    ),
    trailingStop && line`trailing stop ${code(count(trailingStop.distanceBps))} bps behind`,
    timeStopMs === undefined ? undefined : line`time stop after ${duration(timeStopMs)}`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : [...line`With `, ...joined(parts)];
}

function attemptLine(attempt: number): Line {
  return line`Attempt ${code(count(attempt))}: what was sent before did not get there, or was lost`;
}

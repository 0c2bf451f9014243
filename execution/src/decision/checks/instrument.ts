import type { Considered } from '../considered.ts';
import { currencyOf } from '../state/portfolio.ts';

export function untradedSymbol({ portfolio, signal, settings }: Considered): string | undefined {
  const { symbol } = signal.data;
  const { currency } = portfolio;
  if (currency !== undefined && currencyOf(symbol) !== currency)
    return `${symbol} is not paid in ${currency}, the currency of this portfolio`;
  const { symbols } = settings.risk;
  return symbols && !symbols.includes(symbol)
    ? `${symbol} is not among the symbols that are traded: ${symbols.join(', ')}`
    : undefined;
}

export function closedInstrument({ portfolio, signal, key }: Considered): string | undefined {
  const status = portfolio.instruments.get(key)?.status;
  return status === undefined || status === 'trading'
    ? undefined
    : `the venue has ${signal.data.symbol} ${status}`;
}

export function disputedInstrument({ portfolio, signal, key }: Considered): string | undefined {
  return portfolio.disputed.has(key)
    ? `the venue and the journal disagree about ${signal.data.symbol}`
    : undefined;
}

export function wouldGoShort({ signal, settings }: Considered): string | undefined {
  return signal.data.targetPosition === 'short' && !settings.shorting
    ? 'the portfolio holds long positions only'
    : undefined;
}

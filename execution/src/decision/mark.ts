import { Big, deterministicId, toDecimal, toPositive, type TapeEnded } from '@heliograph/contracts';
import { draft, type Draft } from './state/draft.ts';
import { instrumentKey } from '../instrument-key.ts';
import type { Portfolio } from './state/portfolio.ts';
import { averageEntryPrice, worth } from './state/position.ts';

/**
 * Draws up a portfolio whose tape has ended: cash, and what is still held at the last closes, or at cost. Nothing when it was drawn
 * up before.
 */
export function mark(
  portfolio: Portfolio,
  { tape, candles, closes }: TapeEnded['data'],
  timeMs: number,
): Draft[] {
  if (portfolio.marked) return [];
  const closeOf = new Map(closes.map((close) => [instrumentKey(close), close.close]));
  const positions = [...portfolio.positions.values()].map((position) => ({
    venue: position.venue,
    symbol: position.symbol,
    side: position.side,
    quantity: toPositive(position.quantity),
    // Whoever ended the tape may not know the symbol; what it cost is then the best that is known.
    price: closeOf.get(instrumentKey(position)) ?? toPositive(averageEntryPrice(position)),
  }));
  let equity = portfolio.cash;
  for (const position of portfolio.positions.values()) {
    const close = closeOf.get(instrumentKey(position));
    equity = equity.plus(worth(position, close ? new Big(close) : averageEntryPrice(position)));
  }
  return [
    draft(
      'portfolio_marked',
      {
        portfolio: portfolio.name,
        key: tape.id,
        timeMs,
        subject: portfolio.name,
        correlationId: deterministicId('portfolio', portfolio.name),
      },
      {
        tape: tape.id,
        candles,
        cash: toDecimal(portfolio.cash),
        equity: toDecimal(equity),
        positions,
      },
    ),
  ];
}

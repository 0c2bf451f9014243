import type { TradeSignal } from '@heliograph/contracts';

export type SignalFacts = ReturnType<typeof signalFacts>;

/** What a journal repeats of a signal, whatever becomes of it. */
export function signalFacts(
  { id, time, data }: TradeSignal,
  { marketSequence }: { readonly marketSequence?: number | undefined },
) {
  const { strategy, venue, symbol, intent, side } = data;
  return {
    signalId: id,
    strategy,
    venue,
    symbol,
    intent,
    side,
    signalTime: time,
    ...(marketSequence !== undefined && { marketSequence }),
  };
}

import { currencyOf } from '@heliograph/execution';
import type { Feed } from '@heliograph/signal-engine';
import type { Invocation } from './invocation.ts';

/** A portfolio counts in one currency: signals for what is paid in others end as skips, which is easily overlooked. */
export function noteCurrencies({ terminal }: Invocation, { instruments }: Feed): void {
  const currencies = new Set(instruments.map(({ symbol }) => currencyOf(symbol)));
  if (currencies.size > 1)
    terminal.note(
      `The symbols are paid in ${[...currencies].join(' and ')}: a portfolio trades in one currency, that of the first signal, and skips the others as UNKNOWN_SYMBOL.`,
    );
}

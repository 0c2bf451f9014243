import { portfolioFor } from '@heliograph/contracts';
import type { Considered } from '../considered.ts';

/** Who it is meant for. A replay trades a portfolio of its own in the name of the one that is addressed. */
export function addressedElsewhere({ portfolio, signal, tape }: Considered): string | undefined {
  const { portfolio: addressee } = signal.data;
  if (addressee === undefined || addressee === portfolio.name) return undefined;
  return portfolioFor(addressee, portfolio.opened?.tape ?? tape) === portfolio.name
    ? undefined
    : `the signal is for ${addressee}, this is ${portfolio.name}`;
}

/** A shadow trades on paper what others trade live; never the other way round. */
export function otherMode({ signal, mode, settings }: Considered): string | undefined {
  if (signal.data.mode === mode) return undefined;
  if (settings.shadow && mode === 'paper' && signal.data.mode === 'live') return undefined;
  return `the signal is for ${signal.data.mode}, this portfolio trades ${mode}`;
}

export function afterTheEnd({ portfolio }: Considered): string | undefined {
  return portfolio.hasEnded ? 'the recording that it belongs to has ended' : undefined;
}

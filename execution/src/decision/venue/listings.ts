import { canonicalJson, deterministicId, PositiveDecimal } from '@heliograph/contracts';
import type { Instrument } from '../../brokers/broker.ts';
import { draft, type Draft } from '../state/draft.ts';
import { instrumentKey } from '../../instrument-key.ts';
import type { Portfolio } from '../state/portfolio.ts';

/** What the venue's rules have changed to since they were last written down, and which instruments it has closed. */
export function listings(
  portfolio: Portfolio,
  instruments: readonly Instrument[],
  timeMs: number,
): Draft[] {
  return instruments.flatMap((instrument) => {
    const { venue, symbol, status } = instrument;
    const known = portfolio.instruments.get(instrumentKey(instrument));
    // What is not listed has no rules: what is held of it is still counted by the last ones.
    const isGone = status === 'delisted' && known !== undefined;
    const listed = { status, rules: isGone ? known.rules : rulesIn(instrument) };
    const isKnown =
      known?.status === status && canonicalJson(known.rules) === canonicalJson(listed.rules);
    if (isKnown) return [];
    const context = {
      portfolio: portfolio.name,
      timeMs,
      subject: symbol,
      correlationId: deterministicId('portfolio', portfolio.name),
    };
    const key = `${instrumentKey(instrument)} ${timeMs}`;
    const isClosedOnUs = status !== 'trading' && portfolio.positions.has(instrumentKey(instrument));
    return [
      draft('instrument_changed', { ...context, key }, { venue, symbol, ...listed }),
      ...(isClosedOnUs
        ? [
            draft(
              'incident_reported',
              { ...context, key: `INSTRUMENT_CLOSED ${key}` },
              {
                kind: 'INSTRUMENT_CLOSED',
                severity: 'error',
                detail: `${symbol} is ${status} at ${venue}, and a position is held`,
                venue,
                symbol,
              },
            ),
          ]
        : []),
    ];
  });
}

function rulesIn({ tickSize, lotSize, minQuantity, maxQuantity, minNotional }: Instrument) {
  return {
    ...(tickSize !== undefined && { tickSize: PositiveDecimal.parse(tickSize) }),
    lotSize: PositiveDecimal.parse(lotSize),
    ...(minQuantity !== undefined && { minQuantity: PositiveDecimal.parse(minQuantity) }),
    ...(maxQuantity !== undefined && { maxQuantity: PositiveDecimal.parse(maxQuantity) }),
    ...(minNotional !== undefined && { minNotional: PositiveDecimal.parse(minNotional) }),
  };
}

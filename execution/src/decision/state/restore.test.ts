import { NonNegativeDecimal, OrderId, PositiveDecimal } from '@heliograph/contracts';
import { aJournalEvent } from '@heliograph/contracts/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pack, unpack } from '../../plain-data.ts';
import { bitcoin } from '../../testing/portfolios.ts';
import { journalOf, randomHistory } from '../../testing/random-history.ts';
import { draftOf, type Draft } from './draft.ts';
import { evolve } from './evolve.ts';
import { emptyPortfolio, type PortfolioState } from './portfolio.ts';
import { restorePortfolio } from './restore.ts';

const orderId = OrderId.parse('foreign');
const quantity = PositiveDecimal.parse('1');

/** What only a venue tells, and a recording does not. */
const told: readonly Draft[] = [
  aJournalEvent('instrument_changed', {
    ...bitcoin,
    status: 'halted',
    rules: { lotSize: quantity },
  }),
  aJournalEvent('order_adopted', {
    ...bitcoin,
    orderId,
    side: 'buy',
    venueOrderId: '1',
    orderType: 'limit',
    quantity,
    filledQuantity: NonNegativeDecimal.parse('0'),
    reduceOnly: false,
  }),
  aJournalEvent('reconciliation_reported', {
    checked: 1,
    differences: [{ ...bitcoin, orderId: '', kind: 'position', found: 'nothing' }],
    positionsChecked: 1,
  }),
  aJournalEvent('incident_reported', {
    kind: 'UNKNOWN_FILL',
    severity: 'error',
    detail: '',
    orderId,
  }),
].map((event) => draftOf(event));

function folded(events: readonly Draft[], state = emptyPortfolio('p')): PortfolioState {
  return events.reduce(evolve, state);
}

test('what is read back at any place of a journal, and folded on from there, is the whole journal folded', () => {
  fc.assert(
    fc.property(randomHistory, fc.nat(), (history, at) => {
      const events = journalOf(history, 't');
      const cut = at % (events.length + 1);
      const journal = events.toSpliced(cut, 0, ...told);
      const kept = JSON.stringify(pack(folded(journal.slice(0, cut + told.length))));
      const restored = restorePortfolio(unpack(JSON.parse(kept)));
      expect(folded(journal.slice(cut + told.length), restored)).toEqual(folded(journal));
    }),
    { numRuns: 100 },
  );
});

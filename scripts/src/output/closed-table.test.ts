import { NonNegativeDecimal, SymbolName, Venue } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import { closedTable } from './closed-table.ts';

test('what another order is in the way of says so, and what to do', () => {
  const position = {
    portfolio: 'paper',
    venue: Venue.parse('binance'),
    symbol: SymbolName.parse('BTC/USDT'),
    side: 'long',
    quantity: NonNegativeDecimal.parse('1'),
    signalId: 's',
    left: '1',
    status: 'skipped',
  } as const;
  const detail = 'order h1 is accepted';
  expect(closedTable([{ ...position, reason: 'ORDER_PENDING', detail }])).toContain(
    'BTC/USDT: not closed, another order is in the way (order h1 is accepted): close it again once',
  );
  expect(closedTable([{ ...position, reason: 'HALTED', detail }])).toContain(
    'BTC/USDT: not closed, skipped (order h1 is accepted).',
  );
});

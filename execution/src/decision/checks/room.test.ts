import { aJournalEvent } from '@heliograph/contracts/testing';
import {
  NonNegativeDecimal,
  OrderId,
  PositiveDecimal,
  SymbolName,
  toTime,
} from '@heliograph/contracts';
import { draftOf } from '../state/draft.ts';
import type { PortfolioState } from '../state/portfolio.ts';
import {
  aLimit,
  anEntry,
  aShort,
  priced,
  testBothSides,
  withOrder,
} from '../../testing/decisions.ts';
import {
  after,
  bitcoin,
  holdingWith,
  nowMs,
  openedWith,
  settingsWith,
} from '../../testing/portfolios.ts';

/** Whether there is room for it, and whether the market still is what it saw. */
testBothSides([
  {
    reason: 'MAX_NOTIONAL',
    what: 'worth more than an order may be',
    refused: { state: openedWith({ risk: { maxOrderNotional: '99.99' } }) },
    passed: { state: openedWith({ risk: { maxOrderNotional: '100' } }) },
  },
  {
    reason: 'MAX_NOTIONAL',
    what: 'worth more than an order may be at the slipped price',
    refused: {
      state: openedWith({
        stake: { kind: 'base', value: '1' },
        slippageBps: '10',
        risk: { maxOrderNotional: '100.09' },
      }),
    },
    passed: {
      state: openedWith({
        stake: { kind: 'base', value: '1' },
        slippageBps: '10',
        risk: { maxOrderNotional: '100.1' },
      }),
    },
  },
  {
    reason: 'MAX_EXPOSURE',
    what: 'that makes one symbol worth too much of the equity',
    refused: {
      state: holdingWith({ risk: { maxSymbolExposureRatio: 0.1999 } }),
      signal: anEntry({ intent: 'increase' }),
    },
    passed: {
      state: holdingWith({ risk: { maxSymbolExposureRatio: 0.2 } }),
      signal: anEntry({ intent: 'increase' }),
    },
  },
  {
    reason: 'MAX_EXPOSURE',
    what: 'in a symbol that is worth too much at its last price',
    refused: {
      state: holdingWith({ risk: { maxSymbolExposureRatio: 0.25 } }),
      signal: anEntry({ intent: 'increase' }),
      // Equity is 1100, the symbol would be worth 300.
      context: priced(200),
    },
    passed: {
      state: holdingWith({ risk: { maxSymbolExposureRatio: 0.28 } }),
      signal: anEntry({ intent: 'increase' }),
      context: priced(200),
    },
  },
  {
    reason: 'MAX_EXPOSURE',
    what: 'that makes all together worth too much, open entries at their worst included',
    refused: {
      state: withOrder({ symbol: 'ETH/USDT' }, openedWith({ risk: { maxExposureRatio: 0.2 } })),
    },
    passed: {
      state: withOrder({ symbol: 'ETH/USDT' }, openedWith({ risk: { maxExposureRatio: 0.2001 } })),
    },
  },
  {
    reason: 'MAX_EXPOSURE',
    what: 'counting what orders of others may add',
    refused: {
      state: withForeign(
        { quantity: '3', limitPrice: '50' },
        openedWith({ risk: { maxSymbolExposureRatio: 0.2 } }),
      ),
    },
    passed: {
      state: withForeign(
        { quantity: '3', limitPrice: '50', side: 'sell' },
        openedWith({ risk: { maxSymbolExposureRatio: 0.2 } }),
      ),
    },
  },
  {
    reason: 'MAX_EXPOSURE',
    what: 'counting what a sell of others may sell short',
    refused: {
      state: withForeign(
        { quantity: '3', limitPrice: '50', side: 'sell' },
        openedWith({ shorting: true, risk: { maxSymbolExposureRatio: 0.2 } }),
      ),
    },
    passed: {
      state: withForeign(
        { quantity: '2', limitPrice: '50', side: 'sell' },
        openedWith({ shorting: true, risk: { maxSymbolExposureRatio: 0.2 } }),
      ),
    },
  },
  {
    reason: 'MAX_EXPOSURE',
    what: "while nobody can tell what another's order is worth",
    refused: {
      state: withForeign(
        { quantity: '1', symbol: SymbolName.parse('ETH/USDT') },
        openedWith({ risk: { maxExposureRatio: 1 } }),
      ),
    },
    passed: {
      state: withForeign(
        { quantity: '1', symbol: SymbolName.parse('ETH/USDT'), reduceOnly: true },
        openedWith({ risk: { maxExposureRatio: 1 } }),
      ),
    },
  },
  {
    reason: 'LEVERAGE',
    what: 'for more than the account may owe',
    refused: { state: openedWith({ shorting: true, cash: '100.09' }), signal: aShort() },
    passed: { state: openedWith({ shorting: true, cash: '100.1' }), signal: aShort() },
  },
  {
    reason: 'LEVERAGE',
    what: 'for more than its leverage times the equity at cost, which the fee of 0.1 makes less',
    refused: {
      state: holdingWith({ leverage: 2.002, cash: '100' }),
      signal: anEntry({ intent: 'increase' }),
    },
    passed: {
      state: holdingWith({ leverage: 2.0021, cash: '100' }),
      signal: anEntry({ intent: 'increase' }),
    },
  },
  {
    reason: 'LEVERAGE',
    what: 'that would be paid with what a short position, left from other settings, was sold for',
    refused: { state: leftShort('899.2'), signal: anEntry({ symbol: 'ETH/USDT' }) },
    passed: { state: leftShort('899.1'), signal: anEntry({ symbol: 'ETH/USDT' }) },
  },
  {
    reason: 'PRICE_COLLAR',
    what: 'while the last price is far from what it saw',
    refused: {
      state: openedWith({ risk: { priceCollarBps: 100 } }),
      context: priced(98.99),
    },
    passed: { state: openedWith({ risk: { priceCollarBps: 100 } }), context: priced(99) },
  },
  {
    reason: 'PRICE_COLLAR',
    what: 'at a limit far from what it saw',
    refused: {
      state: openedWith({ risk: { priceCollarBps: 100 } }),
      signal: aLimit('98.99'),
    },
    passed: {
      state: openedWith({ risk: { priceCollarBps: 100 } }),
      signal: aLimit('99'),
    },
  },
  {
    reason: 'PRICE_COLLAR',
    what: 'at a stop far from what it saw',
    refused: {
      state: openedWith({ risk: { priceCollarBps: 100 } }),
      signal: anEntry({ entry: { type: 'stop', stopPrice: '101.01' } }),
    },
    passed: {
      state: openedWith({ risk: { priceCollarBps: 100 } }),
      signal: anEntry({ entry: { type: 'stop', stopPrice: '101' } }),
    },
  },
  {
    reason: 'SPREAD',
    what: 'while bid and ask are far apart',
    refused: {
      state: openedWith({ risk: { maxSpreadBps: 100 } }),
      signal: anEntry({ market: { bid: '99.5', ask: '100.51' } }),
    },
    passed: {
      state: openedWith({ risk: { maxSpreadBps: 100 } }),
      signal: anEntry({ market: { bid: '99.5', ask: '100.5' } }),
    },
  },
  {
    reason: 'SPREAD',
    what: 'while the bid is far above the ask',
    refused: {
      state: openedWith({ risk: { maxSpreadBps: 100 } }),
      signal: anEntry({ market: { bid: '100.51', ask: '99.5' } }),
    },
    passed: {
      state: openedWith({ risk: { maxSpreadBps: 100 } }),
      signal: anEntry({ market: { bid: '100.5', ask: '99.5' } }),
    },
  },
  {
    reason: 'SPREAD',
    what: 'while they have crossed, which the rules of version 6 let pass',
    refused: {
      state: openedWith({ risk: { maxSpreadBps: 100 } }),
      signal: anEntry({ market: { bid: '100.51', ask: '99.5' } }),
    },
    passed: {
      state: { ...openedWith({ risk: { maxSpreadBps: 100 } }), decisionsVersion: 6 },
      signal: anEntry({ market: { bid: '100.51', ask: '99.5' } }),
    },
  },
  {
    reason: 'STALE_DATA',
    what: 'while the last price is old',
    refused: {
      state: openedWith({ risk: { maxDataAgeMs: 1_000 } }),
      context: priced(100, nowMs - 61_001),
    },
    passed: {
      state: openedWith({ risk: { maxDataAgeMs: 1_000 } }),
      context: priced(100, nowMs - 61_000),
    },
  },
  {
    reason: 'STALE_DATA',
    what: 'while there is no last price and its own is old',
    refused: {
      state: openedWith({ risk: { maxDataAgeMs: 1_000 } }),
      signal: anEntry({
        referencePrice: { price: '100', kind: 'close', time: toTime(nowMs - 61_001) },
      }),
    },
    passed: {
      state: openedWith({ risk: { maxDataAgeMs: 1_000 } }),
      signal: anEntry({
        referencePrice: { price: '100', kind: 'close', time: toTime(nowMs - 61_001) },
      }),
      context: priced(100),
    },
  },
  {
    reason: 'STALE_DATA',
    what: 'whose data was old when it was made',
    refused: {
      state: openedWith({ risk: { maxDataAgeMs: 1_000 } }),
      signal: anEntry({ market: { dataAgeMs: 1_001 } }),
    },
    passed: {
      state: openedWith({ risk: { maxDataAgeMs: 1_000 } }),
      signal: anEntry({ market: { dataAgeMs: 1_000 } }),
    },
  },
  {
    reason: 'INSUFFICIENT_FUNDS',
    what: 'for more than the free cash pays, fee included',
    refused: { state: openedWith({ cash: '100.09' }) },
    passed: { state: openedWith({ cash: '100.1' }) },
  },
  {
    reason: 'INSUFFICIENT_FUNDS',
    what: 'for all there is when that is nothing',
    refused: {
      state: withOrder(
        { symbol: 'ETH/USDT', size: { kind: 'quote', notional: '1000', includesFee: true } },
        openedWith({ stake: { kind: 'all' } }),
      ),
    },
    passed: {
      state: withOrder(
        { symbol: 'ETH/USDT', size: { kind: 'quote', notional: '999', includesFee: true } },
        openedWith({ stake: { kind: 'all' } }),
      ),
    },
  },
]);

/** 1000 in all, 1 BTC/USDT short at 100 from when that was allowed, and a stake. */
function leftShort(value: string): PortfolioState {
  const state = holdingWith({ shorting: true }, { order: { side: 'sell' } });
  const settings = settingsWith({ stake: { kind: 'quote', value } });
  const changed = { settings, decisionsVersion: state.decisionsVersion, author: 'test' };
  return after(state, draftOf(aJournalEvent('portfolio_reconfigured', changed)));
}

function withForeign(
  {
    quantity = '1',
    limitPrice,
    ...order
  }: {
    quantity?: string;
    limitPrice?: string;
    side?: 'sell';
    symbol?: SymbolName;
    reduceOnly?: boolean;
  },
  state: PortfolioState,
): PortfolioState {
  const event = aJournalEvent('order_adopted', {
    orderId: OrderId.parse('foreign'),
    ...bitcoin,
    side: 'buy',
    venueOrderId: '1',
    orderType: 'limit',
    quantity: PositiveDecimal.parse(quantity),
    ...(limitPrice !== undefined && { limitPrice: PositiveDecimal.parse(limitPrice) }),
    filledQuantity: NonNegativeDecimal.parse('0'),
    reduceOnly: false,
    ...order,
  });
  return after(state, draftOf(event));
}

import { anExitSignal } from '@heliograph/contracts/testing';
import { outcomeUnknown } from '../state/order-events.ts';
import type { PortfolioState } from '../state/portfolio.ts';
import {
  aLimit,
  anEntry,
  aShort,
  testBothSides,
  traded,
  withInstrument,
  withOrder,
} from '../../testing/decisions.ts';
import { after, anOrder, holdingWith, nowMs, openedWith } from '../../testing/portfolios.ts';

/** Whether it fits to what is held and ordered, to the rules of its instrument, and to how trading goes. */
testBothSides([
  {
    reason: 'UNSUPPORTED_INTENT',
    what: 'to enter while the other side is held',
    refused: { state: holdingWith({ shorting: true }), signal: aShort() },
    passed: {
      state: holdingWith({ shorting: true }),
      signal: aShort({ intent: 'reverse' }),
    },
  },
  {
    reason: 'UNSUPPORTED_ORDER',
    what: 'post-only at the market',
    refused: { signal: anEntry({ entry: { type: 'market', timeInForce: 'PO' } }) },
    passed: {
      signal: anEntry({ entry: { type: 'limit', limitPrice: '99', timeInForce: 'PO' } }),
    },
  },
  {
    reason: 'UNKNOWN_ORDER',
    what: 'while nobody knows what became of an order of its symbol',
    refused: {
      state: withUnknown({ role: 'stop_loss', side: 'sell', reduceOnly: true }),
    },
    passed: { state: withUnknown({ symbol: 'ETH/USDT' }) },
  },
  {
    reason: 'ORDER_PENDING',
    what: 'while an order of its symbol is open',
    refused: { state: withOrder() },
    passed: {
      state: withOrder({
        role: 'stop_loss',
        orderType: 'stop',
        stopPrice: '95',
        side: 'sell',
        reduceOnly: true,
      }),
    },
  },
  {
    reason: 'NO_POSITION',
    what: 'to leave what is not held',
    refused: { signal: anExitSignal() },
    passed: { state: holdingWith(), signal: anExitSignal() },
  },
  {
    reason: 'DUPLICATE',
    what: 'for what is held',
    refused: { state: holdingWith() },
    passed: { state: holdingWith(), signal: anEntry({ intent: 'increase' }) },
  },
  {
    reason: 'COOLDOWN',
    what: 'soon after a loss',
    refused: { state: traded({ risk: { cooldownMs: 30_001 } }, '90') },
    passed: { state: traded({ risk: { cooldownMs: 30_000 } }, '90') },
  },
  {
    reason: 'MAX_POSITIONS',
    what: 'above the maximum of positions',
    refused: {
      state: holdingWith({ risk: { maxPositions: 1 } }),
      signal: anEntry({ symbol: 'ETH/USDT' }),
    },
    passed: {
      state: holdingWith({ risk: { maxPositions: 2 } }),
      signal: anEntry({ symbol: 'ETH/USDT' }),
    },
  },
  {
    reason: 'MAX_POSITIONS',
    what: 'above the maximum of positions, pending entries counted',
    refused: {
      state: withOrder({ symbol: 'ETH/USDT' }, openedWith({ risk: { maxPositions: 1 } })),
    },
    passed: {
      state: holdingWith({ risk: { maxPositions: 1 } }),
      signal: anEntry({ intent: 'increase' }),
    },
  },
  {
    reason: 'INVALID_PRICE',
    what: 'at a limit of less than a tick',
    refused: { state: openedWith({ tickSize: '1' }), signal: aLimit('0.9') },
    passed: { state: openedWith({ tickSize: '0.1' }), signal: aLimit('0.9') },
  },
  {
    reason: 'INVALID_PRICE',
    what: 'with a stop that the entry would pass',
    refused: { signal: aLimit('95', { stopLoss: { price: '95' } }) },
    passed: { signal: aLimit('95', { stopLoss: { price: '94.9' } }) },
  },
  {
    reason: 'STOP_REQUIRED',
    what: 'sized by a stop that it does not have',
    refused: { state: openedWith({ stake: { kind: 'riskRatio', value: 0.01 } }) },
    passed: {
      state: openedWith({ stake: { kind: 'riskRatio', value: 0.01 } }),
      signal: anEntry({ stopLoss: { price: '90' } }),
    },
  },
  {
    reason: 'BELOW_MINIMUM',
    what: 'of less than one lot',
    refused: { state: openedWith({ lotSize: '1.001' }) },
    passed: { state: openedWith({ lotSize: '1' }) },
  },
  {
    reason: 'BELOW_MINIMUM',
    what: 'of less than the smallest quantity, by the rules of the venue',
    refused: { state: withInstrument('trading', { minQuantity: '1.001' }) },
    passed: { state: withInstrument('trading', { minQuantity: '1' }) },
  },
  {
    reason: 'BELOW_MINIMUM',
    what: 'of less than the smallest notional, by the rules of the settings',
    refused: {
      state: openedWith({ instruments: { 'BTC/USDT': { minNotional: '100.01' } } }),
    },
    passed: {
      state: openedWith({ instruments: { 'BTC/USDT': { minNotional: '100' } } }),
    },
  },
  {
    reason: 'ABOVE_MAXIMUM',
    what: 'of more than the largest quantity',
    refused: { state: withInstrument('trading', { maxQuantity: '0.999' }) },
    passed: { state: withInstrument('trading', { maxQuantity: '1' }) },
  },
  {
    reason: 'ORDER_RATE',
    what: 'after too many within a minute',
    refused: {
      state: withOrder(
        { symbol: 'ETH/USDT', timeMs: nowMs - 59_999 },
        openedWith({ risk: { maxOrdersPerMinute: 1 } }),
      ),
    },
    passed: {
      state: withOrder(
        { symbol: 'ETH/USDT', timeMs: nowMs - 60_000 },
        openedWith({ risk: { maxOrdersPerMinute: 1 } }),
      ),
    },
  },
  {
    reason: 'LOSING_STREAK',
    what: 'after too many losses in a row',
    refused: { state: traded({ risk: { maxLosingStreak: 2 } }, '110', '90', '90') },
    passed: { state: traded({ risk: { maxLosingStreak: 2 } }, '90', '90', '110', '90') },
  },
  {
    reason: 'DAILY_LOSS',
    what: 'after too great a loss on one day',
    refused: { state: traded({ risk: { maxDailyLossRatio: 0.0099 } }, '90') },
    passed: { state: traded({ risk: { maxDailyLossRatio: 0.01 } }, '90') },
  },
  {
    reason: 'DAILY_LOSS',
    what: 'after a loss on the same day, not on the one before',
    refused: { state: traded({ risk: { maxDailyLossRatio: 0.0099 } }, '90') },
    passed: {
      state: traded({ dayStart: '00:01', risk: { maxDailyLossRatio: 0.0099 } }, '90'),
    },
  },
  {
    reason: 'DRAWDOWN',
    what: 'after too great a fall from the highest equity',
    refused: { state: traded({ risk: { maxDrawdownRatio: 0.0099 } }, '110', '90') },
    passed: { state: traded({ risk: { maxDrawdownRatio: 0.0099 } }, '90', '110') },
  },
]);

function withUnknown(order: Parameters<typeof anOrder>[1]): PortfolioState {
  const state = openedWith();
  const intended = anOrder(state, order);
  return after(state, outcomeUnknown(state, intended, { timeMs: nowMs, detail: 'timed out' }));
}

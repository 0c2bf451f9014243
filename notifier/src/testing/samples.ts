import {
  deadLetterEvent,
  deterministicId,
  type DisturbanceKind,
  JournalEvent,
  type JournalEventType,
  type MarketDisturbed,
  marketDisturbedEvent,
  type MessageDeadLettered,
  type StrategyFailed,
  strategyFailedEvent,
} from '@heliograph/contracts';
import { aCandle } from '@heliograph/contracts/testing';

const order = { orderId: 'k3order', venue: 'bitstamp', symbol: 'BTC/USD', side: 'buy' };
const signal = {
  signalId: 'k3signal',
  strategy: 'sma-cross',
  venue: 'bitstamp',
  symbol: 'BTC/USD',
  intent: 'enter',
  side: 'buy',
};

const settings = {
  cash: '10000',
  stake: { kind: 'quote', value: '1000' },
  feeBps: '10',
  slippageBps: '2.5',
  lotSize: '0.0001',
  tickSize: '0.01',
  risk: { maxPositions: 5 },
};

/** A valid journal event's data, type by type. */
const samples: Record<JournalEventType, object> = {
  portfolio_opened: {
    portfolio: 'paper-btc-2014',
    mode: 'paper',
    tape: 'btc-2014',
    currency: 'USD',
    settings,
  },
  portfolio_reconfigured: { settings, decisionsVersion: 2, author: 'anna' },
  signal_skipped: { ...signal, reason: 'EXPIRED', detail: '31 s late' },
  order_intended: {
    ...signal,
    orderId: order.orderId,
    orderType: 'market',
    size: { kind: 'quote', notional: '1000', includesFee: false },
    reduceOnly: false,
    expiryTime: '2014-01-05T13:00:00.000Z',
    referencePrice: '812.5',
    reasons: ['SMA 10 crossed above SMA 20'],
  },
  order_accepted: { ...order, venueOrderId: '77' },
  order_filled: {
    ...order,
    fillId: '77-1',
    quantity: '1.2301',
    price: '812.703125',
    fee: '0.99970611',
    liquidity: 'taker',
    filledQuantity: '1.2301',
    complete: true,
    slippageBps: 2.5,
  },
  order_rejected: { ...order, reason: 'INSUFFICIENT_FUNDS', detail: 'needs 1,000, has 12' },
  order_cancelled: { ...order, reason: 'TAPE_ENDED', detail: '', filledQuantity: '0' },
  order_unknown: { ...order, detail: 'TIMEOUT after 10 s' },
  position_changed: {
    venue: 'bitstamp',
    symbol: 'BTC/USD',
    side: 'long',
    quantity: '1.2301',
    averageEntryPrice: '812.703125',
    realisedPnl: '-0.99970611',
    cash: '9000.01',
    orderId: order.orderId,
  },
  trade_closed: {
    tradeId: 'k3trade',
    strategy: 'sma-cross',
    venue: 'bitstamp',
    symbol: 'BTC/USD',
    side: 'long',
    quantity: '1.2301',
    entryTime: '2014-01-05T12:30:00.000Z',
    entryPrice: '812.703125',
    exitTime: '2014-01-05T14:44:00.000Z',
    exitPrice: '828.713333333333333333333333',
    fees: '2.0191',
    pnl: '17.67467',
    returnRatio: 0.01768,
    exitReason: 'signal',
    entrySignalId: 'k3signal',
    exitSignalId: 'k3exit',
  },
  trading_state_changed: {
    from: 'ACTIVE',
    to: 'HALTED',
    reason: 'daily loss of 5.2%',
    author: 'risk',
  },
  reconciliation_reported: {
    checked: 12,
    differences: [{ orderId: 'k3order', found: 'open here, filled there' }],
  },
  order_cancel_intended: { ...order, reason: 'CANCEL_REQUESTED', detail: 'asked for by anna' },
  order_triggered: { ...order, side: 'sell', price: '790.12' },
  order_adopted: {
    ...order,
    venueOrderId: '4711',
    orderType: 'LIMIT',
    quantity: '0.5',
    filledQuantity: '0.2',
    limitPrice: '800',
    reduceOnly: true,
  },
  portfolio_valued: {
    cash: '9000.01',
    equity: '10023.456789',
    exposure: '1023.446789',
    peakEquity: '10100',
    dayStartEquity: '10010',
    dayStart: '2014-01-05T00:00:00.000Z',
    positions: [
      { venue: 'bitstamp', symbol: 'BTC/USD', side: 'long', quantity: '1.2301', price: '832' },
    ],
  },
  instrument_changed: {
    venue: 'bitstamp',
    symbol: 'BTC/USD',
    status: 'halted',
    rules: {
      tickSize: '0.01',
      lotSize: '0.0001',
      minQuantity: '0.001',
      maxQuantity: '9000',
      minNotional: '5',
    },
  },
  incident_reported: {
    kind: 'OVERFILL',
    severity: 'error',
    detail: '1.3 of 1.2301',
    venue: 'bitstamp',
    symbol: 'BTC/USD',
    orderId: order.orderId,
  },
  portfolio_marked: {
    tape: 'btc-2014',
    candles: 1_968,
    cash: '9000.01',
    equity: '10023.456789',
    positions: [{ venue: 'bitstamp', symbol: 'BTC/USD', quantity: '1.2301', price: '832' }],
  },
};

export const journalTypes = JournalEvent.options.map((schema) => schema.shape.type.value);

/** A valid event of that type, its data changed as told. It belongs to the trade idea `idea0000…`. */
export function aSample(
  type: JournalEventType,
  change: object = {},
  envelope: object = {},
): JournalEvent {
  const time = '2014-01-05T12:30:00.000Z';
  const data = { ...samples[type], ...change };
  return JournalEvent.parse({
    specversion: '1.0',
    id: deterministicId(type, JSON.stringify([data, envelope])),
    source: 'execution/test',
    type,
    subject: 'BTC/USD',
    time,
    recordedtime: time,
    correlationid: 'idea0000trade',
    ...envelope,
    data,
  });
}

export function aDeadLetter(
  change: { consumer?: string; sequence?: number; error?: string; deliveryCount?: number } = {},
): MessageDeadLettered {
  const { consumer = 'trade-log', sequence = 12, ...rest } = change;
  return deadLetterEvent({
    consumer,
    message: { stream: 'SIGNALS', sequence, subject: 'trade_signal.a.b.c', body: '{' },
    error: 'INVALID_JSON: not JSON',
    deliveryCount: 1,
    nowMs: Date.UTC(2026, 0, 5),
    ...rest,
  });
}

export function aStrategyFailure(
  change: { suspended?: boolean; place?: string | undefined } = {},
): StrategyFailed {
  return strategyFailedEvent({
    strategy: { name: 'mine', version: '1', configHash: 'abc' },
    candle: aCandle(),
    tape: 'live',
    failure: 'threw',
    error: 'TypeError: no close',
    place: 'mine.ts:12:7',
    suspended: false,
    source: 'signal-engine/test',
    nowMs: Date.UTC(2026, 0, 5),
    ...change,
  });
}

export function aDisturbance(
  kind: DisturbanceKind = 'MARKET_GAP',
  severity: MarketDisturbed['data']['severity'] = 'warning',
): MarketDisturbed {
  return marketDisturbedEvent({
    source: 'signal-engine/test',
    nowMs: Date.UTC(2026, 0, 5),
    kind,
    severity,
    detail: '3 candles are missing',
    ...(kind !== 'CLOCK_JUMP' && { instrument: aCandle() }),
  });
}

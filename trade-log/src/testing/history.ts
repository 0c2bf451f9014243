import {
  deadLetterEvent,
  Decimal,
  deterministicId,
  EventId,
  OrderId,
  subjects,
  SymbolName,
  toMs,
  toTime,
  TradePrinted,
  Venue,
  type CandleClosed,
  type JournalEventOf,
  type JournalEventType,
  type MessageDeadLettered,
  type PortfolioSettings,
  type TradeSignal,
} from '@heliograph/contracts';
import type { Outgoing, StoredMessage, StreamName } from '@heliograph/contracts/bus';
import { aJournalEvent } from '@heliograph/contracts/testing';
import type { Entry } from '../store/event-store.ts';
import { readEvent } from '../store/read-event.ts';

export const startMs = Date.UTC(2026, 0, 5);
const minute = 60_000;

/** Entries to keep, in the places where the messages would be; each call goes on from the last. */
export function createPlaces(streamIds: Partial<Record<StreamName, number>>) {
  const last = new Map<StreamName, number>();
  return (stream: StreamName, { subject, id, body }: Outgoing): Entry => {
    const sequence = (last.get(stream) ?? 0) + 1;
    last.set(stream, sequence);
    const message: StoredMessage = { stream, sequence, subject, id, storedTime: startMs, body };
    return { streamId: streamIds[stream] ?? 0, message, read: readEvent(message) };
  };
}

export function candleMessage(event: CandleClosed): Outgoing {
  return { subject: subjects.candle(event.data), id: event.id, body: JSON.stringify(event) };
}

export function signalMessage(event: TradeSignal): Outgoing {
  return { subject: subjects.signal(event.data), id: event.id, body: JSON.stringify(event) };
}

export function printMessage(event: TradePrinted): Outgoing {
  return { subject: subjects.print(event.data), id: event.id, body: JSON.stringify(event) };
}

export function aPrint(at = 0): TradePrinted {
  const time = toTime(startMs + at * minute);
  return TradePrinted.parse({
    specversion: '1.0',
    id: deterministicId('print', time),
    source: 'test/feed',
    type: 'trade_printed',
    subject: 'BTC/USDT',
    time,
    recordedtime: time,
    correlationid: 'print',
    data: {
      tape: { id: 'live' },
      venue: 'binance',
      symbol: 'BTC/USDT',
      tradeId: String(at),
      price: '100',
      quantity: '0.5',
    },
  });
}

export function deadLetterMessage(event: MessageDeadLettered): Outgoing {
  const { consumer } = event.data;
  return { subject: subjects.deadLetter(consumer), id: event.id, body: JSON.stringify(event) };
}

export function aDeadLetter(sequence = 1): MessageDeadLettered {
  return deadLetterEvent({
    consumer: 'execution',
    message: { stream: 'SIGNALS', sequence, subject: 'trade_signal.a.b.C', body: '{' },
    error: 'INVALID_JSON: not JSON',
    deliveryCount: 1,
    nowMs: startMs,
  });
}

/** Makes the messages of one portfolio's journal; `at` counts minutes. */
export function createJournal(portfolio: string) {
  const message = <T extends JournalEventType>(
    type: T,
    at: number,
    data: JournalEventOf<T>['data'],
  ): Outgoing => {
    const time = toTime(startMs + at * minute);
    const id = deterministicId(portfolio, type, time, JSON.stringify(data));
    const event = { ...aJournalEvent(type, data), id, time, recordedtime: time };
    return { subject: subjects.journal(portfolio, type), id, body: JSON.stringify(event) };
  };
  return {
    opened: (tape = 'live', cash = '1000'): Outgoing =>
      message('portfolio_opened', 0, {
        portfolio,
        mode: 'paper',
        tape,
        currency: 'USDT',
        settings: settingsOf(cash),
      }),
    reconfigured: (at: number, stake: string): Outgoing =>
      message('portfolio_reconfigured', at, {
        settings: settingsOf('1000', stake),
        decisionsVersion: 2,
        author: 'anna',
      }),
    skipped: (signal: TradeSignal): Outgoing => {
      return message('signal_skipped', minutes(signal), {
        ...signalFacts(signal),
        reason: 'MAX_POSITIONS',
        detail: '1 of 1',
      });
    },
    intended: (signal: TradeSignal): Outgoing => {
      return message('order_intended', minutes(signal), {
        ...signalFacts(signal),
        orderId: orderIdOf(signal),
        orderType: 'market',
        size: { kind: 'base', quantity: Decimal.parse('1') },
        reduceOnly: signal.data.intent === 'exit',
        expiryTime: signal.expirytime,
        referencePrice: signal.data.referencePrice.price,
        reasons: [],
      });
    },
    /** A stop of the entry that a signal made; its own id comes from the attempt, too. */
    protective: (signal: TradeSignal, attempt = 1): Outgoing =>
      message('order_intended', minutes(signal), {
        ...signalFacts(signal),
        intent: 'exit',
        side: 'sell',
        orderId: stopIdOf(signal, attempt),
        orderType: 'stop_limit',
        role: 'stop_loss',
        size: { kind: 'base', quantity: Decimal.parse('1') },
        limitPrice: Decimal.parse('94'),
        stopPrice: Decimal.parse('95'),
        timeInForce: 'GTC',
        protects: orderIdOf(signal),
        attempt,
        reduceOnly: true,
        expiryTime: signal.expirytime,
        referencePrice: signal.data.referencePrice.price,
        reasons: [],
      }),
    triggered: (signal: TradeSignal, quantity?: string): Outgoing =>
      message('order_triggered', minutes(signal), {
        ...orderFacts(signal),
        price: Decimal.parse('94.9'),
        ...(quantity !== undefined && { quantity: Decimal.parse(quantity) }),
      }),
    /** An order that a signal, or nobody's signal, wants to be taken back. */
    cancelIntended: (signal: TradeSignal, by?: TradeSignal): Outgoing =>
      message('order_cancel_intended', minutes(by ?? signal), {
        ...orderFacts(signal),
        reason: 'CANCEL_REQUESTED',
        detail: by ? '' : 'asked for by anna',
        ...(by && { signalId: by.id }),
      }),
    /** It stands for the order of the signal, so that fills and cancels are about it. */
    adopted: (signal: TradeSignal): Outgoing =>
      message('order_adopted', minutes(signal), {
        ...orderFacts(signal),
        venueOrderId: 'v-1',
        orderType: 'LIMIT',
        quantity: Decimal.parse('2'),
        filledQuantity: Decimal.parse('0.25'),
        limitPrice: Decimal.parse('90'),
        reduceOnly: true,
      }),
    valued: (at: number, equity: string): Outgoing =>
      message('portfolio_valued', at, {
        cash: Decimal.parse('900'),
        equity: Decimal.parse(equity),
        exposure: Decimal.parse('100'),
        peakEquity: Decimal.parse('1100'),
        dayStartEquity: Decimal.parse('1000'),
        dayStart: toTime(startMs),
        positions: [],
      }),
    incident: (at: number): Outgoing =>
      message('incident_reported', at, {
        kind: 'VENUE_UNREACHABLE',
        severity: 'warning',
        detail: 'for 31 s',
        venue: Venue.parse('binance'),
      }),
    stateChanged: (at: number, to: 'ACTIVE' | 'HALTED'): Outgoing =>
      message('trading_state_changed', at, {
        from: 'ACTIVE',
        to,
        reason: 'holidays',
        author: 'anna',
        revision: 7,
      }),
    instrumentChanged: (at: number, status: 'trading' | 'halted'): Outgoing =>
      message('instrument_changed', at, {
        venue: Venue.parse('binance'),
        symbol: SymbolName.parse('BTC/USDT'),
        status,
        rules: { tickSize: Decimal.parse('0.01'), minNotional: Decimal.parse('5') },
      }),
    accepted: (signal: TradeSignal): Outgoing =>
      message('order_accepted', minutes(signal), {
        ...orderFacts(signal),
        venueOrderId: `v-${signal.id}`,
      }),
    filled: (
      signal: TradeSignal,
      { price = '100', fillId = '1', complete = true, filledQuantity = '1' } = {},
    ): Outgoing =>
      message('order_filled', minutes(signal) + 1, {
        ...orderFacts(signal),
        fillId,
        quantity: Decimal.parse('0.5'),
        price: Decimal.parse(price),
        fee: Decimal.parse('0.1'),
        liquidity: 'taker',
        filledQuantity: Decimal.parse(filledQuantity),
        complete,
        slippageBps: 0,
      }),
    rejected: (signal: TradeSignal): Outgoing =>
      message('order_rejected', minutes(signal), {
        ...orderFacts(signal),
        reason: 'VENUE_REJECTED',
        detail: 'no',
      }),
    cancelled: (signal: TradeSignal): Outgoing =>
      message('order_cancelled', minutes(signal), {
        ...orderFacts(signal),
        reason: 'TAPE_ENDED',
        detail: '',
        filledQuantity: Decimal.parse('0'),
      }),
    unknown: (signal: TradeSignal): Outgoing =>
      message('order_unknown', minutes(signal), { ...orderFacts(signal), detail: 'timeout' }),
    positionChanged: (
      signal: TradeSignal,
      quantity: string,
      cash: string,
      side: 'long' | 'short' = 'long',
    ): Outgoing =>
      message('position_changed', minutes(signal) + 1, {
        venue: signal.data.venue,
        symbol: signal.data.symbol,
        side: quantity === '0' ? 'flat' : side,
        quantity: Decimal.parse(quantity),
        averageEntryPrice: Decimal.parse(quantity === '0' ? '0' : '100'),
        realisedPnl: Decimal.parse('0'),
        cash: Decimal.parse(cash),
        orderId: orderIdOf(signal),
      }),
    closed: (
      entry: TradeSignal,
      exit: TradeSignal,
      pnl = '9.8',
      side: 'long' | 'short' = 'long',
    ): Outgoing =>
      message('trade_closed', minutes(exit) + 1, {
        tradeId: EventId.parse(`trade-${entry.id}`),
        strategy: entry.data.strategy,
        venue: entry.data.venue,
        symbol: entry.data.symbol,
        side,
        quantity: Decimal.parse('1'),
        entryTime: toTime(toMs(entry.time) + minute),
        entryPrice: Decimal.parse('100'),
        exitTime: toTime(toMs(exit.time) + minute),
        exitPrice: Decimal.parse('110'),
        fees: Decimal.parse('0.2'),
        pnl: Decimal.parse(pnl),
        returnRatio: 0.098,
        exitReason: 'signal',
        entrySignalId: entry.id,
        exitSignalId: exit.id,
      }),
    marked: (tape: string, equity: string): Outgoing =>
      message('portfolio_marked', 99, {
        tape,
        candles: 7,
        cash: Decimal.parse('900'),
        equity: Decimal.parse(equity),
        positions: [
          {
            venue: Venue.parse('binance'),
            symbol: SymbolName.parse('BTC/USDT'),
            quantity: Decimal.parse('1'),
            price: Decimal.parse('100'),
          },
        ],
      }),
  };
}

export type Journal = ReturnType<typeof createJournal>;

function settingsOf(cash: string, stake = '100'): PortfolioSettings {
  return {
    cash: Decimal.parse(cash),
    stake: { kind: 'quote', value: Decimal.parse(stake) },
    feeBps: Decimal.parse('10'),
    slippageBps: Decimal.parse('0'),
    lotSize: Decimal.parse('0.001'),
    risk: {},
  };
}

function orderIdOf(signal: TradeSignal): OrderId {
  return OrderId.parse(deterministicId('order', signal.id));
}

function stopIdOf(signal: TradeSignal, attempt: number): OrderId {
  return OrderId.parse(deterministicId('stop', signal.id, String(attempt)));
}

function signalFacts({ id, data }: TradeSignal) {
  const { strategy, venue, symbol, intent, side } = data;
  return { signalId: id, strategy, venue, symbol, intent, side };
}

function orderFacts(signal: TradeSignal) {
  const { venue, symbol, side } = signal.data;
  return { orderId: orderIdOf(signal), venue, symbol, side };
}

function minutes({ time }: TradeSignal): number {
  return (toMs(time) - startMs) / minute;
}

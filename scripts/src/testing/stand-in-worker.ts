import { readPortfolio } from '@heliograph/execution';
import { randomUUID } from 'node:crypto';
import {
  Decimal,
  deterministicId,
  executionGroup,
  journalPrefix,
  NonNegativeDecimal,
  OrderId,
  parseEvent,
  PositiveDecimal,
  portfolioFor,
  TradeSignal,
  tradingStateBucket,
  TradingStateEntry,
  type JournalEvent,
  type JournalEventOf,
  type Mode,
  type SymbolName,
  type TradingState,
} from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { aJournalEvent, aSignal, someSettings } from '@heliograph/contracts/testing';
import { concatMap, defer, merge } from 'rxjs';

const { venue } = aSignal().data;
const zero = NonNegativeDecimal.parse('0');
const one = PositiveDecimal.parse('1');

/** What a signal comes to here. */
export type Reaction = 'fill' | 'skip' | 'reject' | 'leave open' | 'lose the answer';

/** Writes a portfolio's journal as workers do, without deciding anything. */
export interface StandIn extends Disposable {
  /** The signals that it was given. */
  readonly signals: readonly TradeSignal[];
}

/** A portfolio that is open and holds one unit of each of the symbols, bought at 100. */
export async function openPortfolio(
  bus: Bus,
  name: string,
  {
    tape = 'live',
    held = [],
    mode = 'paper',
  }: { tape?: string; held?: readonly SymbolName[]; mode?: Mode } = {},
): Promise<void> {
  const settings = someSettings({
    cash: '1000',
    stake: { kind: 'all' },
    feeBps: '0',
    lotSize: '1',
  });
  await journal(bus, name, [
    aJournalEvent('portfolio_opened', {
      portfolio: name,
      mode,
      tape,
      currency: 'USDT',
      settings,
    }),
  ]);
  for (const symbol of held)
    await trade(bus, name, { signal: aSignal({ data: { symbol } }), side: 'buy', end: 'fill' });
  const bucket = await bus.bucket('portfolios');
  await bucket.put(name, JSON.stringify({ tape, status: 'open' }));
}

/** Follows the trading state and answers every signal for the portfolio in the same way, until it is disposed of. */
export function startStandIn(
  bus: Bus,
  base: string,
  { tape = 'live', reaction = 'fill' }: { tape?: string; reaction?: Reaction } = {},
): StandIn {
  const name = portfolioFor(base, tape);
  const signals: TradeSignal[] = [];
  let state: TradingState = 'ACTIVE';

  const follow = async (value: string | undefined, revision: number): Promise<void> => {
    if (value === undefined) return;
    const entry = TradingStateEntry.parse(JSON.parse(value));
    const { state: to, reason, author } = entry;
    await journal(bus, name, [
      aJournalEvent('trading_state_changed', { from: state, to, reason, author, revision }),
    ]);
    state = to;
  };
  const states$ = defer(() => bus.bucket(tradingStateBucket)).pipe(
    concatMap((bucket) => bucket.watch()),
    concatMap(async ({ key, value, revision }) => {
      if (key === base || key === name) await follow(value, revision);
    }),
  );
  const signals$ = bus.queue({ group: executionGroup(base) }).pipe(
    concatMap(async (delivery) => {
      const signal = parseEvent(TradeSignal, delivery.message.body);
      signals.push(signal);
      const { side } = signal.data;
      await trade(bus, name, { signal, side, end: reaction });
      delivery.ack();
    }),
  );
  const running = merge(states$, signals$).subscribe({
    error: (error: unknown) => {
      throw error;
    },
  });
  return { signals, [Symbol.dispose]: () => running.unsubscribe() };
}

async function trade(
  bus: Bus,
  name: string,
  { signal, side, end }: { signal: TradeSignal; side: 'buy' | 'sell'; end: Reaction },
): Promise<void> {
  const { strategy, symbol, intent, referencePrice } = signal.data;
  const facts = { signalId: signal.id, strategy, venue, symbol, intent, side };
  const orderId = OrderId.parse(deterministicId(name, signal.id));
  const order = { orderId, venue, symbol, side };
  const detail = `it is told to ${end}`;
  const { correlationid, expirytime } = signal;
  const envelope = { correlationid, recordedtime: new Date().toISOString() };
  if (intent === 'cancel' && end !== 'leave open') {
    const { orders } = await readPortfolio(bus, name);
    const open = [...orders.values()].filter((one) => one.symbol === symbol);
    const cancelled = open.map((one) =>
      aJournalEvent(
        'order_cancelled',
        { ...order, orderId: one.id, reason: 'CANCEL_REQUESTED', detail, filledQuantity: zero },
        envelope,
      ),
    );
    await journal(bus, name, cancelled);
    return;
  }
  if (end === 'skip') {
    const skipped = { ...facts, reason: 'STALE_DATA', detail } as const;
    await journal(bus, name, [aJournalEvent('signal_skipped', skipped, envelope)]);
    return;
  }
  const intended = {
    ...facts,
    orderId,
    orderType: 'market' as const,
    size: { kind: 'base' as const, quantity: one },
    reduceOnly: intent === 'exit',
    expiryTime: expirytime,
    referencePrice: referencePrice.price,
    reasons: [],
  };
  const events: JournalEvent[] = [aJournalEvent('order_intended', intended, envelope)];
  if (end === 'reject')
    events.push(
      aJournalEvent('order_rejected', { ...order, reason: 'VENUE_REJECTED', detail }, envelope),
    );
  if (end === 'lose the answer')
    events.push(aJournalEvent('order_unknown', { ...order, detail }, envelope));
  if (end === 'leave open')
    events.push(aJournalEvent('order_accepted', { ...order, venueOrderId: 'v' }, envelope));
  if (end === 'fill') events.push(...(await filledWhole(bus, name, { signal, order })));
  await journal(bus, name, events);
}

type NamedOrder = Pick<
  JournalEventOf<'order_filled'>['data'],
  'orderId' | 'venue' | 'symbol' | 'side'
>;

/** One unit at 100, and the position after it. */
async function filledWhole(
  bus: Bus,
  name: string,
  { signal, order }: { signal: TradeSignal; order: NamedOrder },
): Promise<JournalEvent[]> {
  const isOut = signal.data.intent === 'exit';
  const envelope = {
    correlationid: signal.correlationid,
    recordedtime: new Date().toISOString(),
  };
  return [
    aJournalEvent(
      'order_filled',
      {
        ...order,
        fillId: 'f',
        quantity: one,
        price: PositiveDecimal.parse('100'),
        fee: zero,
        liquidity: 'taker',
        filledQuantity: one,
        complete: true,
        slippageBps: 0,
      },
      envelope,
    ),
    aJournalEvent(
      'position_changed',
      {
        venue,
        symbol: order.symbol,
        side: isOut ? 'flat' : 'long',
        quantity: isOut ? zero : one,
        averageEntryPrice: NonNegativeDecimal.parse(isOut ? '0' : '100'),
        realisedPnl: Decimal.parse('0'),
        cash: Decimal.parse(await cashAfter(bus, name, order.side)),
        orderId: order.orderId,
      },
      envelope,
    ),
  ];
}

/** An entry that waits at the venue. */
export async function openEntry(bus: Bus, name: string, symbol: SymbolName): Promise<NamedOrder> {
  const signal = aSignal({ data: { symbol } });
  await trade(bus, name, { signal, side: 'buy', end: 'leave open' });
  return { orderId: OrderId.parse(deterministicId(name, signal.id)), venue, symbol, side: 'buy' };
}

/** It has come to be filled. */
export async function fillEntry(bus: Bus, name: string, order: NamedOrder): Promise<void> {
  const signal = aSignal({ data: { symbol: order.symbol } });
  await journal(bus, name, await filledWhole(bus, name, { signal, order }));
}

/** What one unit at 100 leaves in cash. */
async function cashAfter(bus: Bus, name: string, side: 'buy' | 'sell'): Promise<string> {
  const { cash } = await readPortfolio(bus, name);
  return (side === 'buy' ? cash.minus('100') : cash.plus('100')).toFixed();
}

/** Appends to a portfolio's journal, whoever else does. */
export async function journal(
  bus: Bus,
  portfolio: string,
  events: readonly JournalEvent[],
): Promise<void> {
  const log = bus.log(journalPrefix(portfolio));
  const messages = events.map((event) => {
    const id = randomUUID();
    return {
      subject: `${log.prefix}.${event.type}`,
      id,
      body: JSON.stringify({ ...event, id }),
    };
  });
  for (;;) {
    const known = await log.readAfter(0);
    const appended = await log.append(messages, known.at(-1)?.sequence ?? 0);
    if (appended.status === 'appended') return;
  }
}

import { Big, exactly, toMs, type JournalEvent, type TradeSignal } from '@heliograph/contracts';
import { draftOf, type DraftOf } from '../decision/draft.ts';
import { evolve } from '../decision/evolve.ts';
import { isUnsent, type Order } from '../decision/order.ts';
import { instrumentKey } from '../instrument-key.ts';
import {
  emptyPortfolio,
  freeCash,
  maxFailures,
  reservedCash,
  type Portfolio,
} from '../decision/portfolio.ts';
import { averageEntryPrice, type Position } from '../decision/position.ts';
import { manualStrategy } from '../decision/settle.ts';
import {
  placementWindowMs,
  portfolio,
  type LivedHistory,
  type LiveHistory,
} from './live-history.ts';
import { verified } from './verified.ts';

/** How long a position may be without its stop while things go wrong, ms. */
const nakedForMs = 45_000;
/** How long it may take, while nothing goes wrong any more, until it is known what became of an order. */
const foundOutWithinMs = 30_000;
/** How long an answer, or a message, may be on its way. */
const slackMs = 1_000;
const zero = new Big('0');

/** What a history must never show, whatever went wrong in it: what it shows all the same, for people. */
export function violationsOf(history: LiveHistory, lived: LivedHistory): string[] {
  const violations: string[] = [];
  const report = (what: string): void => void violations.push(what);
  const final = foldAndWatch(history, lived, report);
  compareLedgers(history, lived, final, report);
  compareOrders(lived, final, report);
  checkReductions(lived, report);
  checkSignals(history, lived, report);
  checkSending(history, lived, report);
  checkDerivation(history, lived, report);
  return violations;
}

type Report = (what: string) => void;

/** Every limit, at every event. */
function foldAndWatch(history: LiveHistory, lived: LivedHistory, report: Report): Portfolio {
  let state = emptyPortfolio(portfolio);
  const nakedSince = new Map<string, number>();
  const entriesMs: number[] = [];
  for (const recorded of lived.journal) {
    const event = draftOf(recorded);
    const atMs = toMs(recorded.recordedtime);
    if (
      event.type === 'order_intended' &&
      event.data.role === undefined &&
      !event.data.reduceOnly
    ) {
      checkEntry(state, event, lived, report);
      const { maxOrdersPerMinute = Infinity } = history.settings.risk;
      const lately = entriesMs.filter((ms) => ms > event.timeMs - 60_000);
      if (lately.length >= maxOrdersPerMinute) report(`ORDER_RATE at ${event.data.orderId}`);
      entriesMs.push(event.timeMs);
    }
    if (event.type === 'order_intended' && event.data.role === undefined) {
      const isManual = event.data.strategy === manualStrategy;
      const { state: trading } = state.tradingState;
      if (trading === 'HALTED' && !isManual) report(`${event.data.orderId} intended while halted`);
    }
    // Whoever resumes lets it begin to count anew.
    if (event.type === 'trading_state_changed' && event.data.to === 'ACTIVE') entriesMs.length = 0;
    state = evolve(state, event);
    const { maxPositions = Infinity } = history.settings.risk;
    if (state.positions.size > maxPositions) report(`${state.positions.size} positions`);
    if (!hasMargin(history) && state.cash.lt(zero)) report(`cash is ${state.cash.toFixed()}`);
    watchStops(state, nakedSince, atMs, report);
  }
  watchStops(state, nakedSince, Date.now(), report);
  return state;
}

function hasMargin({ settings: { shorting = false, leverage = 1 } }: LiveHistory): boolean {
  return shorting || leverage > 1;
}

/** What the portfolio is about to have with one more entry. */
function checkEntry(
  before: Portfolio,
  { data }: DraftOf<'order_intended'>,
  { tape }: LivedHistory,
  report: Report,
): void {
  const { opened } = before;
  if (!opened) return report('an order before the portfolio was opened');
  const { settings } = opened;
  const { risk, leverage = 1 } = settings;
  const key = instrumentKey(data);
  const at = `at ${data.orderId}`;
  if (before.tradingState.state !== 'ACTIVE')
    report(`an entry in ${before.tradingState.state} ${at}`);

  const taken = new Set([...before.positions.keys(), key]);
  for (const order of before.orders.values())
    if (!order.reduceOnly) taken.add(instrumentKey(order));
  if (taken.size > (risk.maxPositions ?? Infinity)) report(`MAX_POSITIONS ${at}`);

  if (data.size.kind !== 'base') return report(`a live order of a quote amount ${at}`);
  const held = before.positions.get(key);
  const closing = held && (held.side === 'long') !== (data.side === 'buy') ? held.quantity : zero;
  const price = highest(data, settings.slippageBps);
  const notional = new Big(data.size.quantity).minus(closing).times(price);
  if (risk.maxOrderNotional !== undefined && notional.gt(risk.maxOrderNotional))
    report(`MAX_NOTIONAL ${at}: ${notional.toFixed()}`);

  const prices = new Map<string, Big>();
  for (const { sequence, candle } of tape)
    if (sequence <= (data.marketSequence ?? 0))
      prices.set(instrumentKey(candle), exactly(candle.close));
  let equity = before.cash;
  let atCost = before.cash;
  let all = notional;
  let own = notional;
  let used = notional.plus(reservedCash(before));
  for (const [instrument, position] of before.positions) {
    const last = prices.get(instrument) ?? averageEntryPrice(position);
    const sign = position.side === 'long' ? '1' : '-1';
    equity = equity.plus(position.quantity.times(last).times(sign));
    const isClosed = instrument === key && closing.gt(zero);
    const cost = isClosed ? new Big(data.referencePrice) : averageEntryPrice(position);
    atCost = atCost.plus(position.quantity.times(cost).times(sign));
    if (isClosed) continue;
    all = all.plus(position.quantity.times(last));
    used = used.plus(position.quantity.times(cost));
    if (instrument === key) own = own.plus(position.quantity.times(last));
  }
  for (const order of before.orders.values()) {
    all = all.plus(order.reserved);
    if (instrumentKey(order) === key) own = own.plus(order.reserved);
  }
  const { maxExposureRatio, maxSymbolExposureRatio } = risk;
  if (maxExposureRatio !== undefined && all.gt(equity.times(exactly(maxExposureRatio))))
    report(`MAX_EXPOSURE ${at}: ${all.toFixed()} of ${equity.toFixed()}`);
  if (maxSymbolExposureRatio !== undefined && own.gt(equity.times(exactly(maxSymbolExposureRatio))))
    report(`MAX_EXPOSURE of ${key} ${at}: ${own.toFixed()} of ${equity.toFixed()}`);
  const isOnMargin = (settings.shorting ?? false) || leverage > 1;
  if (isOnMargin && used.gt(atCost.times(exactly(leverage)))) report(`LEVERAGE ${at}`);
  if (!isOnMargin && notional.gt(freeCash(before)))
    report(`INSUFFICIENT_FUNDS ${at}: ${notional.toFixed()} of ${freeCash(before).toFixed()}`);
}

function highest(
  { side, referencePrice, limitPrice, stopPrice }: DraftOf<'order_intended'>['data'],
  slippageBps: string,
): Big {
  if (side === 'buy' && limitPrice !== undefined) return new Big(limitPrice);
  let price = new Big(referencePrice);
  for (const own of [limitPrice, stopPrice])
    if (own !== undefined && price.lt(own)) price = new Big(own);
  return price.times(new Big(slippageBps).times('0.0001').plus('1'));
}

/** A position that asks for a stop has orders for all of it, or a person was told. */
function watchStops(
  state: Portfolio,
  nakedSince: Map<string, number>,
  atMs: number,
  report: Report,
): void {
  for (const [key, sinceMs] of nakedSince)
    if (atMs - sinceMs > nakedForMs) {
      report(`${key} had no stop for ${atMs - sinceMs} ms`);
      nakedSince.delete(key);
    }
  for (const [key, position] of state.positions) {
    const { stopLoss, trailingStop } = position.protection ?? {};
    const legs = state.legs.get(position.entrySignalId);
    const guard = legs?.get(trailingStop ? 'trailing_stop' : 'stop_loss');
    const isGivenUp = (guard?.failures ?? 0) >= maxFailures;
    let covered = zero;
    for (const order of state.orders.values())
      if (guards(order, key, position, atMs) && order.size.kind === 'base')
        covered = covered.plus(order.size.quantity).minus(order.filledQuantity);
    const lot = state.opened?.settings.instruments?.[position.symbol]?.lotSize;
    const missing = position.quantity.minus(covered);
    const isNaked = missing.gte(lot ?? state.opened?.settings.lotSize ?? '0');
    if (!(stopLoss ?? trailingStop) || isGivenUp || !isNaked) nakedSince.delete(key);
    else if (!nakedSince.has(key)) nakedSince.set(key, atMs);
  }
  for (const key of nakedSince.keys()) if (!state.positions.has(key)) nakedSince.delete(key);
}

/**
 * A stop does, and so does whatever sells at once by now, as a take-profit that was reached: a stop beside it would sell
 * twice. What the venue has not confirmed does so for a while only.
 */
function guards(order: Order, key: string, held: Position, atMs: number): boolean {
  if (isUnsent(order) && atMs - sentMs(order) > nakedForMs) return false;
  const isStop = order.role === 'stop_loss' || order.role === 'trailing_stop';
  if (isStop && order.signalId === held.entrySignalId) return true;
  const isExit =
    instrumentKey(order) === key && order.side === (held.side === 'long' ? 'sell' : 'buy');
  return isExit && (order.type === 'market' || order.triggeredMs !== undefined);
}

/** When an order was to be sent; epoch ms. */
function sentMs({ triggeredMs, timeMs }: Order): number {
  return triggeredMs ?? timeMs;
}

/** The journal has booked what the venue has filled: each fill once, to the last digit. */
function compareLedgers(
  { settings }: LiveHistory,
  { venue, journal }: LivedHistory,
  final: Portfolio,
  report: Report,
): void {
  const atVenue = new Map<string, string>();
  let cash = new Big(settings.cash);
  const held = new Map<string, Big>();
  for (const order of venue.taken)
    for (const fill of venue.reportsOf(order)) {
      if (fill.type !== 'filled') continue;
      atVenue.set(`${order.id} ${fill.fillId}`, `${fill.quantity} at ${fill.price}, ${fill.fee}`);
      const { side } = order.request;
      const notional = new Big(fill.quantity).times(fill.price);
      cash = (side === 'buy' ? cash.minus(notional) : cash.plus(notional)).minus(fill.fee);
      const key = instrumentKey(order.request);
      const change = new Big(fill.quantity).times(side === 'buy' ? '1' : '-1');
      held.set(key, (held.get(key) ?? zero).plus(change));
    }
  const booked = new Map<string, string>();
  for (const event of journal) {
    if (event.type !== 'order_filled') continue;
    const { orderId, fillId, quantity, price, fee } = event.data;
    const key = `${orderId} ${fillId}`;
    if (booked.has(key)) report(`fill ${key} is booked twice`);
    booked.set(key, `${quantity} at ${price}, ${fee}`);
  }
  for (const [key, fill] of atVenue)
    if (booked.get(key) !== fill) report(`fill ${key} (${fill}) is booked as ${booked.get(key)}`);
  for (const key of booked.keys()) if (!atVenue.has(key)) report(`fill ${key} never was`);
  if (journal.length > 0 && !cash.eq(final.cash))
    report(`cash is ${final.cash.toFixed()}, the fills leave ${cash.toFixed()}`);
  for (const key of new Set([...held.keys(), ...final.positions.keys()])) {
    const position = final.positions.get(key);
    const own = position ? position.quantity.times(position.side === 'long' ? '1' : '-1') : zero;
    if (!own.eq(held.get(key) ?? zero))
      report(`${key}: ${own.toFixed()} here, ${(held.get(key) ?? zero).toFixed()} at the venue`);
  }
}

/** What works at the venue is known here, and what is believed to work there does. */
function compareOrders({ venue }: LivedHistory, final: Portfolio, report: Report): void {
  const resting = new Map(
    venue.taken.filter((order) => venue.isResting(order)).map((order) => [order.id, order]),
  );
  for (const id of resting.keys()) if (!final.orders.has(id)) report(`${id} is an orphan`);
  for (const order of final.orders.values()) {
    const { state } = final.tradingState;
    if (order.role === 'entry' && state !== 'ACTIVE') report(`entry ${order.id} outlives ${state}`);
    if (isUnsent(order)) {
      const sinceMs = Date.now() - sentMs(order);
      if (sinceMs > foundOutWithinMs)
        report(`${order.role} ${order.id} is ${order.status} for ${sinceMs} ms`);
    } else if (!order.isHeld && !resting.has(order.id))
      report(`${order.role} ${order.id} is ${order.status} here, but does not work at the venue`);
  }
}

/** What may only make a position smaller never makes one on the other side, whatever else is being sold meanwhile. */
function checkReductions({ venue }: LivedHistory, report: Report): void {
  const fills = venue.taken
    .flatMap(({ id, request, ...order }) =>
      venue
        .reportsOf({ id, request, ...order })
        .flatMap((told) => (told.type === 'filled' ? [{ id, request, told }] : [])),
    )
    .toSorted((a, b) => a.told.sequence - b.told.sequence);
  const held = new Map<string, Big>();
  for (const { id, request, told } of fills) {
    const key = instrumentKey(request);
    const before = held.get(key) ?? zero;
    const after = before.plus(new Big(told.quantity).times(request.side === 'buy' ? '1' : '-1'));
    held.set(key, after);
    const isBeyond = after.abs().gt(before.abs()) || after.times(before).lt(zero);
    if (request.reduceOnly && isBeyond)
      report(`${id} takes ${key} from ${before.toFixed()} to ${after.toFixed()}`);
  }
}

/** Each signal is decided, once, and trades once at most; what one order may not have is an order more of that once. */
function checkSignals(
  { instants }: LiveHistory,
  { journal, venue }: LivedHistory,
  report: Report,
): void {
  const seen = new Map<string, number>();
  for (const { id } of venue.taken) seen.set(id, (seen.get(id) ?? 0) + 1);
  for (const [id, count] of seen) if (count > 1) report(`${id} was taken ${count} times`);

  const outcomes = new Map<string, JournalEvent[]>();
  const note = (signalId: string, event: JournalEvent): void =>
    void outcomes.set(signalId, [...(outcomes.get(signalId) ?? []), event]);
  for (const event of journal) {
    if (event.type === 'signal_skipped') note(event.data.signalId, event);
    if (event.type === 'order_intended' && event.data.role === undefined)
      note(event.data.signalId, event);
    if (event.type === 'order_cancel_intended' && event.data.signalId !== undefined)
      note(event.data.signalId, event);
  }
  const notSent = new Set(
    journal.flatMap((event) =>
      event.type === 'order_cancelled' && event.data.reason === 'NOT_SENT'
        ? [event.data.orderId]
        : [],
    ),
  );
  for (const { signals } of instants)
    for (const { id } of signals) {
      const events = outcomes.get(id) ?? [];
      if (events.length === 0) report(`signal ${id} has vanished`);
      const orders = events.flatMap((event) =>
        event.type === 'order_intended' ? [event.data] : [],
      );
      const skips = events.filter(({ type }) => type === 'signal_skipped');
      const attempts = orders.filter(({ orderId }) => seen.has(orderId)).map(attemptOf);
      const entries = orders.filter(({ orderId, reduceOnly }) => seen.has(orderId) && !reduceOnly);
      if (isInParts(orders)) {
        // Each part that never arrived lets the signal be decided once more, for what is left to leave with.
        const again = new Set(orders.map(attemptOf)).size - 1 + skips.length;
        const missing = orders.filter(({ orderId }) => notSent.has(orderId)).length;
        if (again > missing)
          report(
            `signal ${id} was decided again ${again} times, and ${missing} of its orders never arrived`,
          );
      } else {
        if (new Set(attempts).size > 1 || entries.length > 1)
          report(`signal ${id} has traded ${attempts.length} times`);
        const last = Math.max(...orders.map(attemptOf));
        const given = skips.length > 0 ? orders : orders.filter((order) => attemptOf(order) < last);
        if (given.some(({ orderId }) => !notSent.has(orderId)))
          report(`signal ${id} was decided again though its order may have arrived`);
      }
      if (skips.length > 1) report(`signal ${id} was skipped ${skips.length} times`);
    }
}

/** An exit of more than an order may have. */
function isInParts(
  orders: readonly { readonly attempt?: number | undefined; readonly reduceOnly: boolean }[],
): boolean {
  const exits = orders.filter(({ reduceOnly }) => reduceOnly);
  return exits.length === orders.length && exits.length > new Set(exits.map(attemptOf)).size;
}

function attemptOf({ attempt = 1 }: { attempt?: number | undefined }): number {
  return attempt;
}

/** Nothing goes out too late, nor after a halt has come to be known. */
function checkSending(
  { instants, settings }: LiveHistory,
  { journal, sent, venue }: LivedHistory,
  report: Report,
): void {
  const signals = new Map<string, TradeSignal>(
    instants.flatMap((instant) => instant.signals.map((signal) => [signal.id, signal])),
  );
  const intended = new Map<string, DraftOf<'order_intended'>>();
  const ended = new Map<string, number>();
  const halts: { fromMs: number; toMs: number }[] = [];
  for (const recorded of journal) {
    const event = draftOf(recorded);
    const atMs = toMs(recorded.recordedtime);
    if (event.type === 'order_intended') intended.set(event.data.orderId, event);
    if (event.type === 'order_cancelled' || event.type === 'order_rejected')
      ended.set(event.data.orderId, atMs);
    if (event.type !== 'trading_state_changed') continue;
    const open = halts.at(-1);
    if (open?.toMs === Infinity) open.toMs = atMs;
    if (event.data.to === 'HALTED') halts.push({ fromMs: atMs, toMs: Infinity });
  }
  for (const { request, atMs } of sent) {
    const order = intended.get(request.id);
    if (!order) {
      report(`${request.id} was sent but never intended`);
      continue;
    }
    if (order.data.role !== undefined) continue;
    const signal = signals.get(order.data.signalId);
    const graceMs = order.data.reduceOnly ? (settings.exitGraceMs ?? 0) : 0;
    if (signal && atMs >= toMs(signal.expirytime) + graceMs)
      report(`${request.id} was sent ${atMs - toMs(signal.expirytime)} ms after its expiry`);
    const endedMs = ended.get(request.id);
    if (endedMs !== undefined && atMs > endedMs + slackMs)
      report(`${request.id} was sent ${atMs - endedMs} ms after its end was journalled`);
  }
  for (const { id, takenMs } of venue.taken) {
    const order = intended.get(id);
    if (!order || order.data.role !== undefined || order.data.strategy === manualStrategy) continue;
    const halt = halts.find(({ fromMs, toMs: untilMs }) => takenMs > fromMs && takenMs < untilMs);
    if (halt && takenMs > halt.fromMs + placementWindowMs)
      report(`${id} arrived ${takenMs - halt.fromMs} ms after the halt`);
  }
  for (const order of intended.values())
    if (order.timeMs > Date.now()) report(`${order.data.orderId} comes from the future`);
}

/** Whatever was decided follows from what was known. */
function checkDerivation(
  { instants }: LiveHistory,
  { journal, tape }: LivedHistory,
  report: Report,
): void {
  const signals = instants.flatMap((instant) => instant.signals);
  const { difference } = verified({ portfolio, journal, tape, signals });
  if (difference)
    report(`entry ${difference.place} does not follow: ${JSON.stringify(difference)}`);
}

import {
  candleEvent,
  deterministicId,
  exactly,
  subjects,
  SymbolName,
  Timeframe,
  toDecimal,
  toTime,
  TradePrinted,
  Venue,
  type Candle,
} from '@heliograph/contracts';
import type { Bus, Outgoing } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import type { Instrument } from '../feeds/feed.ts';
import { openNatsFeed } from '../feeds/live/nats-feed.ts';
import { simulateCandles } from '../feeds/simulated/simulate-candles.ts';
import type { FeedContract, FeedSubject } from './feed-contract.ts';

/** What the feeds of the contract's tests have to tell. */
export const symbols = ['BTC/USDT', 'ETH/USDT'].map((name) => SymbolName.parse(name));
export const timeframe = Timeframe.parse('1m');
export const length = 60;

export function marketOf(venue: Venue): Candle[] {
  return symbols.flatMap((symbol) =>
    [...simulateCandles({ venue, symbol, timeframe }, { seed: 4, spans: length })].flat(),
  );
}

export const binance = Venue.parse('binance');
export const truth = marketOf(binance);

/** Four trades that make the candle, a quarter of its volume each. */
export function tradesOf({ openTime, closeTime, open, high, low, close, volume }: Candle) {
  return [open, high, low, close].map((price, at) => ({
    timeMs: at === 3 ? closeTime - 1 : openTime + at,
    price,
    size: at === 0 ? Number((volume - 3 * quarterOf(volume)).toFixed(4)) : quarterOf(volume),
  }));
}

function quarterOf(volume: number): number {
  return Math.floor(volume * 2_500) / 10_000;
}

function candleMessage(candle: Candle): Outgoing {
  const event = candleEvent(candle, { tape: 'live', source: 'test/other', recordedMs: 0 });
  return { subject: subjects.candle(candle), id: event.id, body: JSON.stringify(event) };
}

export function tradeMessages(candle: Candle): Outgoing[] {
  const { venue, symbol } = candle;
  return tradesOf(candle).map(({ timeMs, price, size }, at) => {
    const id = deterministicId('trade', symbol, String(timeMs), String(at));
    const event = TradePrinted.parse({
      specversion: '1.0',
      id,
      source: 'test/other',
      type: 'trade_printed',
      subject: symbol,
      time: toTime(timeMs),
      recordedtime: toTime(timeMs),
      correlationid: id,
      data: {
        tape: { id: 'live' },
        venue,
        symbol,
        tradeId: id,
        price: toDecimal(exactly(price)),
        quantity: toDecimal(exactly(size)),
      },
    });
    return { subject: subjects.print({ venue, symbol }), id, body: JSON.stringify(event) };
  });
}

function garbageBeside(candle: Candle): Outgoing[] {
  const subject = subjects.candle(candle);
  return [
    { subject, id: 'garbage', body: 'garbage' },
    { subject, id: 'half', body: '{"type":"candle_closed"}' },
    candleMessage({ ...candle, high: candle.low / 2 }),
  ];
}

const inTurn = truth.toSorted((a, b) => a.closeTime - b.closeTime);
/** Told by the trades of the next minute that the last one has closed. */
const closers = inTurn.slice(-symbols.length).map((last) => ({
  ...last,
  openTime: last.closeTime + 3_000,
  closeTime: last.closeTime + 4_000,
}));

interface Told {
  readonly prefix: 'nats' | 'nats-trades';
  readonly truth: readonly Candle[];
  readonly messages: readonly Outgoing[];
}

const ofCandles: Told = { prefix: 'nats', truth, messages: inTurn.map(candleMessage) };
const ofTrades: Told = {
  prefix: 'nats-trades',
  // Of the first candle nobody knows whether its trades were all heard.
  truth: truth.filter(({ openTime }) => openTime > (truth[0]?.openTime ?? 0)),
  messages: [...inTurn, ...closers].flatMap(tradeMessages),
};

/** A bus on which somebody publishes a market while it is read. */
async function onBus(
  { prefix, truth: told, messages }: Told,
  { connect, ...rest }: OnServer,
): Promise<FeedSubject> {
  const bus = await connect();
  const others = await connect();
  const instruments: Instrument[] = symbols.map((symbol) => ({
    venue: binance,
    symbol,
    timeframe,
  }));
  const publish = async (some: readonly Outgoing[]): Promise<void> => {
    for (const [at, message] of some.entries())
      await others.publish({ ...message, id: `${message.id}-${some.length}-${at}` });
  };
  const half = Math.floor(messages.length / 2);
  await publish(messages.slice(0, half));
  /** What is not there yet comes while it is read. */
  let coming: Promise<void> | undefined;
  return {
    instruments,
    truth: told,
    read(options) {
      coming ??= publish(messages.slice(half));
      return openNatsFeed(`${prefix}:binance:${symbols.join(',')}:1m`).instants({
        ...options,
        bus,
        log: createSilentLogger(),
        report: () => {},
      });
    },
    ...(rest.disturb && { disturb: rest.disturb }),
    async [Symbol.asyncDispose]() {
      await coming?.catch(() => {});
      await others.close();
      await bus.close();
      await rest.close();
    },
  };
}

export interface OnServer {
  connect(): Bus | Promise<Bus>;
  close(): Promise<void>;
  disturb?(): Promise<void>;
}

/** The contract of what others publish, on the servers that are given. */
export function natsContracts(
  begin: () => Promise<OnServer>,
  { disturbs }: { disturbs: boolean },
): Readonly<Record<string, FeedContract>> {
  const contractOf = (told: Told, spoil: (message: Outgoing, at: number) => Outgoing[]) => ({
    kind: 'live' as const,
    disturbs,
    open: async () => onBus(told, await begin()),
    openSpoiled: async () =>
      onBus(
        {
          ...told,
          messages: told.messages.flatMap((message, at) => [...spoil(message, at), message]),
        },
        await begin(),
      ),
  });
  return {
    'candles of others on NATS': contractOf(ofCandles, (_, at) =>
      at % 20 === 10 ? inTurn.slice(at, at + 1).flatMap(garbageBeside) : [],
    ),
    'candles of the trades of others on NATS': contractOf(ofTrades, (message, at) =>
      // Garbage, and the trade a second time.
      at % 40 === 20 ? [{ ...message, body: 'garbage' }, message] : [],
    ),
  };
}

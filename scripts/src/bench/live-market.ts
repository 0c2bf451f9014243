import {
  type Candle,
  candleEvent,
  deterministicId,
  liveTape,
  subjects,
  Timeframe,
  toTime,
  type SymbolName,
} from '@heliograph/contracts';
import type { BareClient } from './bare-client.ts';
import { simulatedVenue } from '@heliograph/signal-engine';
import { simulatedSymbols } from './sample-market.ts';

/** A signal to publish, and its id, under which its journal event is found. */
export interface LiveSignal {
  readonly id: string;
  readonly body: string;
  /** Of ours, and of the floor. */
  readonly subject: string;
  readonly floorSubject: string;
}

/** A simulated market on the live tape: its clock is the machine's. */
export interface LiveMarket {
  readonly symbols: readonly SymbolName[];
  /** Publishes a candle on which the order that rests in the symbol, if any, is filled. */
  candle(symbol: SymbolName): Promise<void>;
  /** Enters and exits in turn: each becomes an order if a candle comes in between. */
  signal(symbol: SymbolName): LiveSignal;
  /** An exit of what nobody holds: each is skipped. */
  idleSignal(symbol: SymbolName): LiveSignal;
}

const strategy = 'bench';
const timeframe = Timeframe.parse('1m');
const spanMs = 60_000;
const lifeMs = 600_000;

export function createLiveMarket({ js }: Pick<BareClient, 'js'>): LiveMarket {
  const lastSequence = new Map<SymbolName, number>();
  const long = new Set<SymbolName>();
  let count = 0;

  const make = (symbol: SymbolName, intent: 'enter' | 'exit'): LiveSignal => {
    const nowMs = Date.now();
    const time = toTime(nowMs);
    const id = deterministicId('bench', symbol, time, String(++count));
    const sequence = lastSequence.get(symbol);
    const enters = intent === 'enter';
    const subject = subjects.signal({ strategy, venue: simulatedVenue, symbol });
    const body = JSON.stringify({
      specversion: '1.0',
      id,
      source: 'bench',
      type: 'trade_signal',
      schemaversion: 1,
      subject: symbol,
      time,
      recordedtime: time,
      expirytime: toTime(nowMs + lifeMs),
      sequence: count,
      correlationid: id,
      data: {
        strategy,
        strategyVersion: '1.0.0',
        configHash: 'bench',
        runId: 'bench',
        mode: 'paper',
        venue: simulatedVenue,
        symbol,
        timeframe,
        intent,
        side: enters ? 'buy' : 'sell',
        targetPosition: enters ? 'long' : 'flat',
        referencePrice: { price: '100', kind: 'close', time },
        tape: { id: liveTape, ...(sequence !== undefined && { sequence }) },
        reasons: ['SMA 10 crossed above SMA 30'],
        indicators: { smaFast: 100.25, smaSlow: 100.125 },
      },
    });
    return { id, body, subject, floorSubject: subject.replace('trade_signal', 'floor_signal') };
  };

  return {
    symbols: simulatedSymbols,
    async candle(symbol) {
      const openTime = Date.now();
      const candle: Candle = {
        venue: simulatedVenue,
        symbol,
        timeframe,
        openTime,
        // After every order that was decided by now, whatever waits in between.
        closeTime: openTime + spanMs,
        open: 100,
        high: 101,
        low: 99,
        close: 100,
        volume: 1,
      };
      const event = candleEvent(candle, { tape: liveTape, source: 'bench', recordedMs: openTime });
      const id = `${event.id}-${++count}`;
      const ack = await js.publish(subjects.candle(candle), JSON.stringify(event), { msgID: id });
      lastSequence.set(symbol, ack.seq);
    },
    signal(symbol) {
      const intent = long.has(symbol) ? 'exit' : 'enter';
      if (intent === 'enter') long.add(symbol);
      else long.delete(symbol);
      return make(symbol, intent);
    },
    idleSignal: (symbol) => make(symbol, 'exit'),
  };
}

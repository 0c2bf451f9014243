import {
  exactly,
  toDecimal,
  type Candle,
  type Mode,
  type PortfolioSettings,
  type SymbolName,
  type TradeSignal,
  type Venue,
} from '@heliograph/contracts';
import { createSimulation } from '@heliograph/execution';
import { createTally, type Tally } from './tally.ts';

/** A simulated run: instants in, in event time, and what it came to. */
export interface SimulatedRun {
  readonly tally: Tally;
  readonly candles: number;
  readonly signals: number;
  /** All candles of an instant, then the signals that were made of them. */
  play(candles: readonly Candle[], signals: readonly TradeSignal[]): void;
  end(): void;
}

export function createSimulatedRun(options: {
  portfolio: string;
  tape: string;
  mode: Mode;
  settings: PortfolioSettings;
}): SimulatedRun {
  const tally = createTally();
  const simulation = createSimulation({ ...options, onEvent: (event) => tally.add(event) });
  const last = new Map<Venue, Map<SymbolName, Candle>>();
  let candleCount = 0;
  let signalCount = 0;
  let timeMs = 0;

  const remember = (candle: Candle): void => {
    const ofVenue = last.get(candle.venue);
    if (ofVenue) ofVenue.set(candle.symbol, candle);
    else last.set(candle.venue, new Map([[candle.symbol, candle]]));
    timeMs = candle.closeTime;
  };

  return {
    tally,
    get candles() {
      return candleCount;
    },
    get signals() {
      return signalCount;
    },
    play(candles, signals) {
      for (const candle of candles) {
        simulation.onCandle(candle);
        remember(candle);
      }
      for (const signal of signals) simulation.onSignal(signal);
      candleCount += candles.length;
      signalCount += signals.length;
    },
    end() {
      const closes = [...last.values()]
        .flatMap((ofVenue) => [...ofVenue.values()])
        .map(({ venue, symbol, close }) => ({ venue, symbol, close: toDecimal(exactly(close)) }));
      simulation.onTapeEnded({ tape: { id: options.tape }, candles: candleCount, closes }, timeMs);
    },
  };
}

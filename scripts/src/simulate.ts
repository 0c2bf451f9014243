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
import { createSimulation, type Draft } from '@heliograph/execution';
import type { RecordedPrint } from '@heliograph/trade-log';
import { createRunRecorder, type RunHistory, type RunObserver } from './record/run-recorder.ts';
import { createTally, type Tally } from './tally.ts';

/** A simulated run: instants in, in event time, and what it came to. */
export interface SimulatedRun {
  readonly tally: Tally;
  /** What it was like from price to price. */
  history(): RunHistory;
  readonly candles: number;
  readonly signals: number;
  /** No price came. */
  readonly isEmpty: boolean;
  /** All candles of an instant, then the signals that were made of them. */
  play(candles: readonly Candle[], signals: readonly TradeSignal[]): void;
  /** A trade of the market, where orders are filled from those. */
  playPrint(print: RecordedPrint): void;
  end(): void;
}

type Last = Pick<Candle, 'venue' | 'symbol' | 'close'>;

export function createSimulatedRun({
  observer,
  ...options
}: {
  portfolio: string;
  tape: string;
  mode: Mode;
  settings: PortfolioSettings;
  /** Called with each event of the journal, in order. */
  onEvent?: (event: Draft) => void;
  /** Sees the candles, and how things stand after those of an instant. */
  observer?: RunObserver | undefined;
}): SimulatedRun {
  const { onEvent } = options;
  const tally = createTally();
  const simulation = createSimulation({
    ...options,
    onEvent(event) {
      tally.add(event);
      recorder.onEvent(event);
      onEvent?.(event);
    },
  });
  const recorder = createRunRecorder({
    settings: options.settings,
    account: simulation,
    observer,
  });
  const last = new Map<Venue, Map<SymbolName, Last>>();
  let candleCount = 0;
  let signalCount = 0;
  let timeMs = 0;

  const remember = (price: Last, at: number): void => {
    const ofVenue = last.get(price.venue);
    if (ofVenue) ofVenue.set(price.symbol, price);
    else last.set(price.venue, new Map([[price.symbol, price]]));
    timeMs = at;
  };

  return {
    tally,
    history: () => recorder.history(),
    get candles() {
      return candleCount;
    },
    get signals() {
      return signalCount;
    },
    get isEmpty() {
      return last.size === 0;
    },
    play(candles, signals) {
      for (const candle of candles) {
        recorder.beforePrice(candle.closeTime);
        simulation.onCandle(candle);
        remember(candle, candle.closeTime);
        recorder.afterCandle(candle);
      }
      for (const signal of signals) simulation.onSignal(signal);
      candleCount += candles.length;
      signalCount += signals.length;
    },
    playPrint(print) {
      recorder.beforePrice(print.timeMs);
      simulation.onPrint(print);
      const { venue, symbol, price } = print;
      const close = Number(price);
      remember({ venue, symbol, close }, print.timeMs);
      recorder.afterPrice({ venue, symbol, high: close, low: close, close });
    },
    end() {
      recorder.end();
      const closes = [...last.values()]
        .flatMap((ofVenue) => [...ofVenue.values()])
        .map(({ venue, symbol, close }) => ({ venue, symbol, close: toDecimal(exactly(close)) }));
      simulation.onTapeEnded({ tape: { id: options.tape }, candles: candleCount, closes }, timeMs);
    },
  };
}

import type { Candle } from '@heliograph/contracts';
import type { RunObserver } from '../record/run-recorder.ts';
import { createBarSeries, type Bar, type BarSeries } from './bar-series.ts';

/** What the chart of an instrument is drawn from. */
export interface InstrumentBars {
  readonly venue: string;
  readonly symbol: string;
  readonly timeframe: string;
  readonly candlesPerBar: number;
  readonly bars: readonly Bar[];
}

export interface ChartRecorder extends RunObserver {
  /** Instruments in the order in which they came. */
  instruments(): InstrumentBars[];
}

/** More bars than this no browser draws readily, and no screen shows. */
const mostBars = 20_000;
const leastOfEach = 1_000;

interface Instrument {
  readonly venue: string;
  readonly symbol: string;
  readonly timeframe: string;
  readonly series: BarSeries;
}

/** Keeps the candles of a run for its report: at most so many bars, shared by the instruments. */
export function createChartRecorder(most = mostBars): ChartRecorder {
  const instruments = new Map<string, Instrument>();
  /** Whose candles have closed at this instant. */
  const touched = new Set<BarSeries>();

  const instrumentOf = ({ venue, symbol, timeframe }: Candle): Instrument => {
    const key = `${venue} ${symbol} ${timeframe}`;
    let instrument = instruments.get(key);
    if (!instrument) {
      const each = Math.max(leastOfEach, Math.floor(most / (instruments.size + 1)));
      for (const { series } of instruments.values()) series.shrink(each);
      instrument = { venue, symbol, timeframe, series: createBarSeries(each) };
      instruments.set(key, instrument);
    }
    return instrument;
  };

  return {
    onCandle(candle) {
      const { series } = instrumentOf(candle);
      if (series.add(candle)) touched.add(series);
    },
    onStanding(standing) {
      for (const series of touched) series.stand(standing);
      touched.clear();
    },
    instruments: () =>
      [...instruments.values()].map(({ series, ...instrument }) => ({
        ...instrument,
        candlesPerBar: series.candlesPerBar,
        bars: series.bars,
      })),
  };
}

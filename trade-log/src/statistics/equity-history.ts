import { Big } from '@heliograph/contracts';
import { createDrawdownMeter, type Drawdowns, type ExactEquity } from './drawdowns.ts';

/** What the equity of a run came to, in a size that does not grow with its candles, only with its days. */
export interface EquityHistory {
  /** Of the first and the last valuation, epoch ms; `null` when there was none. */
  readonly firstTime: number | null;
  readonly lastTime: number | null;
  readonly valuations: number;
  /** At how many of them something was held; `null` where that is not known. */
  readonly held: number | null;
  /** The mean of all valuations, quote currency. */
  readonly averageEquity: number | null;
  readonly days: readonly DayEnd[];
  readonly drawdowns: Drawdowns;
}

/** The last valuation of a day of UTC. One at midnight ends the day before. */
export interface DayEnd {
  /** 00:00 of that day, epoch ms. */
  readonly day: number;
  readonly equity: number;
}

export interface EquityMeter {
  /** In the order of time, equity in floating point. @returns how far it stands below its highest, as a ratio of that */
  add(timeMs: number, equity: number, isHeld?: boolean): number;
  /** Nothing is held, and equity is what it was. */
  stay(timeMs: number): number;
  history(): EquityHistory;
}

export const dayMs = 86_400_000;

/** `exact` tells the equity of the moment that is added, to the last digit. */
export function createEquityMeter(startCash: Big, exact: () => ExactEquity): EquityMeter {
  const drawdowns = createDrawdownMeter(startCash, exact);
  const days: { day: number; equity: number }[] = [];
  let today: { day: number; equity: number } | undefined;
  let firstTime: number | null = null;
  let lastTime: number | null = null;
  let valuations = 0;
  let held = 0;
  let knowsHeld = true;
  let total = 0;
  let lastEquity = 0;

  const count = (timeMs: number, equity: number): void => {
    firstTime ??= timeMs;
    lastTime = timeMs;
    lastEquity = equity;
    valuations++;
    total += equity;
    if (today && timeMs <= today.day + dayMs) today.equity = equity;
    else days.push((today = { day: Math.floor((timeMs - 1) / dayMs) * dayMs, equity }));
  };

  return {
    add(timeMs, equity, isHeld) {
      count(timeMs, equity);
      if (isHeld === undefined) knowsHeld = false;
      else if (isHeld) held++;
      return drawdowns.add(timeMs, equity);
    },
    stay(timeMs) {
      count(timeMs, lastEquity);
      return drawdowns.stay(timeMs);
    },
    history: () => ({
      firstTime,
      lastTime,
      valuations,
      held: knowsHeld && valuations > 0 ? held : null,
      averageEquity: valuations === 0 ? null : total / valuations,
      days,
      drawdowns: drawdowns.summary(),
    }),
  };
}

export interface EquityPoint {
  /** Epoch ms. */
  readonly time: number;
  /** Quote currency. */
  readonly equity: string;
}

/** The history of a curve that lies there, oldest first. */
export function equityHistory(startCash: string, curve: Iterable<EquityPoint>): EquityHistory {
  let current = startCash;
  const meter = createEquityMeter(new Big(startCash), () => {
    const now = current;
    return () => new Big(now);
  });
  for (const { time, equity } of curve) {
    current = equity;
    meter.add(time, Number(equity));
  }
  return meter.history();
}

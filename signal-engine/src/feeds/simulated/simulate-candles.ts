import { type Candle, timeframeMs } from '@heliograph/contracts';
import type { Instrument } from '../feed.ts';
import { createMarketHazards, usualRates, type HazardRates } from './market-hazards.ts';
import { createRandom } from './random.ts';

/** Monday, 2026-01-05: also a beginning of a week. */
const startMs = Date.UTC(2026, 0, 5);
const minuteMs = 60_000;
const blockSize = 1_000;

/** Of the logarithm of a price in a minute: 44 percent a year. */
const minuteVolatility = 0.0006;
/** How much of a surprise, and of what was before, stays in the next span's variance. */
const surprise = 0.09;
const memory = 0.89;
const largestVariance = 50;
/** How strongly prices are drawn to where they began, a minute: a market of any length stays in sight. */
const homing = 2e-6;
const unitsAMinute = 10;
const busiestHour = 15;
const hoursMs = 3_600_000;

export interface SimulatedSpan {
  readonly seed: number;
  /** Of how many spans; in some of them the venue is away, and there is no candle. */
  readonly spans: number;
  /** Default: as on a busy exchange. */
  readonly rates?: HazardRates;
}

/**
 * A market that never was: the same for the same seed. Its returns have heavy tails and come in clusters, its volume follows the hour and the
 * size of the move, all symbols crash together, and sometimes the venue is away.
 */
export function* simulateCandles(
  instrument: Instrument,
  { seed, spans, rates = usualRates }: SimulatedSpan,
): Generator<readonly Candle[]> {
  const spanMs = timeframeMs(instrument.timeframe);
  const minutes = spanMs / minuteMs;
  const hazards = createMarketHazards(seed, spanMs, rates);
  const random = createRandom(seed, instrument.symbol, instrument.timeframe);
  const { firstPrice, ticksPerUnit } = createScale(createRandom(seed, instrument.symbol).uniform());
  const home = Math.log(firstPrice);
  const smallestStep = minuteVolatility * Math.sqrt(minutes);
  let variance = 1;
  let logPrice = home;
  let lastTicks = Math.round(firstPrice * ticksPerUnit);
  let block: Candle[] = [];

  for (let span = 0; span < spans; span++) {
    const openTime = startMs + span * spanMs;
    const busy = hourFactor(openTime);
    const volatility = smallestStep * Math.sqrt(variance * busy);
    const chance = random.heavyTailed();
    const move =
      volatility * chance + hazards.push(span) - Math.min(1, homing * minutes) * (logPrice - home);
    logPrice += move;
    const surprised = Math.min(largestVariance, (move / (smallestStep * Math.sqrt(busy))) ** 2);
    variance = Math.min(
      largestVariance,
      1 - surprise - memory + surprise * surprised + memory * variance,
    );
    const closeTicks = Math.max(1, Math.round(Math.exp(logPrice) * ticksPerUnit));
    const reach = closeTicks * volatility * 0.5;
    const above = Math.round(Math.abs(random.normal()) * reach);
    const below = Math.round(Math.abs(random.normal()) * reach);
    const activity = 0.5 + Math.abs(move) / smallestStep;
    const volume = unitsAMinute * minutes * busy * activity * Math.exp(0.4 * random.normal());
    const openTicks = lastTicks;
    // Also while nothing is told: behind an outage the market opens where it has gone meanwhile.
    lastTicks = closeTicks;
    if (hazards.isAway(span)) continue;
    block.push({
      ...instrument,
      openTime,
      closeTime: openTime + spanMs,
      open: openTicks / ticksPerUnit,
      high: (Math.max(openTicks, closeTicks) + above) / ticksPerUnit,
      low: Math.max(1, Math.min(openTicks, closeTicks) - below) / ticksPerUnit,
      close: closeTicks / ticksPerUnit,
      volume: Math.round(volume * 10_000) / 10_000,
    });
    if (block.length < blockSize) continue;
    yield block;
    block = [];
  }
  if (block.length > 0) yield block;
}

/** From 0.4 in the quiet of the night to 1.6 when America opens. */
function hourFactor(timeMs: number): number {
  const hour = (timeMs / hoursMs) % 24;
  return 1 + 0.6 * Math.cos(((hour - busiestHour) / 24) * 2 * Math.PI);
}

/** A first price between 1 and 10,000, and ticks of about a hundredth of a percent of it. */
function createScale(chance: number): { firstPrice: number; ticksPerUnit: number } {
  const firstPrice = 10 ** (4 * chance);
  return { firstPrice, ticksPerUnit: 10 ** (4 - Math.floor(Math.log10(firstPrice))) };
}

import { someSettings } from '@heliograph/contracts/testing';
import type { TestInstant } from './paced-feed.ts';
import { signalOf, type Wish } from './random-signals.ts';
import { tapeOf, type Moves } from './random-tape.ts';

/** Volume is scarce, and not much may be lost. */
export const richSettings = someSettings({
  cash: '1000',
  stake: { kind: 'quote', value: '300' },
  slippageBps: '5',
  risk: { maxPositions: 3, maxDrawdownRatio: 0.03 },
  paper: { maxVolumeRatio: 0.1, makerFeeBps: '2' },
});

const wish: Wish = {
  symbol: 0,
  strategy: 'one',
  intent: 'enter',
  isLong: true,
  entry: undefined,
  stopBps: undefined,
  targets: [],
  trailingBps: undefined,
  timeStopMs: undefined,
  size: undefined,
  goodForMs: 600_000,
  lateMs: 0,
  mode: undefined,
  portfolio: undefined,
  isDoubled: false,
};
const limit = {
  type: 'limit',
  limitBps: 300,
  timeInForce: 'GTC',
  maxSlippageBps: undefined,
} as const;
const guarded = { stopBps: 400, targets: [{ bps: 100, ratio: 0.5 }] };

function move(way: number, volume = 1_000) {
  return { gap: 0, way, above: 20, below: 20, volume };
}

/**
 * Two entries that are filled in parts, a profit target, a trailing stop, a time stop, an entry that waits and is taken
 * back, a stop that is hit, a breaker that trips, and signals that come to nothing.
 */
export function richInstants(tape: string): TestInstant[] {
  const steps: { moves: Moves; wishes: readonly Wish[] }[] = [
    { moves: [move(0), move(0), undefined], wishes: [{ ...wish, ...guarded }] },
    { moves: [move(10, 15), move(0), undefined], wishes: [] },
    {
      moves: [move(10, 40), move(5), undefined],
      wishes: [{ ...wish, symbol: 1, trailingBps: 150, timeStopMs: 150_000 }],
    },
    {
      moves: [move(150), move(50, 80), move(0)],
      wishes: [{ ...wish, intent: 'reduce', size: { kind: 'base', value: '0.7' } }],
    },
    { moves: [move(-20), move(40), undefined], wishes: [{ ...wish, symbol: 2, entry: limit }] },
    {
      moves: [move(-20), move(-20, 60), move(5)],
      wishes: [{ ...wish, symbol: 2, intent: 'cancel' }],
    },
    {
      moves: [move(0), move(0), move(5)],
      wishes: [{ ...wish, strategy: 'two', symbol: 2, entry: limit }],
    },
    { moves: [move(-900), move(-60), move(5)], wishes: [{ ...wish, intent: 'exit' }] },
    { moves: [move(-100), move(-900), move(0)], wishes: [{ ...wish, symbol: 1 }] },
    { moves: [move(0), move(-1_500), move(0)], wishes: [wish] },
    { moves: [move(0), move(0), move(0)], wishes: [] },
  ];
  const startMs = Date.UTC(2026, 0, 5);
  const prices = tapeOf(
    steps.map(({ moves }) => moves),
    { startMs, lengthMs: 60_000, asPrints: false, longEvery: 0 },
  );
  return prices.map(({ candles, timeMs, last }, at) => ({
    candles,
    signals: (steps[at]?.wishes ?? []).map((each) =>
      signalOf(each, { id: `${at}`, timeMs, last, tape, mode: 'paper' }),
    ),
  }));
}

import {
  type Candle,
  type EventId,
  PermanentError,
  type StrategyFailed,
  type TradeSignal,
} from '@heliograph/contracts';
import type { Instant, Instrument } from './feeds/feed.ts';
import { leaves, type Maker, signalOfIntent } from './signal-of-intent.ts';
import type { StrategyIntent } from './strategies/define-strategy.ts';
import { checkServed } from './strategies/needs.ts';
import { placeInCode } from './strategies/place-in-code.ts';
import { errorOfThrown } from './strategies/thrown-error.ts';
import { createPlayer, type Player } from './strategies/player.ts';
import { createTimeLimit } from './strategies/time-limit.ts';

/** A strategy threw, wanted what is no signal, or did not come back. */
export interface StrategyFailure {
  readonly strategy: string;
  /** The last one of the symbol for which it failed. */
  readonly candle: Candle;
  readonly kind: StrategyFailed['data']['failure'];
  readonly error: Error;
  /** `mine.ts:12:7`, if it is known; at least the file of a strategy from one. */
  readonly place: string | undefined;
  /** It is given no more candles of this symbol. */
  readonly suspended: boolean;
}

/** An instant and what the strategy made of it. */
export interface Step {
  readonly instant: Instant;
  readonly signals: readonly TradeSignal[];
}

export interface SignalMachine {
  /** The signals of an instant, in the order of its candles. `recordedMs` is when this happens, epoch ms. */
  onInstant(instant: Instant, recordedMs: number): readonly TradeSignal[];
  /** The same for instants that are at hand: where the strategy's time is limited, much less is spent on watching it. */
  decide(instants: readonly Instant[], recordedMs: (instant: Instant) => number): Iterable<Step>;
}

const none: readonly TradeSignal[] = [];

/** A strategy answers within microseconds; one that takes so long for a candle never will. */
const usualLimitMs = 3_000;
/** How long candles are given under one watch. */
const sliceMs = 20;

/**
 * Strategy instances, one for each symbol, and what makes signals of their intents. Equal candles give equal signals,
 * `recordedtime` apart. A failing strategy gives no signal for that candle and disturbs no other symbol. One from a file that
 * does not come back is cut off and given no more candles of that symbol: its state is lost.
 * @throws UserError with exit code 2 when the instruments cannot give the strategy what it needs
 */
export function createSignalMachine(
  options: Maker & {
    /** Those of the feed. */
    readonly instruments?: readonly Instrument[];
    /** For a candle, of a strategy from a file. Default 3,000. */
    readonly limitMs?: number;
    /** Whether a position may be opened or grow on this candle. Default: on any. */
    mayOpen?(candle: Candle): boolean;
    onError(failure: StrategyFailure): void;
  },
): SignalMachine {
  const { strategy, instruments, limitMs = usualLimitMs } = options;
  if (instruments) checkServed(strategy, instruments);
  const needed = new Set<string>(strategy.needs.symbols);
  const seats = new Map<string, Map<string, Seat>>();
  let sequence = 0;
  /** Whose strategy is at work. */
  let inHand: Seat | undefined;

  const seatOf = (candle: Candle): Seat => {
    const { venue, symbol } = candle;
    const known = seats.get(symbol)?.get(venue);
    if (known) {
      known.candle = candle;
      return known;
    }
    const seat: Seat = { candle, player: undefined, suspended: false, idea: undefined };
    seats.set(symbol, (seats.get(symbol) ?? new Map<string, Seat>()).set(venue, seat));
    return seat;
  };

  const failed = (
    seat: Seat,
    { kind, error: thrown }: { kind: StrategyFailure['kind']; error: unknown },
  ): void => {
    const error = errorOfThrown(thrown);
    const place = (kind === 'threw' ? placeInCode(error) : undefined) ?? strategy.file;
    const { candle, suspended } = seat;
    options.onError({ strategy: strategy.name, candle, kind, error, place, suspended });
  };

  const ask = (seat: Seat, other?: Candle): StrategyIntent | undefined => {
    if (seat.suspended) return undefined;
    inHand = seat;
    try {
      seat.player ??= createPlayer(strategy);
      if (other === undefined) return seat.player.onCandle(seat.candle);
      seat.player.onOther(other);
    } catch (error) {
      failed(seat, { kind: 'threw', error });
    }
    return undefined;
  };

  const onCandle = (seat: Seat, recordedMs: number): TradeSignal | undefined => {
    const intent = ask(seat);
    if (intent === undefined) return undefined;
    try {
      const { candle, idea } = seat;
      if (options.mayOpen?.(candle) === false && !leaves(intent)) return undefined;
      const on = { candle, idea, sequence: sequence + 1, recordedMs };
      const signal = signalOfIntent(intent, options, on);
      sequence = signal.sequence;
      seat.idea = signal.data.targetPosition === 'flat' ? undefined : signal.correlationid;
      return signal;
    } catch (error) {
      failed(seat, { kind: 'nonsense', error });
      return undefined;
    }
  };

  /** Who is to be shown what of an instant: everybody the other symbols first, then each its own candle. */
  const turnsOf = ({ candles }: Instant): Turn[] => {
    const own = candles.map((candle) => ({ seat: seatOf(candle) }));
    const others = candles
      .filter(({ symbol }) => needed.has(symbol))
      .flatMap((other) =>
        [...seats.values()]
          .flatMap((ofSymbol) => ofSymbol.get(other.venue) ?? [])
          .filter(({ candle }) => candle.symbol !== other.symbol)
          .map((seat) => ({ seat, other })),
      );
    return [...others, ...own];
  };

  const onInstant = (instant: Instant, recordedMs: number): readonly TradeSignal[] => {
    let signals: TradeSignal[] | undefined;
    if (needed.size > 0)
      for (const { seat, other } of turnsOf(instant)) if (other) ask(seat, other);
    for (const candle of instant.candles) {
      const signal = onCandle(seatOf(candle), recordedMs);
      if (signal) (signals ??= []).push(signal);
    }
    return signals ?? none;
  };

  function* decideFreely(
    instants: readonly Instant[],
    recordedMs: (instant: Instant) => number,
  ): Generator<Step> {
    for (const instant of instants)
      yield { instant, signals: onInstant(instant, recordedMs(instant)) };
  }
  if (strategy.file === undefined) return { onInstant, decide: decideFreely };

  const { run } = createTimeLimit(limitMs);
  const suspend = (): void => {
    if (!inHand) return;
    inHand.suspended = true;
    const message = `it did not come back from a candle within ${limitMs / 1000} s`;
    failed(inHand, { kind: 'hung', error: new PermanentError('STRATEGY_HUNG', message) });
  };

  /** Slice by slice: what is decided under one watch is given on before the next begins. */
  function* decide(
    instants: readonly Instant[],
    recordedMs: (instant: Instant) => number,
  ): Generator<Step> {
    const waiting = instants.values();
    let step: { instant: Instant; turns: Turn[]; signals: TradeSignal[] } | undefined;
    let hasEnded = false;
    const isDone = (): boolean => hasEnded;
    let decided: Step[] = [];
    const slice = (): void => {
      const endMs = performance.now() + sliceMs;
      while (performance.now() < endMs) {
        const { value: instant } = step ? { value: step.instant } : waiting.next();
        hasEnded = instant === undefined;
        if (!instant) return;
        step ??= { instant, turns: turnsOf(instant).toReversed(), signals: [] };
        // Taken off before it is asked: one that is cut off is not asked again.
        for (let turn = step.turns.pop(); turn; turn = step.turns.pop())
          if (turn.other) ask(turn.seat, turn.other);
          else {
            const signal = onCandle(turn.seat, recordedMs(instant));
            if (signal) step.signals.push(signal);
          }
        decided.push({ instant, signals: step.signals });
        step = undefined;
      }
    };
    do {
      if (!run(slice)) suspend();
      const steps = decided;
      decided = [];
      yield* steps;
    } while (!isDone());
  }

  return {
    decide,
    onInstant: (instant, recordedMs) =>
      [...decide([instant], () => recordedMs)].flatMap(({ signals }) => signals),
  };
}

interface Seat {
  /** Its last one. */
  candle: Candle;
  /** Made with its first candle. */
  player: Player | undefined;
  suspended: boolean;
  /** The id of the entry whose position the strategy believes to hold. */
  idea: EventId | undefined;
}

interface Turn {
  readonly seat: Seat;
  /** A candle of another symbol; without it, its own is meant. */
  readonly other?: Candle;
}

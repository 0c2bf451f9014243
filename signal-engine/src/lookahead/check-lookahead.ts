import type { Candle } from '@heliograph/contracts';
import type { ConfiguredStrategy, StrategyIntent } from '../strategies/define-strategy.ts';
import { createPlayer } from '../strategies/player.ts';

/** What a strategy wanted before `time` became another thing because of what it must not know. */
interface LookaheadFinding {
  /**
   * What was changed: `truncated`, `permuted` or `scaled` is what follows, `repeated` nothing, `shifted` all by 28 days, `nudged` all prices
   * and volumes by a millionth.
   */
  readonly change: 'repeated' | 'shifted' | 'nudged' | 'truncated' | 'permuted' | 'scaled';
  /** Close of the first candle that is decided otherwise, epoch ms of the original. */
  readonly time: number;
}

export interface LookaheadReport {
  readonly candles: number;
  readonly signals: number;
  /** One for each kind of change, the earliest. */
  readonly findings: readonly LookaheadFinding[];
  /** How many candles after a later beginning it still decides otherwise, at most. */
  readonly warmUpCandles: number;
  /** It decides alike at last, wherever it began. */
  readonly settles: boolean;
}

const cuts = 8;
const lateStarts = [0.2, 0.35, 0.5];
const dayMs = 86_400_000;
const threw = 'threw ';
const shiftMs = 28 * dayMs;

const nudge = 1 + 1e-6;
/** Whoever compares prices decides otherwise at a tie at most; whoever knows them by heart, everywhere. */
const tieDecisions = 2;
const nudgedDecisions = 0.1;

const futures = {
  truncated: (): readonly Candle[] => [],
  permuted(after: readonly Candle[]): readonly Candle[] {
    const backwards = Map.groupBy(after, ({ symbol }) => symbol);
    return after.map((candle) => ({
      ...(backwards.get(candle.symbol)?.pop() ?? candle),
      ...timesOf(candle),
    }));
  },
  scaled: (after: readonly Candle[]): readonly Candle[] =>
    after.map((candle, at) => scaled(candle, at % 2 === 0 ? 1.5 : 0.75)),
};

/**
 * Plays the candles of one symbol, and those of the others that it needs, through fresh instances of a strategy while what follows is changed, and compares what it wants
 * before that. It finds who remembers another pass, looks a time or a price up or follows a clock or chance; who reads the file by place only shows
 * as a strategy that does not settle.
 */
export function checkLookahead(
  strategy: ConfiguredStrategy,
  own: readonly Candle[],
  others: readonly Candle[] = [],
): LookaheadReport {
  const [{ symbol } = { symbol: undefined }] = own;
  const candles = inOrder(own, others);
  const played = (sequence: readonly Candle[]): readonly string[] =>
    play(strategy, sequence, symbol);
  const ownIn = (sequence: readonly Candle[]): number =>
    sequence.filter((candle) => candle.symbol === symbol).length;
  const whole = played(candles);
  const findings: LookaheadFinding[] = [];
  const compare = (
    change: LookaheadFinding['change'],
    changed: readonly Candle[],
    until: number,
  ) => {
    const at = firstDifference(whole, played(changed), until);
    const candle = at === undefined ? undefined : candles[at];
    const known = findings.findIndex((finding) => finding.change === change);
    if (!candle || (findings[known]?.time ?? Infinity) <= candle.closeTime) return;
    if (known >= 0) findings.splice(known, 1);
    findings.push({ change, time: candle.closeTime });
  };

  compare('repeated', candles, candles.length);
  compare('shifted', candles.map(shifted), candles.length);
  const nudged = played(candles.map((candle) => scaled(candle, nudge))).map(kindOf);
  const differing = whole.flatMap((intent, at) => (kindOf(intent) === nudged[at] ? [] : [at]));
  const [earliest] = differing.map((at) => candles[at]);
  const decisions = whole.filter((intent) => intent !== '').length;
  if (earliest && differing.length > tieDecisions + nudgedDecisions * decisions)
    findings.push({ change: 'nudged', time: earliest.closeTime });
  for (let cut = 1; cut <= cuts; cut++) {
    const at = Math.floor((candles.length * cut) / (cuts + 1));
    const [before, after] = [candles.slice(0, at), candles.slice(at)];
    compare('truncated', [...before, ...futures.truncated()], at);
    compare('permuted', [...before, ...futures.permuted(after)], at);
    compare('scaled', [...before, ...futures.scaled(after)], at);
  }

  const late = lateStarts.map((part) => {
    const from = Math.floor(candles.length * part);
    const rest = candles.slice(from);
    const last = lastDifference(whole.slice(from), played(rest));
    return { warmUp: ownIn(rest.slice(0, last + 1)), of: ownIn(rest) };
  });
  return {
    candles: own.length,
    signals: whole.filter((intent) => intent !== '' && !intent.startsWith(threw)).length,
    findings,
    warmUpCandles: Math.max(...late.map(({ warmUp }) => warmUp)),
    settles: late.every(({ warmUp, of }) => warmUp <= 0.9 * of),
  };
}

/** As they close; what closes together with one of the others comes behind it. */
function inOrder(own: readonly Candle[], others: readonly Candle[]): readonly Candle[] {
  return others.length === 0
    ? own
    : [...others, ...own].toSorted((a, b) => a.closeTime - b.closeTime);
}

/** What it wants at each candle, as text, nothing as the empty one. Measured values are no decisions. */
function play(
  strategy: ConfiguredStrategy,
  candles: readonly Candle[],
  own: Candle['symbol'] | undefined,
): readonly string[] {
  const player = createPlayer(strategy);
  const wanted = (candle: Candle): StrategyIntent | undefined => {
    if (candle.symbol === own) return player.onCandle({ ...candle });
    player.onOther({ ...candle });
    return undefined;
  };
  return candles.map((candle) => {
    try {
      const intent = wanted(candle);
      return intent === undefined ? '' : JSON.stringify({ ...intent, indicators: undefined });
    } catch (error) {
      return `${threw}${String(error)}`;
    }
  });
}

/** Without prices, which move with those of the candles. */
function kindOf(intent: string): string {
  return /"intent":"\w+"/.exec(intent)?.[0] ?? intent.slice(0, threw.length);
}

function firstDifference(
  a: readonly string[],
  b: readonly string[],
  until: number,
): number | undefined {
  for (let at = 0; at < until; at++) if (a[at] !== b[at]) return at;
  return undefined;
}

function lastDifference(a: readonly string[], b: readonly string[]): number {
  return a.findLastIndex((intent, at) => intent !== b[at]);
}

function timesOf({ openTime, closeTime }: Candle): Pick<Candle, 'openTime' | 'closeTime'> {
  return { openTime, closeTime };
}

function shifted(candle: Candle): Candle {
  return {
    ...candle,
    openTime: candle.openTime + shiftMs,
    closeTime: candle.closeTime + shiftMs,
  };
}

function scaled(candle: Candle, factor: number): Candle {
  return {
    ...candle,
    open: candle.open * factor,
    high: candle.high * factor,
    low: candle.low * factor,
    close: candle.close * factor,
    ...(factor === nudge && { volume: candle.volume * factor }),
  };
}

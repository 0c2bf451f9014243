import {
  type Candle,
  canonicalJson,
  deterministicId,
  Name,
  type TradeSignal,
  UserError,
} from '@heliograph/contracts';
import type { z } from 'zod';
import { type Needs, readNeeds } from './needs.ts';
import { checkParams } from './strategy-params.ts';

/**
 * What a strategy wants, at the close of the candle that it was just given. Prices are decimal text. Venue, symbol,
 * time, reference price, id and expiry are filled in by the engine.
 */
export type StrategyIntent = Pick<
  z.input<typeof TradeSignal>['data'],
  | 'intent'
  | 'side'
  | 'targetPosition'
  | 'entry'
  | 'stopLoss'
  | 'takeProfits'
  | 'trailingStop'
  | 'timeStopMs'
  | 'size'
  | 'strength'
  | 'confidence'
  | 'horizonMs'
  | 'reasons'
  | 'indicators'
>;

/** One instance a symbol. It knows the candles that it was given, oldest first, and nothing else: no clock, no I/O. */
export interface Strategy {
  onCandle(candle: Candle): StrategyIntent | undefined;
  /**
   * Each candle of the longer timeframes and of the other symbols that it needs, once it has closed: before the
   * `onCandle` of the same moment. Timeframe and symbol tell which it is.
   */
  onOther?(candle: Candle): void;
}

/** A strategy together with the parameters that it runs with. */
export interface ConfiguredStrategy {
  readonly name: string;
  readonly version: string;
  /** With the defaults filled in. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Whose code it is, if not the program's own: its time is limited. */
  readonly file?: string;
  /** Equal for equal parameters. */
  readonly configHash: string;
  readonly needs: Needs;
  create(): Strategy;
}

export interface StrategyDefinition<S extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly version: string;
  readonly params: S;
  /** @throws UserError with exit code 2 that names what is wrong and which parameters there are */
  configure(params: z.input<S>): ConfiguredStrategy;
}

/**
 * Makes a strategy: a name and a version that go into every signal id, the parameters as a zod object (a default for
 * each, so that it runs without being told anything), and a factory of instances. `needs` says what else it wants to see.
 * @throws UserError when the name cannot be part of a subject
 */
export function defineStrategy<S extends z.ZodObject>(strategy: {
  name: string;
  version: string;
  params: S;
  needs?(params: z.output<S>): {
    /** Longer candles, such as `1h`, of its own symbol and of the others. */
    timeframes?: readonly string[];
    /** Other symbols of the same venue, such as `BTC/USDT`. */
    symbols?: readonly string[];
  };
  create(params: z.output<S>): Strategy;
}): StrategyDefinition<S> {
  const { name, version, params } = strategy;
  if (!Name.safeParse(name).success)
    throw new UserError(
      `found strategy name ${JSON.stringify(name)}, expected 1 to 64 letters, digits, dashes or underscores`,
      { exitCode: 1 },
    );
  return {
    name,
    version,
    params,
    configure(input) {
      const checked = checkParams(name, params, input);
      return {
        name,
        version,
        params: checked,
        configHash: deterministicId(canonicalJson(checked)),
        needs: readNeeds(name, strategy.needs?.(checked) ?? {}),
        create: () => strategy.create(checked),
      };
    },
  };
}

/**
 * A number that follows a series: undefined until it has seen enough. Each takes constant time a value and keeps a bounded
 * window, in floating point. It begins as TA-Lib's do: averages that look back for ever start from a simple average.
 */
export interface Indicator<In = number, Out = number> {
  /** Takes the next value. */
  push(value: In): Out | undefined;
}

/** High, low and close of a candle. */
export interface Range {
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/** What the script in the page draws: columns of numbers, which are a third of the size of rows. */
export interface ChartData {
  readonly instruments: readonly InstrumentChart[];
}

export interface InstrumentChart {
  readonly label: string;
  readonly candlesPerBar: number;
  /** Decimals of its prices. */
  readonly decimals: number;
  /** Epoch seconds of the opens, each as the distance from the one before. */
  readonly times: readonly number[];
  readonly open: readonly number[];
  readonly high: readonly number[];
  readonly low: readonly number[];
  readonly close: readonly number[];
  /** Quote currency, with so many decimals for people. */
  readonly moneyDecimals: number;
  readonly equity: readonly number[];
  readonly buyAndHold: readonly number[];
  /** Percent, 0 or below. */
  readonly drawdown: readonly number[];
  readonly trades: readonly ChartTrade[];
}

export interface ChartTrade {
  /** In the list of all trades. */
  readonly row: number;
  readonly side: 'long' | 'short';
  /** Places of the bars in which it was entered and left. */
  readonly entry: number;
  readonly exit: number;
  readonly won: boolean;
}

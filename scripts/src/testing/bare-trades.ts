/** Trades without what only the candles between entry and exit tell: as a journal has them. */
export function bareTrades(trades: readonly object[]): object[] {
  return trades.map((trade) =>
    Object.fromEntries(
      Object.entries(trade).filter(([name]) => name !== 'maeRatio' && name !== 'mfeRatio'),
    ),
  );
}

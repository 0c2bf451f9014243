import { figureGroups, figures, sources, type Figure } from '../statistics/figures.ts';

/** Every figure with its formula and source, in Markdown: docs/statistics.md. */
export function statisticsPage(): string {
  const all: [string, Figure][] = Object.entries(figures);
  const sections = figureGroups.flatMap((group) => [
    `## ${group}`,
    '',
    ...table(
      ['figure', 'formula', 'source'],
      all
        .filter(([, figure]) => figure.group === group)
        .map(([name, { formula, source }]) => [
          `\`${name}\``,
          formula,
          source ? `[${source}]` : '',
        ]),
    ),
    '',
  ]);
  return [
    ...introduction,
    ...sections,
    ...beyond,
    '## Sources',
    '',
    ...Object.entries(sources).map(([key, text]) => `- [${key}] ${text}.`),
    '',
    'Made from the code by `npx vitest run trade-log/src/statistics/page.test.ts -u`; changes here are lost.',
    '',
  ].join('\n');
}

const introduction = [
  '# Statistics',
  '',
  '`backtest`, `replay` and `performance` tell these figures, as text and with `--json`; the first two also in a [report](report.md). They are the same three times: the log is the backtest. `start` tells those that follow from its trades.',
  '',
  '- Money is exact decimal text in quote currency; ratios are numbers (0.1 is 10 %); times are epoch ms and spans ms.',
  '- `null`, in text `not enough data`, stands where a figure would mean nothing: a yearly return of less than 28 days, a Sharpe ratio of fewer than 20 daily returns, anything divided by nothing. Never NaN, never infinite. A yearly figure of less than a year is an extrapolation all the same.',
  '- Equity is cash and what is held, at the close of each candle of the tape; with several symbols once an instant, at the last close of each. Drawdowns are exact at these closes and do not see what happens within a candle.',
  '- Days, weekdays and months are those of UTC. A valuation at midnight ends the day before.',
  '- A trade is closed when its position is flat again; what is still open counts in `finalEquity` only.',
  '',
];

const beyond = [
  '## Beside the figures',
  '',
  '- `worstDrawdowns`: the ten deepest, with peak, trough and recovery.',
  '- `monthlyReturns`: the last valuation of each month over that of the month before, or over the start cash.',
  '- `breakdown`: the closed trades by `symbol`, `strategy`, `exitReason`, `side`, `weekday` and `month` of the exit; each with trades, wins, losses, winRate, pnl, fees, expectancy, expectancyRatio, profitFactor, bestReturnRatio and worstReturnRatio.',
  '- `trades`: each with `maeRatio` and `mfeRatio`, how far the price went against it and for it at the grain of candles: the candle of the exit counts with the exit only.',
  '',
  '## Held against backtesting.py',
  '',
  'On minutes of BTC/USDT and days of SPY, with three sizes each, the figures marked [bt] and those of SQN and Kelly equal those of backtesting.py to nine digits or more. Where conventions differ, theirs follow from ours in the tests:',
  '',
  '- **Sharpe, Sortino, volatility.** They compound a geometric mean and a log-normal variance over the year; ours are the plain ones of the sources. All in on BTC/USDT theirs is a Sharpe ratio of -219,226,605,942: a return of -100 % over a deviation of almost nothing.',
  '- **Calmar.** They divide the compounded daily return, we the CAGR.',
  '- **Time in market.** They count the candle at whose open the position is left as well, and leave out a position that is open at the end.',
  '- **Buy and hold.** They begin at the close at which the slowest indicator is there, we at the first close.',
  '- **Average lengths** they round up to a whole candle.',
  '- Alpha and beta are not reckoned here.',
  '',
];

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

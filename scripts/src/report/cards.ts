import { figureGroups, figures, type Metrics } from '@heliograph/trade-log';
import { figureText } from '../output/figure-text.ts';
import { change, count, money, percent } from '../output/format.ts';
import { escaped } from './html.ts';

interface Card {
  readonly label: string;
  readonly text: string;
  readonly more?: string;
  /** Coloured by its sign. */
  readonly sign?: number | null;
}

/** The figures that people look at first. */
export function cards(metrics: Metrics): string {
  const text = (name: keyof Metrics): string => figureText(metrics, name);
  const all: Card[] = [
    {
      label: 'Return',
      text: change(metrics.returnRatio),
      more: `ends with ${money(metrics.finalEquity)}`,
      sign: metrics.returnRatio,
    },
    {
      label: 'Buy and hold',
      text: text('buyAndHoldRatio'),
      more: 'without fees',
      sign: metrics.buyAndHoldRatio,
    },
    { label: 'A year (CAGR)', text: text('annualReturnRatio'), sign: metrics.annualReturnRatio },
    {
      label: 'Max. drawdown',
      text: percent(metrics.maxDrawdownRatio),
      more: `longest ${text('longestDrawdownMs')}`,
    },
    { label: 'Sharpe', text: text('sharpe'), more: `Sortino ${text('sortino')}` },
    { label: 'Calmar', text: text('calmar'), more: `volatility ${text('annualVolatilityRatio')}` },
    {
      label: 'Trades',
      text: count(metrics.trades),
      more: `${count(metrics.wins)} won, ${count(metrics.losses)} lost`,
    },
    {
      label: 'Win rate',
      text: text('winRate'),
      more: `lost in a row: ${text('longestLosingStreak')}`,
    },
    {
      label: 'Profit factor',
      text: text('profitFactor'),
      more: `SQN ${text('sqn')}`,
    },
    {
      label: 'A trade brings',
      text: text('expectancy'),
      more: text('expectancyRatio'),
      sign: metrics.expectancyRatio,
    },
    {
      label: 'Time in market',
      text: text('exposureRatio'),
      more: `turnover ${text('turnoverRatio')}`,
    },
    { label: 'Fees', text: text('feesPaid'), more: `slippage ${text('slippagePaid')}` },
  ];
  return `<dl class="cards">\n${all.map(cardOf).join('\n')}\n</dl>\n`;
}

function cardOf({ label, text, more, sign }: Card): string {
  const colour = sign ? ` class="${sign > 0 ? 'up' : 'down'}"` : '';
  const below = more === undefined ? '' : `<dd class="more">${escaped(more)}</dd>`;
  return `<div><dt>${escaped(label)}</dt><dd${colour}>${escaped(text)}</dd>${below}</div>`;
}

/** Every figure, each with its formula where the pointer rests. */
export function allFigures(metrics: Metrics): string {
  const names = Object.keys(figures).filter((name): name is keyof Metrics => name in figures);
  const groups = figureGroups.map((group) => {
    const lines = names
      .filter((name) => figures[name].group === group)
      .map((name) => {
        const { label, formula } = figures[name];
        return `<div title="${escaped(`${name}: ${formula}`)}"><dt>${escaped(label)}</dt><dd>${escaped(figureText(metrics, name))}</dd></div>`;
      });
    return `<div><h3>${escaped(group)}</h3><dl>\n${lines.join('\n')}\n</dl></div>`;
  });
  return `<div class="figures">\n${groups.join('\n')}\n</div>`;
}

import { Timeframe, UserError } from '@heliograph/contracts';
import { candleChart } from '../charts/candle-chart.ts';
import { equityChart } from '../charts/equity-chart.ts';
import { renderPng } from '../charts/render-png.ts';
import { percent, things } from '../messages/numbers.ts';
import { line } from '../messages/text.ts';
import type { CommandContext, Reply, TellingCommand } from './command.ts';
import { portfolioNames } from './portfolios.ts';
import { symbolFrom } from './words.ts';

export const chart: TellingCommand = {
  name: 'chart',
  kind: 'tells',
  description: 'A picture: of a symbol and its fills, or of the equity',
  usage: '[BTC/USDT] [1h] [@portfolio]',
  async run(context, [word, length]) {
    const [portfolio] = await portfolioNames(context);
    if (portfolio === undefined) throw new UserError('no portfolio is open');
    const symbol = symbolFrom(word);
    if (symbol === undefined) return equity(context, portfolio);
    const timeframe = timeframeFrom(length);
    const found = await context.ask('chart', {
      portfolio,
      symbol,
      ...(timeframe !== undefined && { timeframe }),
    });
    const { candles, fills } = found;
    const picture = await renderPng(candleChart(found));
    return {
      emoji: '🕯',
      title: `${symbol} ${found.timeframe}`,
      lines: [line`${things(candles.length, 'candle')}, ${things(fills.length, 'fill')}`],
      picture,
    };
  },
};

async function equity({ ask }: CommandContext, portfolio: string): Promise<Reply> {
  const found = await ask('equity', { portfolio });
  const [first, last] = [found.points[0]?.[1], found.points.at(-1)?.[1]];
  if (first === undefined || last === undefined || found.points.length < 2)
    throw new UserError('nothing was valued yet; name a symbol, such as /chart BTC/USDT');
  const since = found.points[0]?.[0].slice(0, 10) ?? '';
  return {
    emoji: '📈',
    title: `Equity of ${portfolio}`,
    lines: [
      Number(first) > 0
        ? line`${percent(Number(last) / Number(first) - 1)} since ${since}`
        : line`Since ${since}`,
    ],
    picture: await renderPng(equityChart(found)),
  };
}

function timeframeFrom(word: string | undefined) {
  if (word === undefined) return undefined;
  const parsed = Timeframe.safeParse(word);
  if (parsed.success) return parsed.data;
  throw new UserError(`"${word.slice(0, 40)}": expected a timeframe such as 1m, 1h or 1d`);
}

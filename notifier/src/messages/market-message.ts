import { disturbances, type MarketDisturbed } from '@heliograph/contracts';
import { compose } from './compose.ts';
import type { Message } from './message.ts';
import { line } from './text.ts';

const titles: Readonly<Record<MarketDisturbed['data']['kind'], string>> = {
  MARKET_GAP: 'The market has a hole',
  MARKET_SILENT: 'The market is silent',
  MARKET_BACK: 'The market is back',
  BAD_CANDLE: 'A candle that cannot be',
  FUTURE_DATA: 'Data of the future',
  LATE_DATA: 'Data that came late',
  CLOCK_JUMP: 'The clock has jumped',
};

const emojis = { info: '📶', warning: '🕳️', error: '📵' } as const;

/** What is wrong, or right again, with a market or a service. */
export function marketMessage(event: MarketDisturbed): Message {
  const { kind, severity, venue, symbol, timeframe, detail } = event.data;
  return compose(
    {
      severity,
      quiet: severity === 'info',
      emoji: emojis[severity],
      title: symbol === undefined ? titles[kind] : `${symbol}: ${titles[kind].toLowerCase()}`,
      lines: [
        venue === undefined
          ? undefined
          : line`${venue}${timeframe === undefined ? '' : `, ${timeframe}`}`,
        line`${detail}`,
        severity === 'info' ? undefined : line`${disturbances[kind]}`,
      ],
    },
    event,
  );
}

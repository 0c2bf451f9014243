import type { StrategyFailed } from '@heliograph/contracts';
import { compose } from './compose.ts';
import type { Message } from './message.ts';
import { code, line } from './text.ts';

const what = {
  threw: 'failed',
  hung: 'did not come back',
  nonsense: 'wants what is no signal',
} as const satisfies Record<StrategyFailed['data']['failure'], string>;

/** A strategy that failed on a candle, and what that means for its symbol. */
export function strategyMessage(event: StrategyFailed): Message {
  const { strategy, venue, symbol, timeframe, failure, error, place, suspended } = event.data;
  return compose(
    {
      severity: 'error',
      emoji: '🧩',
      title: `${strategy} ${what[failure]} on ${symbol}`,
      lines: [
        line`${error}`,
        place === undefined ? undefined : line`at ${code(place)}`,
        suspended
          ? line`It is given no more candles of ${symbol} on ${venue} until the engine begins again; positions keep their exits`
          : line`It made no signal of that candle of ${timeframe} on ${venue} and goes on`,
      ],
    },
    event,
  );
}

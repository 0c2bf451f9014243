import { liveTape, toMs, type JournalEventOf } from '@heliograph/contracts';
import { compose, type Draft } from './compose.ts';
import { roles } from './intended-message.ts';
import type { Message } from './message.ts';
import { amount, count, money, named, percent, result } from './numbers.ts';
import { why } from './order-messages.ts';
import { currencyOf, label, type Portfolio } from './portfolio.ts';
import { settingsLines } from './settings.ts';
import { code, line, listed } from './text.ts';
import { duration } from './times.ts';

/** The first event of a portfolio: it names its own mode and currency. */
export function opened({ data, ...event }: JournalEventOf<'portfolio_opened'>): Message {
  const { portfolio, mode, tape, currency, settings } = data;
  return compose(
    {
      severity: 'info',
      emoji: '📒',
      title: `${label({ name: portfolio, mode })} Portfolio ${portfolio} opened`,
      lines: [
        tape === liveTape ? line`By the wall clock` : line`Replay of ${tape}`,
        ...settingsLines(settings, currency),
      ],
    },
    event,
  );
}

/** Other settings from here on. */
export function reconfigured(
  event: JournalEventOf<'portfolio_reconfigured'>,
  portfolio: Portfolio,
): Message {
  const { settings, decisionsVersion, author } = event.data;
  return compose(
    {
      severity: 'warning',
      emoji: '🔧',
      title: `${label(portfolio)} Trades by other settings`,
      lines: [
        line`By ${author}, rules of version ${code(count(decisionsVersion))}`,
        ...settingsLines(settings, portfolio.currency ?? ''),
      ],
    },
    event,
  );
}

/** The run has ended: what it comes to. */
export function marked(event: JournalEventOf<'portfolio_marked'>, portfolio: Portfolio): Message {
  const { tape, candles, cash, equity, positions } = event.data;
  const currency = portfolio.currency ?? '';
  return compose(
    {
      severity: 'info',
      emoji: '🏁',
      title: `${label(portfolio)} ${tape} has ended`,
      lines: [
        line`Equity ${code(money(equity, currency))}, cash ${code(money(cash, currency))}`,
        ...listed(positions, ({ symbol, quantity, price }) => {
          return line`Open: ${symbol} ${code(amount(quantity))} at ${code(amount(price))}`;
        }),
        positions.length === 0 ? line`No open positions` : undefined,
        line`${code(count(candles))} ${named(candles, 'candle')}`,
      ],
    },
    event,
  );
}

/** By what came about: a signal, the role of an order, or a person. What else a journal says is shown as it is. */
const exitReasons: ReadonlyMap<string, string> = new Map([
  ...Object.entries(roles).map(([role, text]): [string, string] => [role, text.toLowerCase()]),
  ['exit', 'signal'],
  ['manual', 'closed by hand'],
  ['write_off', 'written off'],
]);

export function closed(event: JournalEventOf<'trade_closed'>, portfolio: Portfolio): Message {
  const { data } = event;
  const currency = currencyOf(portfolio, data.symbol);
  return compose(
    {
      ...closedHead(event, portfolio),
      lines: [
        line`${data.strategy}, ${data.side} ${code(amount(data.quantity))}, ${code(amount(data.entryPrice))} → ${code(amount(data.exitPrice))}`,
        line`${held(event)}, fees ${code(money(data.fees, currency))}`,
        why(exitReasonOf(event)),
      ],
    },
    event,
  );
}

/** What a closed trade has come to, before all else. */
export function closedHead(
  { data: { symbol, pnl, returnRatio } }: JournalEventOf<'trade_closed'>,
  portfolio: Portfolio,
): Pick<Draft, 'severity' | 'emoji' | 'title'> {
  const won = Math.sign(Number(pnl));
  const [emoji, severity] =
    won > 0
      ? (['💰', 'success'] as const)
      : won < 0
        ? (['🔻', 'warning'] as const)
        : (['⚪', 'info'] as const);
  const came = `${result(pnl, currencyOf(portfolio, symbol))} (${percent(returnRatio)})`;
  return { severity, emoji, title: `${label(portfolio)} Closed ${symbol}: ${came}` };
}

export function held({ data }: JournalEventOf<'trade_closed'>): string {
  return `Held ${duration(toMs(data.exitTime) - toMs(data.entryTime))}`;
}

export function exitReasonOf({ data }: JournalEventOf<'trade_closed'>): string {
  return exitReasons.get(data.exitReason) ?? data.exitReason;
}

/** Who changes the state when a limit of the whole portfolio is reached. */
const breaker = 'breaker';

const states = {
  ACTIVE: { severity: 'success', emoji: '🟢', title: 'Trading is active' },
  REDUCING: { severity: 'warning', emoji: '🟡', title: 'Only exits are traded' },
  HALTED: { severity: 'error', emoji: '🛑', title: 'Trading is halted' },
} as const;

export function stateChanged(
  event: JournalEventOf<'trading_state_changed'>,
  portfolio: Portfolio,
): Message {
  const { from, to, reason, author } = event.data;
  const { severity, emoji, title } = states[to];
  return compose(
    {
      severity,
      emoji,
      title: `${label(portfolio)} ${title}`,
      lines: [line`${from} → ${to} by ${author === breaker ? 'the breaker' : author}`, why(reason)],
    },
    event,
  );
}

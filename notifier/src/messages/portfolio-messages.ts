import { liveTape, toMs, type JournalEventOf, type Stake } from '@heliograph/contracts';
import { compose } from './compose.ts';
import type { Message } from './message.ts';
import { amount, money, percent, result } from './numbers.ts';
import { why } from './order-messages.ts';
import { currencyOf, label, type Portfolio } from './portfolio.ts';
import { code, line, type Line } from './text.ts';
import { duration } from './times.ts';

/** The first event of a portfolio: it names its own mode and currency. */
export function opened({ data, ...event }: JournalEventOf<'portfolio_opened'>): Message {
  const { portfolio, mode, tape, currency, settings } = data;
  const { feeBps, slippageBps, lotSize, tickSize, risk } = settings;
  return compose(
    {
      severity: 'info',
      emoji: '📒',
      title: `${label({ name: portfolio, mode })} Portfolio ${portfolio} opened`,
      lines: [
        tape === liveTape ? line`By the wall clock` : line`Replay of ${tape}`,
        line`Cash ${code(money(settings.cash, currency))}, per entry ${code(stake(settings.stake, currency))}`,
        [
          ...line`Fee ${code(amount(feeBps))} bps, slippage ${code(amount(slippageBps))} bps, `,
          ...line`lot ${code(amount(lotSize))}`,
          ...(tickSize === undefined ? [] : line`, tick ${code(amount(tickSize))}`),
        ],
        risk.maxPositions === undefined
          ? line`Any number of positions`
          : line`At most ${code(amount(String(risk.maxPositions)))} positions`,
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
        line`${code(amount(String(candles)))} candles`,
      ],
    },
    event,
  );
}

export function closed(event: JournalEventOf<'trade_closed'>, portfolio: Portfolio): Message {
  const { data } = event;
  const currency = currencyOf(portfolio, data.symbol);
  const won = Math.sign(Number(data.pnl));
  const [emoji, severity] =
    won > 0
      ? (['💰', 'success'] as const)
      : won < 0
        ? (['🔻', 'warning'] as const)
        : (['⚪', 'info'] as const);
  return compose(
    {
      severity,
      emoji,
      title: `${label(portfolio)} Closed ${data.symbol}: ${result(data.pnl, currency)} (${percent(data.returnRatio)})`,
      lines: [
        line`${data.strategy}, ${data.side} ${code(amount(data.quantity))}, ${code(amount(data.entryPrice))} → ${code(amount(data.exitPrice))}`,
        line`Held ${duration(toMs(data.exitTime) - toMs(data.entryTime))}, fees ${code(money(data.fees, currency))}`,
        why(data.exitReason),
      ],
    },
    event,
  );
}

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
      lines: [line`${from} → ${to} by ${author}`, why(reason)],
    },
    event,
  );
}

/** What the venue says otherwise than the journal; nothing to say where they agree. */
export function reconciled(
  event: JournalEventOf<'reconciliation_reported'>,
  portfolio: Portfolio,
): Message | undefined {
  const { checked, differences } = event.data;
  const count = differences.length;
  if (count === 0) return undefined;
  return compose(
    {
      severity: 'error',
      emoji: '🔎',
      title: `${label(portfolio)} The venue disagrees on ${count} of ${checked} orders`,
      lines: [...listed(differences, ({ orderId, found }) => line`${code(orderId)}: ${found}`)],
    },
    event,
  );
}

const maxListed = 5;

function listed<T>(items: readonly T[], show: (item: T) => Line): Line[] {
  const lines = items.slice(0, maxListed).map(show);
  const more = items.length - lines.length;
  return more === 0 ? lines : [...lines, line`and ${amount(String(more))} more`];
}

function stake(stake: Stake, currency: string): string {
  if (stake.kind === 'all') return 'all there is';
  return stake.kind === 'quote'
    ? money(stake.value, currency)
    : `${amount(stake.value)} in base units`;
}

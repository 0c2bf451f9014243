import { listPortfolios } from '@heliograph/execution';
import type { Bus } from '@heliograph/contracts/bus';
import { z } from 'zod';
import { closeEverything, isAllClosed, type Everything } from '../control/close-everything.ts';
import { confirm } from '../control/confirm.ts';
import { closingsOf } from '../control/close-positions.ts';
import { controlOptions } from '../control/control-options.ts';
import { openControl } from '../control/open-control.ts';
import { createViewsReader } from '../control/portfolio-view.ts';
import { selectPortfolios, type Selection } from '../control/select-portfolios.ts';
import { changeTradingState } from '../control/trading-state.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { closedTable } from '../output/closed-table.ts';
import { amount } from '../output/format.ts';
import type { Terminal } from '../output/terminal.ts';
import { isFollowed, tellState } from './trading-state.ts';

const PanicOptions = z.object({
  ...controlOptions,
  yes: z.boolean().default(false),
});

const stateWithinMs = 5_000;

/** Halts, then leaves everything. The workers take back what is open by themselves once they are halted. */
export async function panic(invocation: Invocation): Promise<ExitCode> {
  const { portfolio, author, wait, yes, ...options } = readOptions(invocation, PanicOptions);
  const reason = options.reason ?? 'panic';
  await using bus = await openControl(invocation);
  const selection = selectPortfolios(await listPortfolios(bus), portfolio);
  const { terminal, json } = invocation;
  const dialogue = { input: process.stdin, output: process.stderr };
  if (!yes && !(await confirm(await question(bus, selection), dialogue))) {
    terminal.note('Nothing was done.');
    return exitCodes.failed;
  }
  const answer = await changeTradingState(bus, selection, {
    state: 'HALTED',
    reason,
    author,
    waitMs: Math.min(stateWithinMs, wait),
  });
  if (!json) tellState(terminal, { state: 'HALTED', selection, answer });
  const left = await closeEverything(bus, selection.open, {
    reason: `panic by ${author}: ${reason}`,
    waitMs: wait,
  });
  if (json) terminal.data(JSON.stringify({ state: 'HALTED', reason, author, ...answer, ...left }));
  else tellClosed(terminal, left);
  return isFollowed(answer) && isAllClosed(left) ? exitCodes.ok : exitCodes.findings;
}

function tellClosed(terminal: Terminal, { closed, entries, held, unread }: Everything): void {
  if (closed.length > 0) terminal.data(closedTable(closed));
  else if (held.length + entries.length + unread.length === 0) terminal.data('Nothing is held.');
  for (const { why } of unread) terminal.data(`Nothing is closed of ${why}`);
  for (const { portfolio, symbol, side, orderId, status } of entries)
    terminal.data(
      `${portfolio}: ${orderId}, which enters ${symbol} (${side}), is not taken back yet (${status.replace('_', ' ')}); the workers go on, and what it brings stays until it is closed.`,
    );
  for (const { portfolio, symbol, side, quantity } of held)
    terminal.data(`${portfolio}: ${side} ${amount(quantity)} ${symbol} came late: close it again.`);
}

async function question(bus: Bus, { names, open }: Selection): Promise<string> {
  const { views, unread } = await createViewsReader(bus, open)();
  const held = closingsOf(views).map(
    ({ position: { symbol, side, quantity } }) => `${side} ${amount(quantity)} ${symbol}`,
  );
  const what = held.length === 0 ? 'close whatever is held' : `close ${held.join(', ')}`;
  const besides = unread.map(({ why }) => ` Nothing can be closed of ${why}.`).join('');
  return `Halt ${names.join(', ')}, take back open orders and ${what} at the market?${besides}`;
}

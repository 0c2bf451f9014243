import { listPortfolios } from '@heliograph/execution';
import type { Bus } from '@heliograph/contracts/bus';
import { z } from 'zod';
import { isClosed } from '../control/close-outcome.ts';
import { closePositions, type Closed } from '../control/close-positions.ts';
import { confirm } from '../control/confirm.ts';
import { controlOptions } from '../control/control-options.ts';
import { openControl } from '../control/open-control.ts';
import { instrumentOf, readView } from '../control/portfolio-view.ts';
import { selectPortfolios, type Selection } from '../control/select-portfolios.ts';
import { changeTradingState } from '../control/trading-state.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { closedTable } from '../output/closed-table.ts';
import { amount } from '../output/format.ts';
import { closingsOf } from './close.ts';
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
  const closed = await closeAll(bus, selection, {
    reason: `panic by ${author}: ${reason}`,
    waitMs: wait,
  });
  if (json) terminal.data(JSON.stringify({ state: 'HALTED', reason, author, ...answer, closed }));
  else if (closed.length === 0) terminal.data('Nothing is held.');
  else terminal.data(closedTable(closed));
  return isFollowed(answer) && closed.every(isClosed) ? exitCodes.ok : exitCodes.findings;
}

/** An entry that was on its way when the halt came may still be filled: what it brings is left in another round. */
const rounds = 3;

async function closeAll(
  bus: Bus,
  { open }: Selection,
  options: { readonly reason: string; readonly waitMs: number },
): Promise<Closed[]> {
  const closed: Closed[] = [];
  for (let round = 1; round <= rounds; round++) {
    const tried = new Set(closed.filter((one) => !isClosed(one)).map(keyOf));
    const views = await Promise.all(open.map((listed) => readView(bus, listed)));
    const closings = closingsOf(views).filter(
      ({ held, position }) => !tried.has(keyOf({ portfolio: held.name, ...position })),
    );
    if (closings.length === 0) break;
    closed.push(...(await closePositions(bus, closings, options)));
  }
  return closed;
}

function keyOf(one: Pick<Closed, 'portfolio' | 'venue' | 'symbol'>): string {
  return `${one.portfolio} ${instrumentOf(one)}`;
}

async function question(bus: Bus, { names, open }: Selection): Promise<string> {
  const views = await Promise.all(open.map((listed) => readView(bus, listed)));
  const held = closingsOf(views).map(
    ({ position: { symbol, side, quantity } }) => `${side} ${amount(quantity)} ${symbol}`,
  );
  const what = held.length === 0 ? 'close whatever is held' : `close ${held.join(', ')}`;
  return `Halt ${names.join(', ')}, take back open orders and ${what} at the market?`;
}

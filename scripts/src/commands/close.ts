import { UserError, type SymbolName } from '@heliograph/contracts';
import { listPortfolios } from '@heliograph/execution';
import { z } from 'zod';
import { isClosed } from '../control/close-outcome.ts';
import { closePositions, closingsOf, type Closing } from '../control/close-positions.ts';
import { controlOptions } from '../control/control-options.ts';
import { openControl } from '../control/open-control.ts';
import { readView, type ReadView } from '../control/portfolio-view.ts';
import { readSymbols } from '../control/read-symbols.ts';
import { selectPortfolios } from '../control/select-portfolios.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { closedTable } from '../output/closed-table.ts';

const CloseOptions = z.object({ ...controlOptions, all: z.boolean().default(false) });

/** Leaves positions by signals of a person, which no strategy has to agree to. */
export async function close(invocation: Invocation): Promise<ExitCode> {
  const { portfolio, reason, author, wait, all } = readOptions(invocation, CloseOptions);
  const symbols = readSymbols('close', invocation.words);
  if (all === symbols.length > 0)
    throw new UserError('close: name the symbols, such as BTC/USDT, or say --all', { exitCode: 2 });
  await using bus = await openControl(invocation);
  const { open } = selectPortfolios(await listPortfolios(bus), portfolio);
  const views = await Promise.all(open.map((listed) => readView(bus, listed)));
  const closings = closingsOf(views).filter(
    ({ position }) => all || symbols.includes(position.symbol),
  );
  if (!all) refuseNotHeld(symbols, closings, views);
  const said = `closed by hand by ${author}${reason === undefined ? '' : `: ${reason}`}`;
  const closed = await closePositions(bus, closings, { reason: said, waitMs: wait });
  const { terminal, json } = invocation;
  if (json) terminal.data(JSON.stringify({ closed }));
  else if (closed.length === 0) terminal.note(`Nothing is held in ${portfolio}.`);
  else terminal.data(closedTable(closed));
  return closed.every(isClosed) ? exitCodes.ok : exitCodes.findings;
}

/** A misspelt symbol closes nothing, nor does what stands beside it. */
function refuseNotHeld(
  symbols: readonly SymbolName[],
  closings: readonly Closing[],
  views: readonly ReadView[],
): void {
  const missing = symbols.filter((symbol) =>
    closings.every(({ position }) => position.symbol !== symbol),
  );
  if (missing.length === 0) return;
  const held = closingsOf(views).map(({ position }) => position.symbol);
  const known = held.length === 0 ? 'nothing is held' : `held are ${[...new Set(held)].join(', ')}`;
  throw new UserError(`close: no position in ${missing.join(', ')}; ${known}`, { exitCode: 2 });
}

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@heliograph/contracts';
import { listPortfolios } from '@heliograph/execution';
import { z } from 'zod';
import { cancelEntries } from '../control/cancel-entries.ts';
import { controlOptions } from '../control/control-options.ts';
import { choicesOf, type OpenEntry } from '../control/open-entries.ts';
import { openControl } from '../control/open-control.ts';
import { createViewReader, type ReadView } from '../control/portfolio-view.ts';
import { readSymbols } from '../control/read-symbols.ts';
import { selectPortfolios } from '../control/select-portfolios.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { formatTable, type Column } from '../output/table.ts';

const CancelOptions = z.object({ ...controlOptions, all: z.boolean().default(false) });

const lookAgainMs = 200;

const columns: readonly Column<OpenEntry>[] = [
  { title: 'PORTFOLIO', text: ({ portfolio }) => portfolio },
  { title: 'SYMBOL', text: ({ symbol }) => symbol },
  { title: 'SIDE', text: ({ side }) => side },
  { title: 'ORDER', text: ({ orderId }) => orderId },
  { title: 'BECAME', text: ({ status }) => status.replace('_', ' ') },
];

/**
 * Takes back entries that wait for the market, and orders to leave that the venue does not list, by signals of a person; what
 * they have brought so far stays.
 */
export async function cancel(invocation: Invocation): Promise<ExitCode> {
  const { portfolio, reason, author, wait, all } = readOptions(invocation, CancelOptions);
  const symbols = readSymbols('cancel', invocation.words);
  if (all === symbols.length > 0)
    throw new UserError('cancel: name the symbols, such as BTC/USDT, or say --all', {
      exitCode: 2,
    });
  await using bus = await openControl(invocation);
  const { open } = selectPortfolios(await listPortfolios(bus), portfolio);
  const readers = open.map((listed) => createViewReader(bus, listed));
  const read = () => Promise.all(readers.map((look) => look()));
  const untilMs = performance.now() + wait;
  let views = await read();
  const meant = choicesOf(views).filter(({ symbol }) => all || symbols.includes(symbol));
  const missing = symbols.filter((symbol) => meant.every((entry) => entry.symbol !== symbol));
  if (missing.length > 0)
    throw new UserError(`cancel: no entry is open in ${missing.join(', ')}`, { exitCode: 2 });
  const command = randomBytes(6).toString('hex');
  const said = `${author}${reason === undefined ? '' : `: ${reason}`}`;
  for (const symbol of new Set(meant.map((entry) => entry.symbol)))
    await cancelEntries(bus, views, { symbol, author: said, command });
  while (isAnyOpen(meant, views) && performance.now() < untilMs) {
    await sleep(lookAgainMs);
    views = await read();
  }
  const entries = meant.map((entry) => ({ ...entry, status: statusIn(views, entry) }));
  const { terminal, json } = invocation;
  if (json) terminal.data(JSON.stringify({ entries }));
  else if (entries.length === 0) terminal.note(`No entry is open in ${portfolio}.`);
  else terminal.data(formatTable(columns, entries));
  if (!isAnyOpen(meant, views)) return exitCodes.ok;
  if (!json) terminal.note('Not all is taken back yet: the workers go on, as soon as they can.');
  return exitCodes.findings;
}

function isAnyOpen(entries: readonly OpenEntry[], views: readonly ReadView[]): boolean {
  return entries.some(({ portfolio, orderId }) =>
    views.some((view) => view.name === portfolio && view.portfolio.orders.has(orderId)),
  );
}

/** As the journal has it now. */
function statusIn(
  views: readonly ReadView[],
  { portfolio, orderId, status }: OpenEntry,
): OpenEntry['status'] {
  const view = views.find(({ name }) => name === portfolio)?.portfolio;
  const order = view?.orders.get(orderId) ?? view?.endedOrders.get(orderId);
  return order?.status ?? status;
}

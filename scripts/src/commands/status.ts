import { Name, UserError } from '@heliograph/contracts';
import { listPortfolios, type ListedPortfolio } from '@heliograph/execution';
import { z } from 'zod';
import { openControl } from '../control/open-control.ts';
import { portfolioStatus } from '../control/portfolio-status.ts';
import { createViewsReader } from '../control/portfolio-view.ts';
import { selectPortfolios } from '../control/select-portfolios.ts';
import { readTradingStates, waitingStates } from '../control/trading-state.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { statusText, waitingText } from '../output/status-text.ts';

const StatusOptions = z.object({ portfolio: Name });

/** How it stands with each portfolio, from what its workers have written down. */
export async function status(invocation: Invocation): Promise<ExitCode> {
  const { portfolio } = readOptions(invocation, StatusOptions);
  await using bus = await openControl(invocation);
  const all = await listPortfolios(bus);
  const { kept, unreadable } = await readTradingStates(bus);
  const waiting = waitingStates(kept, all, portfolio);
  const listed = waiting.length > 0 && portfolio !== 'all' ? [] : meant(all, portfolio);
  const { views, unread } = await createViewsReader(bus, listed)();
  const nowMs = Date.now();
  const portfolios = views.map((view) => portfolioStatus(view, { kept, unreadable, nowMs }));
  const { terminal, json } = invocation;
  if (json) terminal.data(JSON.stringify({ portfolios, waiting, unread }));
  else {
    if (portfolios.length + unread.length === 0)
      terminal.note('No portfolio is open: the first signal that the workers take opens one.');
    const texts = [
      ...portfolios.map((one) => statusText(one, terminal)),
      ...unread.map(({ why }) => why),
      ...(waiting.length > 0 ? [waiting.map(waitingText).join('\n')] : []),
    ];
    if (texts.length > 0) terminal.data(texts.join('\n\n'));
  }
  return exitCodes.ok;
}

/** Those that are open; by its own name also one that has ended. */
function meant(listed: readonly ListedPortfolio[], wanted: string): readonly ListedPortfolio[] {
  const { open } = selectPortfolios(listed, wanted);
  if (wanted === 'all' || open.length > 0) return open;
  const ended = listed.filter(({ name }) => name === wanted);
  if (ended.length > 0) return ended;
  const names = listed.filter((one) => one.status === 'open').map(({ name }) => name);
  const known = names.length === 0 ? 'none is' : `open are ${names.join(', ')}`;
  throw new UserError(`--portfolio: nothing is open under the name ${wanted}; ${known}`, {
    exitCode: 2,
  });
}

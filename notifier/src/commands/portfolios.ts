import { UserError, type QueryResult } from '@heliograph/contracts';
import { count, things } from '../messages/numbers.ts';
import type { CommandContext } from './command.ts';

export type Standing = QueryResult<'standing'>['portfolios'][number];

/** The portfolio that was named, or all that are open. */
export async function standings({ ask, portfolio }: CommandContext): Promise<readonly Standing[]> {
  const { portfolios } = await ask('standing', portfolio === undefined ? {} : { portfolio });
  if (portfolios.length === 0)
    throw new UserError('no portfolio is open: the first signal that is taken opens one');
  return portfolios;
}

/** As `standings`, by name only. */
export async function portfolioNames(context: CommandContext): Promise<readonly string[]> {
  if (context.portfolio !== undefined) return [context.portfolio];
  return (await standings(context)).map(({ portfolio }) => portfolio);
}

/** The name of a portfolio, or `all`. */
export function meant({ portfolio }: CommandContext): string {
  return portfolio ?? 'all';
}

export function openText({ openPositions, maxPositions }: Standing): string {
  return maxPositions === null
    ? things(openPositions, 'position')
    : `${count(openPositions)} of ${things(maxPositions, 'position')}`;
}

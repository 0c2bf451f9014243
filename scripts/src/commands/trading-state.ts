import { UserError, type TradingState } from '@heliograph/contracts';
import { listPortfolios } from '@heliograph/execution';
import { z } from 'zod';
import { controlOptions } from '../control/control-options.ts';
import { openControl } from '../control/open-control.ts';
import { selectPortfolios, type Selection } from '../control/select-portfolios.ts';
import { changeTradingState, type StateAnswer } from '../control/trading-state.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import type { Terminal } from '../output/terminal.ts';

const StateOptions = z.object(controlOptions);

/** Nothing of the strategies is traded any more. */
export async function halt(invocation: Invocation): Promise<ExitCode> {
  return change(invocation, 'HALTED', 'halted by hand');
}

/** Positions are left, none is entered. */
export async function reduce(invocation: Invocation): Promise<ExitCode> {
  return change(invocation, 'REDUCING', 'reduced by hand');
}

/** Everything is traded again. */
export async function resume(invocation: Invocation): Promise<ExitCode> {
  return change(invocation, 'ACTIVE');
}

async function change(
  invocation: Invocation,
  state: TradingState,
  usualReason?: string,
): Promise<ExitCode> {
  const { portfolio, author, wait, ...options } = readOptions(invocation, StateOptions);
  const reason = options.reason ?? usualReason;
  if (reason === undefined)
    throw new UserError('--reason: say why trading may go on; it is kept in the journal', {
      exitCode: 2,
    });
  await using bus = await openControl(invocation);
  const selection = selectPortfolios(await listPortfolios(bus), portfolio);
  const answer = await changeTradingState(bus, selection, { state, reason, author, waitMs: wait });
  const { terminal, json } = invocation;
  if (json) terminal.data(JSON.stringify({ state, reason, author, ...shown(selection, answer) }));
  else tellState(terminal, { state, selection, answer });
  return isFollowed(answer) ? exitCodes.ok : exitCodes.findings;
}

/** Whether those concerned are in that state, and there are any. */
export function isFollowed({ followed, unanswered, overruled }: StateAnswer): boolean {
  return followed.length > 0 && unanswered.length + overruled.length === 0;
}

function shown({ names }: Selection, answer: StateAnswer) {
  return { portfolios: names, ...answer };
}

const meanings: Readonly<Record<TradingState, string>> = {
  HALTED: 'nothing of the strategies is traded; protective exits go on working',
  REDUCING: 'only exits are traded',
  ACTIVE: 'everything is traded',
};

export function tellState(
  terminal: Terminal,
  it: {
    readonly state: TradingState;
    readonly selection: Selection;
    readonly answer: StateAnswer;
  },
): void {
  const { state, selection, answer } = it;
  for (const name of answer.followed) terminal.data(`${name} is ${state}: ${meanings[state]}.`);
  for (const name of answer.unanswered)
    terminal.data(
      `${name} is to be ${state}, but no worker has answered. It is kept, and they follow it as soon as they are there.`,
    );
  for (const { portfolio, state: other, author, reason } of answer.overruled)
    terminal.data(
      `${portfolio} is not to be ${state} any more: ${author} has wanted it ${other} since (${reason}).`,
    );
  if (selection.open.length === 0)
    terminal.data(
      `${selection.names.join(', ')} is to be ${state}. It is kept; nothing is open under that name yet, and workers follow it from their start on.`,
    );
  if (selection.others.length > 0)
    terminal.note(
      `Not changed: ${selection.others.join(', ')}. Name it with --portfolio, or say --portfolio all.`,
    );
}

import { UserError, type TradingState } from '@heliograph/contracts';
import { bold, line, type Line } from '../messages/text.ts';
import type { ActingCommand, CommandContext, Proposal, Reply } from './command.ts';
import type { Control } from './control.ts';
import { meant, standings, type Standing } from './portfolios.ts';

const meanings: Readonly<Record<TradingState, string>> = {
  ACTIVE: 'everything is traded',
  REDUCING: 'only exits are traded; stops and targets go on working',
  HALTED: 'nothing of the strategies is traded; stops and targets go on working',
};

/** The author of what a portfolio's own limits do. */
const breaker = 'breaker';

export const pause = changing('pause', 'REDUCING', {
  description: 'Enter nothing more; exits go on',
  button: 'Yes, enter nothing more',
});

export const stop = changing('stop', 'HALTED', {
  description: 'Trade nothing more; stops and targets go on',
  button: 'Yes, halt',
});

export const resume = changing('resume', 'ACTIVE', {
  description: 'Trade again',
  button: 'Yes, trade again',
});

/** Also what Telegram sends when somebody opens the chat. */
export const start = changing('start', 'ACTIVE', {
  description: 'Trade again',
  button: 'Yes, trade again',
});

export const unlock: ActingCommand = {
  ...changing('unlock', 'ACTIVE', {
    description: 'Trade again where a limit has stopped it',
    button: 'Yes, unlock',
  }),
  async propose(context) {
    const locked = await lockedIn(context);
    if (locked.length === 0) throw new UserError('no limit has stopped anything');
    return {
      lines: [
        ...locked.map(
          ({ portfolio, stateReason }) =>
            line`${bold(portfolio)} was stopped: ${stateReason ?? ''}`,
        ),
        line`Its limits begin to count anew.`,
      ],
      button: 'Yes, unlock',
    };
  },
  async act(context, _words, wish) {
    const locked = await lockedIn(context);
    if (locked.length === 0) throw new UserError('no limit has stopped anything any more');
    const changed = [];
    // Only those: what a person has halted stays so.
    for (const { portfolio } of locked)
      changed.push(
        await context.control.change('ACTIVE', { ...wish, portfolio, reason: unlocked }),
      );
    return changedReply('ACTIVE', {
      followed: changed.flatMap(({ followed }) => followed),
      unanswered: changed.flatMap(({ unanswered }) => unanswered),
      overruled: changed.flatMap(({ overruled }) => overruled),
    });
  },
};

const unlocked = '/unlock in Telegram';

/** Portfolios that their own limits have stopped. */
async function lockedIn(context: CommandContext): Promise<readonly Standing[]> {
  return (await standings(context)).filter(
    ({ tradingState, stateAuthor }) => tradingState !== 'ACTIVE' && stateAuthor === breaker,
  );
}

function changing(
  name: string,
  state: TradingState,
  { description, button }: { description: string; button: string },
): ActingCommand {
  return {
    name,
    kind: 'acts',
    isNeverLate: state === 'HALTED',
    description,
    usage: '[@portfolio]',
    propose: (context) => proposal(context, state, button),
    async act(context, _words, wish) {
      const portfolio = meant(context);
      const reason = `/${name} in Telegram`;
      return changedReply(
        state,
        await context.control.change(state, { ...wish, portfolio, reason }),
      );
    },
  };
}

function changedReply(
  state: TradingState,
  { followed, unanswered, overruled }: Awaited<ReturnType<Control['change']>>,
): Reply {
  return {
    emoji: { ACTIVE: '🟢', REDUCING: '🟡', HALTED: '🛑' }[state],
    title: followed.length === 0 ? `It is to be ${state}` : `It is ${state}`,
    lines: [
      ...followed.map((one) => line`${bold(one)}: ${meanings[state]}`),
      ...unanswered.map(
        (one) => line`${bold(one)}: no worker has answered; they follow as soon as they are there`,
      ),
      ...overruled.map(
        ({ portfolio, state: other, author }) =>
          line`${bold(portfolio)}: not any more, ${author} has wanted it ${other} since`,
      ),
      ...(followed.length + unanswered.length + overruled.length === 0
        ? [line`It is kept: nothing is open yet, and workers follow it from their start on`]
        : []),
    ],
  };
}

/** Why it is not known how it stands, which is no reason not to halt. */
function sentenceOf(error: unknown): string {
  if (error instanceof UserError) return error.message;
  throw error;
}

async function proposal(
  context: CommandContext,
  state: TradingState,
  button: string,
): Promise<Proposal> {
  const found = await standings(context).catch(sentenceOf);
  const portfolios = typeof found === 'string' ? [] : found;
  const others = portfolios.filter(({ tradingState }) => tradingState !== state);
  if (portfolios.length > 0 && others.length === 0)
    throw new UserError(`it is ${state} already: ${meanings[state]}`);
  const lines: Line[] =
    typeof found === 'string'
      ? [line`Mind that ${found}`]
      : others.map(
          ({ portfolio, tradingState }) => line`${bold(portfolio)}: ${tradingState} → ${state}`,
        );
  return {
    lines: [...lines, line`From then on ${meanings[state]}.`],
    button,
  };
}

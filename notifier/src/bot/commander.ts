import { PermanentError, TransientError, UserError } from '@heliograph/contracts';
import { askTradeLog, type Bus } from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';
import type { ActingCommand, CommandContext } from '../commands/command.ts';
import { commandNamed } from '../commands/commands.ts';
import { givenOf, type Confirmations, type Pending } from '../commands/confirmations.ts';
import type { Control } from '../commands/control.ts';
import { pagesOf } from '../commands/pages.ts';
import type { GivenCommand } from '../commands/parse-command.ts';
import { line, toHtml } from '../messages/text.ts';
import type { Sender } from './access.ts';
import type { CommandJournal } from './command-journal.ts';
import type { Replies } from './replies.ts';
import type { Speaker } from './speaker.ts';

const askWithinMs = 900;
const mostLetters = 4_096;
/** What was confirmed so long ago and not done may not be wanted any more. */
const lateAfterMs = 600_000;

/** Who gave a command, by which update, in which topic of the chat. */
type Giver = Sender & { readonly updateId: number; readonly threadId: number | undefined };

/** Carries commands out and tells what came of them. Nothing that goes wrong with one is thrown. */
export interface Commander {
  /** Answers, or asks whether that is meant. */
  run(given: GivenCommand, by: Giver): Promise<void>;
  /** Answers again, in place of what that message says; resolves to what to say to who pressed the button. */
  again(
    given: GivenCommand,
    where: { chatId: number; messageId: number },
  ): Promise<string | undefined>;
  /**
   * Does what was confirmed, under its own name, so that doing it again is doing it once. It is forgotten when it is
   * done: who is stopped before that leaves it to the next.
   */
  carryOut(nonce: string, pending: Pending): Promise<void>;
}

export function createCommander({
  bus,
  control,
  speaker,
  replies,
  confirmations,
  journal,
  log,
  nowMs,
  signal,
}: {
  bus: Pick<Bus, 'request'>;
  control: Control;
  speaker: Speaker;
  replies: Replies;
  confirmations: Confirmations;
  journal: CommandJournal;
  log: Logger;
  nowMs: () => number;
  signal: AbortSignal;
}): Commander {
  const contextOf = ({ portfolio }: GivenCommand): CommandContext => ({
    control,
    portfolio,
    nowMs: nowMs(),
    async ask(name, request) {
      const answer = await askTradeLog(bus, name, request, { timeoutMs: askWithinMs }).catch(
        (cause: unknown) => {
          if (cause instanceof TransientError)
            throw new UserError(`the trade log does not answer (${cause.code})`, { cause });
          throw cause;
        },
      );
      if (answer.status === 'ok') return answer.result;
      throw new UserError(answer.error.message);
    },
  });

  const sentenceOf = (error: unknown): string => {
    if (error instanceof UserError) return error.message;
    log.error({ err: error }, 'a command failed');
    return error instanceof TransientError || error instanceof PermanentError
      ? `it did not work: ${error.message}`
      : 'it did not work; the log says why';
  };

  const propose = async (
    command: ActingCommand,
    given: GivenCommand,
    { threadId, ...by }: Giver,
  ): Promise<void> => {
    const { lines, button } = await command.propose(contextOf(given), given.words);
    const nonce = await confirmations.propose({ ...given, ...by, threadId });
    await journal.note(given, { outcome: 'proposed', ...by, key: nonce });
    const [html = ''] = pagesOf({ emoji: '❔', title: `/${command.name}`, lines });
    const buttons = [
      { text: button, data: `y:${nonce}` },
      { text: 'No', data: `n:${nonce}` },
    ];
    const messageId = await speaker.say(by.chatId, { html, buttons }, { threadId });
    if (messageId !== undefined) await confirmations.shownAt(nonce, messageId);
  };

  return {
    async run(given, by) {
      const { chatId, threadId, author, updateId } = by;
      const step = { author, chatId, updateId, key: `update ${updateId}` };
      try {
        const command = commandNamed(given.name);
        if (!command) throw new UserError(`there is no /${given.name}; /help lists what there is`);
        if (command.kind === 'acts') return await propose(command, given, by);
        const reply = await command.run(contextOf(given), given.words);
        await speaker.say(chatId, replies.keep(given, reply), { threadId });
        await journal.note(given, { ...step, outcome: 'answered' });
      } catch (error) {
        const detail = sentenceOf(error);
        await speaker.say(
          chatId,
          { html: toHtml([line`⚠️ ${detail}`], mostLetters) },
          { threadId },
        );
        await journal.note(given, { ...step, outcome: 'refused', detail });
      }
    },
    async again(given, { chatId, messageId }) {
      const command = commandNamed(given.name);
      if (command?.kind !== 'tells') return undefined;
      try {
        const reply = await command.run(contextOf(given), given.words);
        const isOther = await speaker.edit(chatId, messageId, replies.keep(given, reply));
        return isOther ? undefined : 'Nothing has changed';
      } catch (error) {
        return sentenceOf(error);
      }
    },
    async carryOut(nonce, pending) {
      const { chatId, threadId, author, messageId } = pending;
      const { confirmedBy: updateId = pending.updateId } = pending;
      const given = givenOf(pending);
      const step = { author, chatId, updateId, key: nonce };
      const tell = async (html: string): Promise<void> => {
        if (messageId === undefined || !(await speaker.edit(chatId, messageId, { html })))
          await speaker.say(chatId, { html }, { threadId });
      };
      const command = commandNamed(given.name);
      if (command?.kind !== 'acts') return;
      try {
        if (!command.isNeverLate && nowMs() - pending.expiresMs > lateAfterMs)
          throw new UserError('it was confirmed, interrupted, and is too long ago: ask again');
        const wish = { portfolio: given.portfolio ?? 'all', author, key: nonce };
        const reply = await command.act(contextOf(given), given.words, wish);
        await tell(pagesOf({ ...reply, lines: [...reply.lines, line`By ${author}`] })[0] ?? '');
        await journal.note(given, { ...step, outcome: 'done', detail: reply.title });
      } catch (error) {
        if (signal.aborted) throw error;
        const detail = sentenceOf(error);
        await tell(toHtml([line`⚠️ /${given.name}: ${detail}`], mostLetters));
        await journal.note(given, { ...step, outcome: 'failed', detail });
      }
      await confirmations.drop(nonce);
    },
  };
}

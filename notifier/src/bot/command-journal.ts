import { commandEvent, subjects, type CommandGiven } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';
import type { GivenCommand } from '../commands/parse-command.ts';

const source = 'notifier/telegram';

/** A step of a command: who, where, and what became of it. */
interface Step extends Pick<CommandGiven['data'], 'outcome' | 'author'> {
  readonly chatId: number;
  readonly updateId: number;
  /** Names the command over all of its steps. */
  readonly key: string;
  readonly detail?: string;
}

/** Writes down what people order. What was said stands, whether it could be written down or not. */
export interface CommandJournal {
  note(given: GivenCommand, step: Step): Promise<void>;
}

export function createCommandJournal({
  bus,
  nowMs,
  log,
}: {
  bus: Pick<Bus, 'publish'>;
  nowMs: () => number;
  log: Logger;
}): CommandJournal {
  return {
    async note({ name, words, portfolio }, { chatId, updateId, ...step }) {
      const event = commandEvent({
        command: name,
        words,
        portfolio,
        chat: String(chatId),
        update: updateId,
        source,
        nowMs: nowMs(),
        ...step,
      });
      const message = {
        subject: subjects.command('telegram'),
        id: event.id,
        body: JSON.stringify(event),
      };
      await bus
        .publish(message)
        .catch((err: unknown) => log.error({ err }, 'a command was not written down'));
    },
  };
}

import { z } from 'zod';
import { envelope } from './envelope.ts';
import { deterministicId } from './ids.ts';
import { Name, toTime } from './units.ts';

const maxWords = 16;
const maxWordLength = 128;
const maxDetailLength = 512;

export const CommandGiven = envelope(
  'command_given',
  z.object({
    channel: z.enum(['telegram']).describe('By which way it came.'),
    command: z.string().min(1).max(64).describe('Its name.'),
    words: z.array(z.string().max(maxWordLength)).max(maxWords).describe('What stood behind it.'),
    portfolio: Name.describe('The portfolio that was named.').optional(),
    author: z.string().min(1).max(128).describe('Who gave it, as it stands in journals.'),
    chat: z.string().max(64).describe('Where it was given.'),
    update: z
      .int()
      .nonnegative()
      .describe('The number of the message that gave it, by the channel.'),
    outcome: z
      .enum(['answered', 'refused', 'proposed', 'confirmed', 'declined', 'done', 'failed'])
      .describe(
        'What became of it: a command that changes something is proposed, then confirmed or declined by its author, then done or failed.',
      ),
    detail: z.string().max(maxDetailLength),
  }),
).describe('Somebody has given a command. `subject` is the command.');
export type CommandGiven = z.infer<typeof CommandGiven>;

/** The same command has the same id at each of its steps, however often it is written down. */
export function commandEvent({
  source,
  nowMs,
  key,
  ...given
}: Pick<CommandGiven['data'], 'command' | 'author' | 'chat' | 'update' | 'outcome'> & {
  readonly portfolio?: string | undefined;
  readonly words: readonly string[];
  readonly detail?: string;
  readonly source: string;
  /** Names the command over all of its steps. */
  readonly key: string;
  /** The wall clock, epoch ms. */
  readonly nowMs: number;
}): CommandGiven {
  const { command, words, portfolio, author, chat, update, outcome, detail = '' } = given;
  const correlationid = deterministicId('command', key);
  return CommandGiven.parse({
    specversion: '1.0',
    id: deterministicId('command_given', key, outcome),
    source,
    type: 'command_given',
    schemaversion: 1,
    subject: command,
    time: toTime(nowMs),
    recordedtime: toTime(nowMs),
    correlationid,
    data: {
      channel: 'telegram',
      command,
      words: words.slice(0, maxWords).map((word) => word.slice(0, maxWordLength)),
      ...(Name.safeParse(portfolio).success && { portfolio }),
      author,
      chat,
      update,
      outcome,
      detail: detail.slice(0, maxDetailLength),
    },
  });
}

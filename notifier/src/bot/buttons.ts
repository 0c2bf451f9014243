import { givenOf, type Confirmations } from '../commands/confirmations.ts';
import type { Logger } from '@heliograph/contracts/service';
import { line, toHtml } from '../messages/text.ts';
import type { Update } from '../telegram/update.ts';
import type { Sender } from './access.ts';
import type { CommandJournal } from './command-journal.ts';
import type { Commander } from './commander.ts';
import type { Replies } from './replies.ts';
import type { Speaker } from './speaker.ts';

const isOver = 'That is over: ask again';
const isLost = 'That did not get through: press again';

type Query = NonNullable<Update['callback_query']>;
type Presser = Sender & { readonly updateId: number };

/** What becomes of a button that is pressed. What it brings back may be made up: it is taken for nothing that it is not. */
export interface Buttons {
  /** Resolves once it is kept what was confirmed; what follows goes on by itself. */
  press(query: Query, by: Presser): Promise<void>;
}

export function createButtons({
  commander,
  confirmations,
  journal,
  replies,
  speaker,
  begin,
  log,
}: {
  commander: Commander;
  confirmations: Confirmations;
  journal: CommandJournal;
  replies: Replies;
  speaker: Speaker;
  /** Does something that nobody waits for. */
  begin: (work: Promise<unknown>) => void;
  log: Logger;
}): Buttons {
  /** What is being confirmed or done. */
  const inHand = new Set<string>();

  const confirm = async (nonce: string, { id, message }: Query, by: Presser): Promise<void> => {
    if (inHand.has(nonce)) return speaker.notice(id, isOver);
    // From here on: Telegram may bring two presses at once.
    inHand.add(nonce);
    const confirmed = await confirmations.confirm(nonce, by).catch((error: unknown) => {
      inHand.delete(nonce);
      throw error;
    });
    if (confirmed.status !== 'confirmed') {
      inHand.delete(nonce);
      const isForeign = confirmed.status === 'foreign';
      return speaker.notice(id, isForeign ? 'Only who has asked may confirm it' : isOver);
    }
    const { pending } = confirmed;
    const { author, chatId, updateId } = by;
    const step = { author, chatId, updateId, key: nonce, outcome: 'confirmed' } as const;
    await journal.note(givenOf(pending), step);
    begin(speaker.notice(id, 'On it'));
    const shown = { ...pending, ...(message && { messageId: message.message_id }) };
    begin(commander.carryOut(nonce, shown).finally(() => inHand.delete(nonce)));
  };
  const decline = async (nonce: string, { id, message }: Query, by: Presser): Promise<void> => {
    const pending = await confirmations.decline(nonce, by);
    await speaker.notice(id, pending ? 'Nothing is done' : isOver);
    if (!pending) return;
    const { author, chatId, updateId } = by;
    await journal.note(givenOf(pending), {
      author,
      chatId,
      updateId,
      key: nonce,
      outcome: 'declined',
    });
    if (message)
      await speaker.edit(chatId, message.message_id, {
        html: toHtml([line`🚫 Nothing was done.`], 4_096),
      });
  };
  const turn = async (token: string, page: number, { id, message }: Query): Promise<void> => {
    const said = replies.page(token, page);
    await speaker.notice(id, said ? undefined : isOver);
    if (said && message) await speaker.edit(message.chat.id, message.message_id, said);
  };
  const refresh = async (token: string, { id, message }: Query): Promise<void> => {
    const given = replies.given(token);
    if (!given || !message) return speaker.notice(id, isOver);
    const where = { chatId: message.chat.id, messageId: message.message_id };
    await speaker.notice(id, await commander.again(given, where));
  };

  return {
    async press(query, by) {
      const [kind, token = '', page = ''] = (query.data ?? '').split(':');
      const tried = (work: Promise<void>): Promise<void> =>
        work.catch((err: unknown) => {
          log.error({ err }, 'a button did nothing');
          begin(speaker.notice(query.id, isLost));
        });
      if (kind === 'y') await tried(confirm(token, query, by));
      else if (kind === 'n') begin(tried(decline(token, query, by)));
      else if (kind === 'p') begin(turn(token, Number(page), query));
      else if (kind === 'r') begin(refresh(token, query));
      else begin(speaker.notice(query.id));
    },
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@heliograph/contracts/service';
import { commands } from '../commands/commands.ts';
import type { TelegramClient } from '../telegram/client.ts';
import type { Access } from './access.ts';

const shortestPauseMs = 500;
const longestPauseMs = 60_000;

/** The menu is shown in the chats that may give commands, and nowhere else. Where Telegram is away it is offered again. */
export async function offerMenu({
  client,
  access: { chatIds },
  log,
  signal,
}: {
  readonly client: TelegramClient;
  readonly access: Access;
  readonly log: Logger;
  readonly signal: AbortSignal;
}): Promise<void> {
  const menu = commands.map(({ name: command, description }) => ({ command, description }));
  const offer = async (chatId: number): Promise<void> => {
    for (let failures = 0; !signal.aborted; failures++) {
      const outcome = await client.call(
        'setMyCommands',
        { commands: menu, scope: { type: 'chat', chat_id: chatId } },
        { signal },
      );
      if (outcome.status === 'ok') return;
      if (outcome.status === 'refused')
        return log.warn({ err: outcome.error, chatId }, 'the menu is not shown');
      const pauseMs = Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.min(failures, 10));
      const askedMs = outcome.status === 'failed' ? outcome.retryAfterMs : undefined;
      await sleep(askedMs ?? pauseMs, undefined, { signal }).catch(() => undefined);
    }
  };
  await Promise.all(chatIds.map(offer));
}

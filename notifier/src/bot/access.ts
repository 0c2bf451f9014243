import type { Update } from '../telegram/update.ts';

/** Who may give commands: both the person and the chat must be named. */
export interface Access {
  readonly userIds: readonly number[];
  readonly chatIds: readonly number[];
}

/** Who is behind an update, and where. */
export interface Sender {
  readonly userId: number;
  readonly chatId: number;
  /** As it stands in journals: the name may change, the number does not. */
  readonly author: string;
}

/** Undefined where nobody is, as behind a message of a channel. */
export function senderOf({ message, callback_query: query }: Update): Sender | undefined {
  const from = message?.from ?? query?.from;
  const chat = message?.chat ?? query?.message?.chat;
  if (!from || !chat) return undefined;
  const name = from.username === undefined ? '' : ` (@${from.username.slice(0, 64)})`;
  return { userId: from.id, chatId: chat.id, author: `telegram ${from.id}${name}` };
}

export function isAllowed({ userId, chatId }: Sender, { userIds, chatIds }: Access): boolean {
  return userIds.includes(userId) && chatIds.includes(chatId);
}

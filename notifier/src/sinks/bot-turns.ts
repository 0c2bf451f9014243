import type { RateLimit } from './rate-limit.ts';
import { createPace, createTurns, type Turns } from './turns.ts';

/** The turns of one bot: whoever writes to a chat, of which topic ever, shares those of the chat; all keep what holds for the bot. */
export interface BotTurns {
  of(chatId: number | string): Turns;
}

const overall: RateLimit = { count: 30, windowMs: 1_000 };

export function createBotTurns(): BotTurns {
  const pace = createPace(overall);
  const chats = new Map<string, Turns>();
  return {
    of(chatId) {
      const turns = chats.get(String(chatId)) ?? createTurns(chatLimits(chatId), pace);
      chats.set(String(chatId), turns);
      return turns;
    },
  };
}

/** One message a second, and 20 a minute in groups and channels. */
export function chatLimits(chatId: number | string): RateLimit[] {
  const perSecond = { count: 1, windowMs: 1_000 };
  const group = typeof chatId === 'string' ? !/^\d+$/.test(chatId) : chatId < 0;
  return group ? [perSecond, { count: 20, windowMs: 60_000 }] : [perSecond];
}

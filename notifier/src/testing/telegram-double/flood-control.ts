/** Telegram's limits, in messages and ms: one a second in a chat, 20 a minute in a group, 30 a second in all. */
const limits = [
  { count: 1, windowMs: 1_000, of: 'chat' },
  { count: 20, windowMs: 60_000, of: 'group' },
  { count: 30, windowMs: 1_000, of: 'all' },
] as const;

interface Taken {
  readonly chatId: number;
  readonly atMs: number;
}

/** How long a bot has to wait until it may write to a chat again, seconds; 0: now. */
export function floodWaitS(taken: readonly Taken[], chatId: number, nowMs: number): number {
  const waits = limits
    .filter(({ of }) => of !== 'group' || chatId < 0)
    .map(({ count, windowMs, of }) => {
      const counted = of === 'all' ? taken : taken.filter((each) => each.chatId === chatId);
      return (counted.at(-count)?.atMs ?? -Infinity) + windowMs;
    });
  return Math.ceil(Math.max(0, Math.max(...waits) - nowMs) / 1_000);
}

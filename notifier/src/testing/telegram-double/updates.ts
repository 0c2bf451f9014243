/** What a bot is told of, as the Bot API has it. */
export interface Update {
  readonly update_id: number;
  readonly [field: string]: unknown;
}

/** The updates that a bot has not confirmed yet, and whoever waits for them. */
export interface UpdateQueue {
  add(update: Update): void;
  /**
   * Those from `offset` on, which confirms all before it; it waits for so long while there are none. Undefined when
   * another one began to wait meanwhile, which Telegram calls a conflict.
   */
  take(options: { offset: number; limit: number; waitMs: number }): Promise<Update[] | undefined>;
  readonly pending: readonly Update[];
}

export function createUpdateQueue(): UpdateQueue {
  let pending: Update[] = [];
  let wake: ((reason: 'news' | 'conflict' | 'late') => void) | undefined;

  return {
    get pending() {
      return pending;
    },
    add(update) {
      pending.push(update);
      wake?.('news');
    },
    async take({ offset, limit, waitMs }) {
      wake?.('conflict');
      pending = pending.filter(({ update_id: id }) => id >= offset);
      if (pending.length === 0 && waitMs > 0) {
        const { promise, resolve } = Promise.withResolvers<'news' | 'conflict' | 'late'>();
        wake = resolve;
        const timer = setTimeout(() => resolve('late'), waitMs);
        const reason = await promise;
        clearTimeout(timer);
        if (reason === 'conflict') return undefined;
        wake = undefined;
      }
      return pending.slice(0, limit);
    },
  };
}

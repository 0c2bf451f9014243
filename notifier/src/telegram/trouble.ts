import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@heliograph/contracts/service';

const shortestPauseMs = 500;
const longestPauseMs = 60_000;

/** What keeps the bot from hearing: reported once, waited out with pauses that grow, and reported when it is over. */
export interface Trouble {
  /** Pauses for as long as Telegram asks for, or else for longer from failure to failure; less when the bot is stopped. */
  wait(what: string, retryAfterMs?: number): Promise<void>;
  over(): void;
}

export function createTrouble({ log, signal }: { log: Logger; signal: AbortSignal }): Trouble {
  let trouble: string | undefined;
  let failures = 0;
  return {
    async wait(what, retryAfterMs) {
      if (trouble !== what) log.warn({ trouble: what }, 'Telegram is not heard');
      trouble = what;
      const pauseMs = Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.min(failures++, 10));
      await sleep(retryAfterMs ?? pauseMs, undefined, { signal }).catch(() => undefined);
    },
    over() {
      if (trouble !== undefined) log.info('Telegram is heard again');
      trouble = undefined;
      failures = 0;
    },
  };
}

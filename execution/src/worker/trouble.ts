import { TransientError } from '@heliograph/contracts';
import type { Logger } from '@heliograph/contracts/service';

/** Says once that something has begun to fail, once more when it fails otherwise, and that it works again. */
export interface Trouble {
  failed(what: string, err: unknown, context?: object): void;
  over(what: string, context?: object): void;
}

/** How many failures are remembered: what fails by the thousand is said more than once rather than kept for good. */
const mostKept = 1_000;

export function createTrouble(log: Logger): Trouble {
  const said = new Map<string, string>();
  return {
    failed(what, err, context = {}) {
      // Whoever waited for what is no longer done here comes again by himself.
      if (err instanceof TransientError && err.code === 'DESK_CLOSED') return;
      const text = textOf(err);
      if (said.get(what) === text) return;
      if (said.size >= mostKept) said.clear();
      said.set(what, text);
      log.warn({ ...context, err }, `${what}: tried again until it works`);
    },
    over(what, context = {}) {
      if (said.delete(what)) log.info(context, `${what}: works again`);
    },
  };
}

/** Without its numbers: delays, counts and places do not make it another failure. */
function textOf(err: unknown): string {
  const text = err instanceof Error ? `${err.name} ${err.message}` : String(err);
  return text.replaceAll(/\d+/g, '0');
}

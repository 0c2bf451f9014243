import type { Method } from './methods.ts';

/** Instead of the true answer: Telegram's own refusal, or a fault on the way. */
export type Fault =
  | { readonly code: number; readonly description: string; readonly parameters?: object }
  /** Takes the request and never answers. */
  | 'hang'
  /** Breaks the connection. */
  | 'reset'
  /** Takes the message, then breaks the connection. */
  | 'lose the answer'
  /** Answers something that is not JSON. */
  | 'garbage';

/** What requests meet instead of the true answer. */
export interface Faults {
  /** From now on so many requests meet that fault, those of one method or all. Default: for ever. 0 mends it. */
  begin(fault: Fault, times?: number, method?: Method): void;
  /** That of the next request, if any. */
  next(method: Method | undefined): Fault | undefined;
}

export function createFaults(): Faults {
  const faults = new Map<Method | 'any', { fault: Fault; left: number }>();
  return {
    begin: (fault, times = Infinity, method) =>
      void faults.set(method ?? 'any', { fault, left: times }),
    next(method) {
      const faulty = (method && faults.get(method)) ?? faults.get('any');
      if (!faulty || faulty.left === 0) return undefined;
      faulty.left--;
      return faulty.fault;
    },
  };
}

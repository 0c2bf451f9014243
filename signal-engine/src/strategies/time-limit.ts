import { createContext, Script } from 'node:vm';

/** Ends what does not come back: synchronous work beyond its time is cut off, wherever it is. */
export interface TimeLimit {
  readonly limitMs: number;
  /** Whether the work came to its end. What it throws is thrown. */
  run(work: () => void): boolean;
}

/**
 * A thread watches over each run, which takes some hundred microseconds to begin: let one run do many small things. What is
 * cut off is gone in the middle of whatever it did, so that its state cannot be used any more.
 */
export function createTimeLimit(limitMs: number): TimeLimit {
  const sandbox = { work: (): void => {} };
  const context = createContext(sandbox);
  const script = new Script('work()');
  return {
    limitMs,
    run(work) {
      sandbox.work = work;
      try {
        script.runInContext(context, { timeout: limitMs });
        return true;
      } catch (error) {
        if (isTimeout(error)) return false;
        throw error;
      } finally {
        sandbox.work = () => {};
      }
    },
  };
}

/** It is no `Error` of ours: it comes from the context. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}

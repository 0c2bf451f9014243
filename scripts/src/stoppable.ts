import { exitCodes, type ExitCode } from './exit.ts';
import { listenForInterrupts } from './interrupts.ts';
import type { Invocation } from './invocation.ts';

class Stopped extends Error {}

const stopWithinMs = 60_000;

/**
 * Work in steps that Ctrl-C ends between two of them: after each it calls `step`, which throws when it is to end. What is
 * half done is the work's to take away.
 */
export async function stoppable(
  { json, terminal }: Pick<Invocation, 'json' | 'terminal'>,
  work: (step: () => void) => Promise<ExitCode>,
): Promise<ExitCode> {
  using interrupts = listenForInterrupts({ stopWithinMs, json });
  let asked = false;
  void interrupts.first.then(() => (asked = true));
  try {
    return await work(() => {
      if (asked) throw new Stopped('asked to stop');
    });
  } catch (error) {
    if (!asked) throw error;
    return exitCodes.interrupted;
  } finally {
    terminal.endProgress();
  }
}

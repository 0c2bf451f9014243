import { exitCodes } from './exit.ts';
import { tellFailure } from './tell-failure.ts';

type StopSignal = 'SIGINT' | 'SIGTERM';

/** Ctrl-C and its kin, from now on until it is disposed of. */
export interface Interrupts extends Disposable {
  /** Resolves at the first one. */
  readonly first: Promise<StopSignal>;
}

const tooLong =
  'the stop takes too long, ended as it stands: what was stored stays stored, and the same command goes on from there';

/** npm passes on a Ctrl-C that the terminal has sent to its child as well: one press may come twice. */
const samePressMs = 1_000;

/** The first signal asks for a clean stop; another one, or one that takes too long, ends the process as it stands. */
export function listenForInterrupts({
  stopWithinMs,
  json,
}: {
  stopWithinMs: number;
  json: boolean;
}): Interrupts {
  const { promise: first, resolve } = Promise.withResolvers<StopSignal>();
  let firstMs: number | undefined;
  let deadline: NodeJS.Timeout | undefined;

  const onSignal = (signal: StopSignal): void => {
    const now = performance.now();
    if (firstMs === undefined) {
      firstMs = now;
      resolve(signal);
      deadline = setTimeout(() => {
        process.exit(tellFailure({ message: tooLong, code: exitCodes.failed }, { json }));
      }, stopWithinMs).unref();
    } else if (now - firstMs > samePressMs) process.exit(exitCodes.interrupted);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    first,
    [Symbol.dispose]() {
      clearTimeout(deadline);
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}

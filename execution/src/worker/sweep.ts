import { eachByItself } from './each-by-itself.ts';

type Task = () => Promise<void>;
/** Runs a task when nothing else is done to the portfolio, and not at all once it is closed. */
type InTurn = (task: Task) => Promise<void>;
/** It asks for the turns that it needs. */
export type Step = (inTurn: InTurn) => Promise<void>;

/**
 * Everything that may have happened without anybody being told, one step after the other; one that fails stops none of
 * the others. Prices and signals have their turn between the steps.
 */
export async function sweep(steps: readonly Step[], inTurn: InTurn): Promise<void> {
  await eachByItself(steps.map((step) => () => step(inTurn)));
}

export function inOneTurn(task: Task): Step {
  return (inTurn) => inTurn(task);
}

/** Begun in turn, for the state must not change while it is packed; a signal does not wait until it is kept. */
export function begunInTurn(task: Task): Step {
  return async (inTurn) => {
    let done: Promise<void> | undefined;
    await inTurn(async () => void (done = task()));
    await done;
  };
}

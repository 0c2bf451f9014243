import type { FencedLog, Outgoing, StoredMessage } from '@heliograph/contracts/bus';

/** A state that is nothing but its log, folded: read to the end, decided on, and written to with the fence. */
export interface Fold<State, Entry> {
  readonly state: State;
  /** Of the last message that is folded in, 0 for none. */
  readonly sequence: number;
  /** Folds in what others have written. */
  catchUp(): Promise<void>;
  /**
   * Writes what `decide` makes of the state and folds it in. When somebody else was faster, it catches up and decides
   * again. Calls must not overlap.
   */
  transact(decide: (state: State) => readonly Entry[]): Promise<void>;
  /** Writes the entries and folds them in; false when somebody else was faster, and then it has caught up. */
  tryWrite(entries: readonly Entry[]): Promise<boolean>;
}

export function createFold<State, Entry>({
  log,
  initial,
  evolve,
  read,
  write,
}: {
  log: FencedLog;
  initial: State;
  evolve: (state: State, entry: Entry) => State;
  read: (message: StoredMessage) => Entry;
  write: (entry: Entry) => Outgoing;
}): Fold<State, Entry> {
  let state = initial;
  let sequence = 0;

  const catchUp = async (): Promise<void> => {
    for (const message of await log.readAfter(sequence)) {
      state = evolve(state, read(message));
      sequence = message.sequence;
    }
  };

  const tryWrite = async (entries: readonly Entry[]): Promise<boolean> => {
    if (entries.length === 0) return true;
    const appended = await log.append(entries.map(write), sequence);
    if (appended.status === 'conflict') {
      await catchUp();
      return false;
    }
    for (const entry of entries) state = evolve(state, entry);
    sequence = appended.sequence;
    return true;
  };

  return {
    get state() {
      return state;
    },
    get sequence() {
      return sequence;
    },
    catchUp,
    tryWrite,
    async transact(decide) {
      while (!(await tryWrite(decide(state))));
    },
  };
}

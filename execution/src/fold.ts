import { createHash } from 'node:crypto';
import { PermanentError } from '@heliograph/contracts';
import type { FencedLog, Outgoing, StoredMessage } from '@heliograph/contracts/bus';
import type { Snapshots } from './snapshots.ts';

/** A state that is nothing but its log, folded: read to the end, decided on, and written to with the fence. */
export interface Fold<State, Entry> {
  readonly state: State;
  /** Of the last message that is folded in, 0 for none. */
  readonly sequence: number;
  /** How many messages are folded in. */
  readonly count: number;
  /** Folds in what others have written. */
  catchUp(): Promise<void>;
  /**
   * Writes what `decide` makes of the state and folds it in. When somebody else was faster, it catches up and decides
   * again. Calls must not overlap.
   */
  transact(decide: (state: State) => readonly Entry[]): Promise<void>;
  /** Writes the entries and folds them in; false when somebody else was faster, and then it has caught up. */
  tryWrite(entries: readonly Entry[]): Promise<boolean>;
  /**
   * Keeps the state where the next reader finds it, once enough has come since it was last kept: as it is when this is
   * called, whatever comes until it resolves.
   */
  keepSnapshot(): Promise<void>;
}

/** What is worth being kept anew. */
const snapshotEvery = 5_000;

/**
 * `read` gives an entry and its place in the log, counted from 1, where the log tells it: a place that is not the next
 * one is a gap, and a state that lacks something is worse than none.
 * @throws PermanentError LOG_GAP from whatever reads
 */
export function createFold<State, Entry>({
  log,
  initial,
  evolve,
  read,
  write,
  snapshots,
}: {
  log: FencedLog;
  initial: State;
  evolve: (state: State, entry: Entry) => State;
  read: (message: StoredMessage) => { readonly entry: Entry; readonly place?: number | undefined };
  write: (entry: Entry, place: number) => Outgoing;
  snapshots?: Snapshots<State>;
}): Fold<State, Entry> {
  let state = initial;
  let sequence = 0;
  let count = 0;
  /** What is written in the last entry that is folded in. */
  let lastBody = '';
  let keptCount = 0;
  let isFresh = true;
  let keeping: Promise<void> | undefined;

  const foldIn = (message: StoredMessage): void => {
    const { entry, place } = read(message);
    if (place !== undefined && place !== count + 1)
      throw new PermanentError(
        'LOG_GAP',
        `${log.prefix} has a gap: entry ${count + 1} is missing, ${place} (stream sequence ${message.sequence}) follows; put the stream back from a backup, or start another portfolio`,
      );
    state = evolve(state, entry);
    sequence = message.sequence;
    lastBody = message.body;
    count++;
  };

  /**
   * From the last snapshot on, if its last entry is still there: a log that was put back from a backup, and written on, has
   * another one in its place.
   */
  const begin = async (): Promise<StoredMessage[]> => {
    isFresh = false;
    const kept = await snapshots?.load();
    if (kept) {
      const [first, ...rest] = await log.readAfter(kept.sequence - 1);
      if (first?.sequence === kept.sequence && digest(first.body) === kept.last) {
        ({ state, sequence, count } = kept);
        lastBody = first.body;
        keptCount = count;
        return rest;
      }
    }
    return log.readAfter(0);
  };

  const catchUp = async (): Promise<void> => {
    for (const message of isFresh ? await begin() : await log.readAfter(sequence)) foldIn(message);
  };

  const tryWrite = async (entries: readonly Entry[]): Promise<boolean> => {
    if (entries.length === 0) return true;
    const written = entries.map((entry, index) => write(entry, count + 1 + index));
    const appended = await log.append(written, sequence);
    if (appended.status === 'conflict') {
      await catchUp();
      return false;
    }
    for (const entry of entries) state = evolve(state, entry);
    sequence = appended.sequence;
    lastBody = written.at(-1)?.body ?? lastBody;
    count += entries.length;
    return true;
  };

  return {
    get state() {
      return state;
    },
    get sequence() {
      return sequence;
    },
    get count() {
      return count;
    },
    catchUp,
    tryWrite,
    async transact(decide) {
      while (!(await tryWrite(decide(state))));
    },
    async keepSnapshot() {
      if (snapshots && !keeping && count - keptCount >= snapshotEvery) {
        keptCount = count;
        const last = digest(lastBody);
        keeping = snapshots
          .save({ state, sequence, count, last })
          .finally(() => (keeping = undefined));
      }
      await keeping;
    },
  };
}

function digest(body: string): string {
  return createHash('sha256').update(body).digest('base64');
}

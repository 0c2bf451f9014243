import type { Database } from 'better-sqlite3';
import { writingError } from '../store/database-errors.ts';
import type { PrunePlan } from './plan-pruning.ts';
import { createProjector } from '../projections/projector.ts';
import { doomed } from './prune-stretches.ts';
import { createPruneWriter } from './prune-writer.ts';
import { whenFree } from '../store/when-free.ts';

/** How many events went, or would go, by type, those of whole journals apart. */
export interface Pruned {
  readonly events: number;
  readonly byType: Readonly<Record<string, number>>;
  readonly journalEvents: number;
}

/**
 * Takes away what the plan lets go, a few thousand events a transaction, so that a log that is being written waits no
 * longer than for those. What goes is written down first: an interrupted pruning leaves nothing half done, and the next
 * one goes on.
 * @throws TransientError while it cannot be written, also when another program writes for half a minute on end
 */
export async function pruneLog(
  database: Database,
  plan: PrunePlan,
  {
    nowMs = Date.now,
    onProgress,
  }: { nowMs?: () => number; onProgress?: (events: number) => void } = {},
): Promise<Pruned> {
  const writer = createPruneWriter(database);
  const pruningId = await writing(database, () => writer.begin(nowMs(), plan.before));
  const byType = new Map<string, number>();
  const touched = new Set<string>();
  let events = 0;
  for (const { name, streamId } of commonStreams(database))
    for (const { rows, stretches } of doomed(database, streamId, plan)) {
      if (rows.length === 0) continue;
      await writing(database, () => writer.prune(pruningId, stretches));
      for (const { type } of rows) byType.set(type, (byType.get(type) ?? 0) + 1);
      touched.add(name);
      events += rows.length;
      onProgress?.(events);
    }
  for (const name of touched) await restoreCopies(database, name);
  let journalEvents = 0;
  for (const journal of plan.journals) {
    if (!journal.goes) continue;
    await writing(database, () => writer.pruneJournal(pruningId, journal));
    journalEvents += journal.events;
    onProgress?.(events + journalEvents);
  }
  return { events: events + journalEvents, byType: Object.fromEntries(byType), journalEvents };
}

/** What `pruneLog` would do, by reading alone. */
export function countPruned(database: Database, plan: PrunePlan): Pruned {
  const byType = new Map<string, number>();
  let events = 0;
  for (const { streamId } of commonStreams(database))
    for (const { rows } of doomed(database, streamId, plan)) {
      for (const { type } of rows) byType.set(type, (byType.get(type) ?? 0) + 1);
      events += rows.length;
    }
  const going = plan.journals.filter(({ goes }) => goes);
  const journalEvents = going.reduce((sum, journal) => sum + journal.events, 0);
  return { events: events + journalEvents, byType: Object.fromEntries(byType), journalEvents };
}

/**
 * Gives what was freed back to the rest of the file; with `vacuum` to the disk as well, which rewrites all of it, with
 * room for a second one, and keeps others from writing meanwhile.
 * @throws TransientError as `pruneLog`, and when there is no room
 */
export async function shrinkLog(
  database: Database,
  { vacuum }: { vacuum: boolean },
): Promise<void> {
  if (vacuum) await writing(database, () => database.exec('VACUUM'));
  // As far as readers let it: what remains, a later one takes over.
  database.pragma('wal_checkpoint(TRUNCATE)');
}

/** The streams that are not made of journals. */
function commonStreams(database: Database): { name: string; streamId: number }[] {
  return database
    .prepare<[], { name: string; streamId: number }>(
      "SELECT name, id AS streamId FROM streams WHERE name <> 'TRADING' ORDER BY id",
    )
    .all();
}

/** Where an event was kept of several storages of a stream, the next one stands in for the one that is gone. */
async function restoreCopies(database: Database, name: string): Promise<void> {
  const ids = database
    .prepare<[string], number>('SELECT id FROM streams WHERE name = ? ORDER BY id')
    .pluck()
    .all(name);
  const projector = createProjector(database);
  for (const id of ids.slice(1))
    await writing(database, database.transaction(() => projector.applyStream(id)).immediate);
}

async function writing<T>(database: Database, work: () => T): Promise<T> {
  try {
    return await whenFree(work);
  } catch (error) {
    throw writingError(error, database.name);
  }
}

import { JournalEvent, parseEvent, PermanentError, toMs } from '@heliograph/contracts';
import { decisionsVersion, draftOf, type JournalEntry } from '@heliograph/execution';
import { readJournal, type JournalRow } from '@heliograph/trade-log';
import type { Database } from '../options/trade-log-options.ts';

/** An entry of a journal that is not what was once written. */
export class DamagedEntry extends PermanentError {
  readonly row: JournalRow;
  /** Which entry of the journal, counted from 1. */
  readonly place: number;

  constructor(row: JournalRow, place: number, reason: string, options?: ErrorOptions) {
    super('DAMAGED_ENTRY', reason, options);
    this.row = row;
    this.place = place;
  }
}

/**
 * The newest journal of a portfolio, entry by entry, each compared with what was noted beside it as it came.
 * @throws DamagedEntry at the first one that is not an event any more, is not what was noted, has a field that no
 * event has, or follows a gap
 */
export function* readEntries(
  database: Database,
  portfolio: string,
): Generator<JournalEntry & { readonly storedTime: number }> {
  let place = 0;
  let rules = 1;
  for (const row of readJournal(database, portfolio)) {
    place++;
    const event = parsed(row, place);
    if ('decisionsVersion' in event.data) rules = event.data.decisionsVersion ?? rules;
    const differing =
      differingIn(event, row) ?? (rules > decisionsVersion ? undefined : unknownIn(event, row));
    if (differing) throw new DamagedEntry(row, place, differing);
    const { sequence = place } = event;
    if (sequence !== place)
      throw new DamagedEntry(
        row,
        place,
        `entry ${place} of the journal is missing: ${sequence} follows`,
      );
    yield { sequence: row.sequence, event: draftOf(event), storedTime: row.storedTime };
  }
}

function parsed(row: JournalRow, place: number): JournalEvent {
  try {
    return parseEvent(JournalEvent, row.body);
  } catch (cause) {
    if (!(cause instanceof PermanentError)) throw cause;
    throw new DamagedEntry(row, place, `it is no event any more: ${cause.message}`, { cause });
  }
}

/** What came is noted beside its bytes: the two tell when one of them was changed. */
function differingIn(event: JournalEvent, row: JournalRow): string | undefined {
  const { id, type, time, recordedtime } = event;
  const facts: readonly [name: string, is: string | number, noted: string | number][] = [
    ['id', id, row.id],
    ['type', type, row.type],
    ['time', toMs(time), row.time],
    ['recordedtime', toMs(recordedtime), row.recordedTime],
  ];
  const found = facts.find(([, is, noted]) => is !== noted);
  return found && `its ${found[0]} is ${found[1]}, but ${found[2]} was noted when it came`;
}

/**
 * Readers pass over fields that they do not know, so that a name of which a byte was changed would look like a field that was
 * left out. Whoever decides by these rules or earlier ones writes no others.
 */
function unknownIn(event: JournalEvent, { body }: JournalRow): string | undefined {
  const path = unknownField(JSON.parse(body), event);
  return path && `it has a field that no event has: ${path}`;
}

/** The path of the first field that has not been read. */
function unknownField(written: unknown, read: unknown): string | undefined {
  if (!isBranch(written) || !isBranch(read)) return undefined;
  for (const [name, value] of Object.entries(written)) {
    if (!Object.hasOwn(read, name)) return name;
    const within = unknownField(value, read[name]);
    if (within) return `${name}.${within}`;
  }
  return undefined;
}

function isBranch(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

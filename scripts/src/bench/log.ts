import { join } from 'node:path';
import { openDatabase } from '@heliograph/trade-log';
import BetterSqlite3 from 'better-sqlite3';
import { temporaryFolder } from './temporary-folder.ts';
import { rowOf, type Measure } from './measure.ts';
import { logBatch, logHistory } from './play-history.ts';
import { interleave } from './rounds.ts';
import { sampleHistory, type SampleHistory } from './sample-history.ts';

type Database = ReturnType<typeof openDatabase>;

/**
 * The trade log's service over messages that lie in memory, against a bare better-sqlite3 that inserts the very rows
 * that ours has left, into the same tables with the same indexes, in the same batches, synced likewise. The floor need
 * not read or check an event, update a row, or find out whether it has it already.
 */
export const log: Measure = {
  name: 'log',
  async run(context) {
    await using folder = await temporaryFolder();
    const instants = Math.max(20, Math.round(400 * context.scale));
    const history = sampleHistory({ instants, every: 5 });
    const rows = readBack(await prepare(history, join(folder.path, 'sample.sqlite')), history);
    let files = 0;
    const measured = await interleave(context, {
      ours: async () => {
        using open = closing(openDatabase(join(folder.path, `ours-${files++}.sqlite`)));
        return await rate(rows.total, () => logHistory(history, open.database));
      },
      floor: async () => {
        using open = closing(bareDatabase(join(folder.path, `floor-${files++}.sqlite`), rows));
        return await rate(rows.total, async () => insertAll(open.database, rows));
      },
      onRound: (round) => context.terminal.progress(`log: round ${round} of ${context.rounds}`),
    });
    return [
      rowOf({
        measure: 'log',
        figure: 'rows logged',
        unit: '/s',
        ...measured,
        target: { of: 'ratio', bound: 'at least', limit: 0.7 },
        facts: { messages: history.messages.length, rows: rows.total, batch: logBatch },
      }),
    ];
  },
};

async function rate(count: number, work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return (count / (performance.now() - startedMs)) * 1_000;
}

async function prepare(history: SampleHistory, path: string): Promise<string> {
  using open = closing(openDatabase(path));
  const logged = await logHistory(history, open.database);
  if (logged !== history.messages.length)
    throw new Error(`${logged} of ${history.messages.length} messages were logged`);
  return path;
}

type Values = readonly unknown[];

/** What the log has made of a history: its tables, and their rows by the batch that they came with. */
interface Rows {
  readonly schema: readonly string[];
  readonly inserts: ReadonlyMap<string, string>;
  readonly batches: readonly (readonly { table: string; values: Values }[])[];
  readonly total: number;
}

function readBack(path: string, { messages }: SampleHistory): Rows {
  using open = closing(openDatabase(path, { readOnly: true }));
  const { database } = open;
  const streams = new Map(
    database
      .prepare<[], { id: number; name: string }>('SELECT id, name FROM streams')
      .all()
      .map(({ id, name }) => [name, id]),
  );
  const batchOf = new Map(
    messages.map(({ stream, sequence }, index) => [
      `${streams.get(stream)} ${sequence}`,
      Math.floor(index / logBatch),
    ]),
  );
  const tables = database
    .prepare<[], { name: string }>(
      `SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
       WHERE m.type = 'table' AND c.name = 'sequence' ORDER BY m.name = 'events' DESC`,
    )
    .all()
    .map(({ name }) => name);
  const schema = database
    .prepare<[string], string>(
      `SELECT sql FROM sqlite_schema
       WHERE type IN ('table', 'index') AND sql IS NOT NULL AND tbl_name IN (SELECT value FROM json_each(?))
       ORDER BY type DESC`,
    )
    .pluck()
    .all(JSON.stringify(tables));
  const batches: { table: string; values: Values }[][] = [];
  const inserts = new Map<string, string>();
  let total = 0;
  for (const table of tables) {
    const statement = database.prepare<[], Values>(`SELECT * FROM ${table}`);
    const columns = statement.columns().map(({ name }) => name);
    const [stream, sequence] = [columns.indexOf('stream_id'), columns.indexOf('sequence')];
    const places = columns.map(() => '?').join(', ');
    inserts.set(table, `INSERT INTO ${table} VALUES (${places})`);
    for (const values of statement.raw().all()) {
      const batch = batchOf.get(`${String(values[stream])} ${String(values[sequence])}`) ?? 0;
      (batches[batch] ??= []).push({ table, values });
      total++;
    }
  }
  return { schema, inserts, batches, total };
}

function bareDatabase(path: string, { schema }: Rows): Database {
  const database = new BetterSqlite3(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('wal_autocheckpoint = 4000');
  database.pragma('foreign_keys = OFF');
  for (const sql of schema) database.exec(sql);
  return database;
}

function insertAll(database: Database, { inserts, batches }: Rows): void {
  const statements = new Map(
    [...inserts].map(([table, sql]) => [table, database.prepare<[Values]>(sql)]),
  );
  const insert = database.transaction((batch: Rows['batches'][number]) => {
    for (const { table, values } of batch) statements.get(table)?.run(values);
  });
  for (const batch of batches) insert.immediate(batch);
}

function closing(database: Database): { database: Database } & Disposable {
  return { database, [Symbol.dispose]: () => void database.close() };
}

// A trade log of many events, and what it costs: node scripts/src/bench/log-size.ts --events 1000000
// The log's service writes up to a million of them. What is above that are copies under other ids, which are put in
// bare; their tables come from the rebuild that is measured. A file that is kept (--keep) is gone on with.
import { existsSync, rmSync, statSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  checkLog,
  countSkips,
  openDatabase,
  readFills,
  readLogRuns,
  readOrders,
  readPortfolio,
  readPortfolioRuns,
  readPortfolios,
  readPositions,
  readSignals,
  readTrades,
  rebuildProjections,
} from '@heliograph/trade-log';
import { bytes, count, duration } from '../output/format.ts';
import { createPlayProgress } from '../output/play-progress.ts';
import { createTerminal } from '../output/terminal.ts';
import { logHistory } from './play-history.ts';
import { sampleHistory, type SampleHistory } from './sample-history.ts';

type Database = ReturnType<typeof openDatabase>;

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    db: { type: 'string', default: join(tmpdir(), `heliograph-log-size-${process.pid}.sqlite`) },
    keep: { type: 'boolean', default: false },
    phase: { type: 'string' },
  },
});
const wanted = Number(values.events);
const written = Math.min(wanted, 1_000_000);
const path = values.db;
const terminal = createTerminal({ stdout: process.stdout, stderr: process.stderr, quiet: false });
const runs = { instants: 1_000, every: 5 };

const say = (what: string, figure: string): void => terminal.data(`${what.padEnd(34)}${figure}`);

function timed<T>(work: () => T): { result: T; ms: number } {
  const startedMs = performance.now();
  const result = work();
  return { result, ms: performance.now() - startedMs };
}

/** Run after run, each with a tape and a portfolio of its own, until there are enough events. */
async function fill(database: Database): Promise<{ events: number; ms: number }> {
  const progress = createPlayProgress(terminal, { unit: 'events', total: written });
  const last = new Map<string, number>();
  let events = 0;
  let ms = 0;
  for (let run = 1; events < written; run++) {
    const history = goneOn(sampleHistory({ ...runs, name: `bench-${run}` }), last);
    const startedMs = performance.now();
    events += await logHistory(history, database);
    ms += performance.now() - startedMs;
    progress.at(events);
  }
  progress.end();
  return { events, ms };
}

interface Row {
  readonly stream_id: number;
  readonly sequence: number;
  readonly id: string;
  readonly body: string;
  readonly portfolio: string | null;
  readonly tape: string | null;
}

/** The events once more, so many times, behind those that are there. Resolves to how many there are then. */
function copy(database: Database, times: number): number {
  const last = new Map(
    database.prepare<[], [number, number]>('SELECT id, last_sequence FROM streams').raw().all(),
  );
  const page = database.prepare<[number, number, number, number], Row>(
    `SELECT * FROM events WHERE stream_id = ? AND sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?`,
  );
  const add = database.prepare(
    `INSERT INTO events VALUES (@stream_id, @sequence, @id, @type, @subject, @portfolio, @tape, @time, @recorded_time,
       @stored_time, @body)`,
  );
  const move = database.prepare('UPDATE streams SET last_sequence = ? WHERE id = ?');
  const addAll = database.transaction((rows: readonly Row[], by: (row: Row) => Row) => {
    for (const row of rows) add.run(by(row));
  });
  const { at, end } = createPlayProgress(terminal, { unit: 'events', total: wanted });
  let events = countEvents(database);
  for (let time = 1; time <= times; time++)
    for (const [stream, end] of last) {
      const again = copied(time, end);
      for (let from = 0; ;) {
        const rows = page.all(stream, from, end, 5_000);
        if (rows.length === 0) break;
        addAll.immediate(rows, again);
        at((events += rows.length));
        from = rows.at(-1)?.sequence ?? from;
      }
      move.run(end * (time + 1), stream);
    }
  end();
  return events;
}

/** Every id and every name of a run is another one; order ids have 32 letters and digits at most. */
function copied(time: number, end: number): (row: Row) => Row {
  const text = (value: string): string =>
    value
      .replaceAll(/\b[a-z2-7]{26}\b/g, (id) => `${id}x${time}`)
      .replaceAll(/\bbench-(\d+)/g, (name) => `${name}x${time}`);
  return (row) => ({
    ...row,
    sequence: row.sequence + time * end,
    id: text(row.id),
    portfolio: row.portfolio && text(row.portfolio),
    tape: row.tape && text(row.tape),
    body: text(row.body),
  });
}

function countEvents(database: Database): number {
  return database.prepare<[], number>('SELECT count(*) FROM events').pluck().get() ?? 0;
}

/** In the streams where the last one ended. */
function goneOn(history: SampleHistory, last: Map<string, number>): SampleHistory {
  const offsets = new Map(last);
  const messages = history.messages.map((message) => {
    const sequence = message.sequence + (offsets.get(message.stream) ?? 0);
    last.set(message.stream, sequence);
    return { ...message, sequence };
  });
  return { ...history, messages };
}

function measureQueries(database: Database): void {
  const first = 'bench-1';
  const signal = readSignals(database, { limit: 1 })[0]?.id ?? '';
  const queries: Readonly<Record<string, () => unknown>> = {
    'latest 50 signals': () => readSignals(database, { limit: 50 }),
    'latest 50 signals of a portfolio': () =>
      readSignals(database, { portfolio: first, limit: 50 }),
    'latest 50 orders': () => readOrders(database, { limit: 50 }),
    'latest 50 orders of a portfolio': () => readOrders(database, { portfolio: first, limit: 50 }),
    'latest 50 fills': () => readFills(database, { limit: 50 }),
    'latest 50 trades': () => readTrades(database, { limit: 50 }),
    'latest 50 trades of a symbol': () => readTrades(database, { symbol: 'BTC/USDT', limit: 50 }),
    'all trades of a portfolio': () => readTrades(database, { portfolio: first }),
    'open positions': () => readPositions(database),
    'skips of a portfolio by reason': () => countSkips(database, { portfolio: first }),
    'skips by reason': () => countSkips(database),
    'one portfolio': () => readPortfolio(database),
    'all portfolios': () => readPortfolios(database),
    'runs of the log': () => readLogRuns(database, 20),
    'runs of portfolios': () => readPortfolioRuns(database, 20),
    'one signal': () => database.prepare('SELECT * FROM signals WHERE id = ?').get(signal),
  };
  for (const [name, query] of Object.entries(queries)) {
    const cold = timed(query).ms;
    const warm = timed(query).ms;
    say(name, `${cold.toFixed(1)} ms, then ${warm.toFixed(1)} ms`);
  }
}

async function write(): Promise<void> {
  const writer = openDatabase(path);
  const there = countEvents(writer);
  const { events: own, ms } = there > 0 ? { events: there, ms: NaN } : await fill(writer);
  if (there === 0)
    say(
      'written',
      `${count(own)} events in ${duration(ms)}, ${count(Math.round((own / ms) * 1_000))} a second`,
    );
  const events = copy(writer, Math.max(0, Math.round(wanted / own) - 1));
  say('events', count(events));
  say('closed', duration(timed(() => writer.close()).ms));
}

function read(): void {
  const opening = timed(() => openDatabase(path, { readOnly: true }));
  say('open to read', `${opening.ms.toFixed(1)} ms`);
  measureQueries(opening.result);
  opening.result.close();
}

function check(): void {
  const database = openDatabase(path, { readOnly: true });
  const { at, end } = createPlayProgress(terminal, { unit: 'events', total: wanted });
  const { result, ms } = timed(() => checkLog(database, { onProgress: at }));
  end();
  say('check', `${duration(ms)}, ${result.findings.length} findings, ${mostMemory()}`);
  database.close();
}

function rebuild(): void {
  const opening = timed(() => openDatabase(path));
  say('open to write', `${opening.ms.toFixed(1)} ms`);
  const { at, end } = createPlayProgress(terminal, { unit: 'events', total: wanted });
  const { ms } = timed(() => rebuildProjections(opening.result, at));
  end();
  const events = countEvents(opening.result);
  say(
    'rebuild',
    `${duration(ms)}, ${count(Math.round((events / ms) * 1_000))} a second, ${mostMemory()}`,
  );
  opening.result.close();
  const { size } = statSync(path);
  say('size', `${bytes(size)}, ${Math.round(size / events)} bytes an event`);
}

function mostMemory(): string {
  return `at most ${bytes(process.resourceUsage().maxRSS * 1_024)} of memory`;
}

const phases = { read, check, rebuild };

/** In a process of its own, so that its memory is its own. */
function inChild(phase: keyof typeof phases): void {
  const args = ['--events', values.events, '--db', path, '--phase', phase];
  spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...args], { stdio: 'inherit' });
}

if (values.phase === undefined) {
  if (!values.keep && existsSync(path))
    throw new Error(`${path}: there is a file already: --keep goes on with it and keeps it`);
  await write();
  for (const phase of ['rebuild', 'read', 'check'] as const) inChild(phase);
  if (!values.keep)
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
} else for (const [name, work] of Object.entries(phases)) if (name === values.phase) work();

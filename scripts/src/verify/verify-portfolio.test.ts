import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { openDatabase, readPortfolio } from '@heliograph/trade-log';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../testing/cli.ts';
import type { Database } from '../trade-log-options.ts';
import { verifyPortfolio, type Verdict } from './verify-portfolio.ts';

const eventsOfLog = 222;

/** What is found in a log that was kept, once it has been changed. */
async function verdictOn(change: (database: Database) => void): Promise<Verdict> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'log.sqlite');
  const kept = new URL('../testing/logs/log-by-rules-3.sqlite.gz', import.meta.url);
  await writeFile(path, gunzipSync(await readFile(kept)));
  const database = openDatabase(path);
  using _ = { [Symbol.dispose]: () => void database.close() };
  database.pragma('foreign_keys = OFF');
  database.exec('DROP TRIGGER events_are_never_changed; DROP TRIGGER events_are_only_pruned');
  change(database);
  const row = readPortfolio(database);
  if (!row) throw new Error('no portfolio');
  return verifyPortfolio(database, row, () => undefined);
}

/** Makes it a log that has dealt with so much of a stream, and with all of the others. */
function cut(database: Database, stream: 'MARKET' | 'SIGNALS', part: number): void {
  const known = database
    .prepare<[string], { id: number; last: number }>(
      'SELECT id, last_sequence AS last FROM streams WHERE name = ?',
    )
    .get(stream);
  if (!known) throw new Error(`no ${stream}`);
  const reached = Math.floor(known.last * part);
  for (const table of ['candles', 'signals', 'events'])
    database
      .prepare(`DELETE FROM ${table} WHERE stream_id = ? AND sequence > ?`)
      .run(known.id, reached);
  database.prepare('UPDATE streams SET last_sequence = ? WHERE id = ?').run(reached, known.id);
}

function changeBody(database: Database, type: string, change: (body: string) => string): void {
  const row = database
    .prepare<[string], { id: number; sequence: number; body: string }>(
      `SELECT stream_id AS id, sequence, body FROM events WHERE type = ? ORDER BY sequence DESC LIMIT 1`,
    )
    .get(type);
  if (!row) throw new Error(`no ${type}`);
  const body = change(row.body);
  expect(body).not.toBe(row.body);
  database
    .prepare('UPDATE events SET body = ? WHERE stream_id = ? AND sequence = ?')
    .run(body, row.id, row.sequence);
}

describe.concurrent('verifying a log that is being written', () => {
  test.each([
    ['MARKET', 0.999],
    ['MARKET', 0.6],
    ['MARKET', 0],
    ['SIGNALS', 0.95],
    ['SIGNALS', 0.3],
    ['SIGNALS', 0],
  ] as const)('looks no further than %s has been written down (%d)', async (stream, part) => {
    const { finding, events, pending } = await verdictOn((database) => cut(database, stream, part));
    expect(finding).toBeUndefined();
    expect(pending).toBeGreaterThan(0);
    expect(events + pending).toBe(eventsOfLog);
  });

  test('finds what differs in the part that is there', async () => {
    const { finding } = await verdictOn((database) => {
      changeBody(database, 'trade_closed', (body) => body.replace(/"pnl":"-?\d/, '$&1'));
      cut(database, 'MARKET', 0.999);
    });
    expect(finding?.field).toBe('data.pnl');
  });

  test('misses a signal that the log has got past', async () => {
    const { finding } = await verdictOn((database) => {
      database.exec(
        `DELETE FROM events WHERE type = 'trade_signal' AND sequence = 5; DELETE FROM signals WHERE sequence = 5`,
      );
    });
    expect(finding?.what).toBe('nothing of the kind follows from what was before it');
  });

  test('is not led to look away by an entry that says that it rests on something else', async () => {
    const { finding } = await verdictOn((database) =>
      changeBody(database, 'order_intended', (body) => body.replace(/("signalId":")./, '$19')),
    );
    expect(finding?.type).toBe('order_intended');
    const { pending } = await verdictOn((database) =>
      changeBody(database, 'order_intended', (body) =>
        body.replace(/("marketSequence":)/, '$1999'),
      ),
    );
    expect(pending).toBe(0);
  });
});

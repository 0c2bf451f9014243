import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JournalEvent, parseEvent } from '@heliograph/contracts';
import { openDatabase, readPortfolio, readPortfolios } from '@heliograph/trade-log';
import { describe, expect, test } from 'vitest';
import { firstCandles } from '../testing/candles.ts';
import { runCli, temporaryFolder } from '../testing/cli.ts';
import { openKeptLog } from '../testing/kept-log.ts';
import type { Database } from '../options/trade-log-options.ts';
import { verifyPortfolio, type Verdict } from './verify-portfolio.ts';

const eventsOfLog = 222;

/** What is found in a log that was kept, once it has been changed. */
async function verdictOn(change: (database: Database) => void): Promise<Verdict> {
  await using kept = await openKeptLog();
  const { database } = kept;
  change(database);
  const row = readPortfolio(database);
  if (!row) throw new Error('no portfolio');
  return verifyPortfolio(database, row, () => undefined);
}

/** Makes it a log that has dealt with so much of a stream, and with all of the others. */
function cut(database: Database, stream: 'MARKET' | 'SIGNALS', part: number): void {
  cutAt(database, stream, Math.floor(lastOf(database, stream) * part));
}

function cutAt(database: Database, stream: 'MARKET' | 'SIGNALS', reached: number): void {
  for (const table of ['candles', 'signals', 'events'])
    database
      .prepare(
        `DELETE FROM ${table} WHERE sequence > ? AND stream_id = (SELECT id FROM streams WHERE name = ?)`,
      )
      .run(reached, stream);
  database.prepare('UPDATE streams SET last_sequence = ? WHERE name = ?').run(reached, stream);
}

function lastOf(database: Database, stream: 'MARKET' | 'SIGNALS'): number {
  const last = database
    .prepare<[string], number>('SELECT last_sequence FROM streams WHERE name = ?')
    .pluck()
    .get(stream);
  if (last === undefined) throw new Error(`no ${stream}`);
  return last;
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

/** One breaker trips between signals, the other at one. */
const portfolios = {
  falling: { risk: { maxDrawdownRatio: 0.0035 } },
  losing: { risk: { maxLosingStreak: 2 } },
};

/** A log of both, in a folder. */
async function trippedLog(folder: string, ...params: readonly string[]): Promise<string> {
  const feed = 'BTC_USD-30m-bitstamp.csv';
  await writeFile(join(folder, feed), firstCandles(300));
  await writeFile(join(folder, 'portfolios.json'), JSON.stringify(portfolios));
  const args = ['start', '--feed', feed, '--portfolios', 'portfolios.json', '--until-end'];
  for (const param of params) args.push('--param', param);
  const { code, stderr } = await runCli([...args, '--quiet'], { cwd: folder });
  if (code !== 0) throw new Error(stderr);
  return join(folder, 'heliograph-data', 'heliograph.sqlite');
}

test.each(['MARKET', 'SIGNALS'] as const)(
  'a breaker is no difference before %s has been written down that far',
  async (stream) => {
    await using folder = await temporaryFolder();
    const database = openDatabase(await trippedLog(folder.path));
    using _ = { [Symbol.dispose]: () => void database.close() };
    database.pragma('foreign_keys = OFF');
    database.exec('DROP TRIGGER events_are_only_pruned');
    const rows = readPortfolios(database);
    const trips = database
      .prepare<[], string>("SELECT body FROM events WHERE type = 'trading_state_changed'")
      .pluck()
      .all()
      .map((body) => parseEvent(JournalEvent, body));
    expect(trips.map(({ causationid }) => typeof causationid).toSorted()).toEqual([
      'string',
      'undefined',
    ]);
    const table = stream === 'MARKET' ? 'candles' : 'signals';
    const column = stream === 'MARKET' ? 'close_time' : 'time';
    const before = database
      .prepare<[string], number>(
        `SELECT DISTINCT sequence - 1 FROM ${table}
         WHERE ${column} IN (SELECT time FROM events WHERE type = 'trading_state_changed')
           AND stream_id = (SELECT id FROM streams WHERE name = ?) ORDER BY sequence DESC`,
      )
      .pluck()
      .all(stream);
    expect(before.length).toBeGreaterThan(0);
    for (const last of before) {
      cutAt(database, stream, last);
      const verdicts = rows.map((row) => verifyPortfolio(database, row, () => undefined));
      const found = verdicts.map(({ finding, pending }) => [finding, pending > 0]);
      expect({ last, found }).toEqual({ last, found: rows.map(() => [undefined, true]) });
    }
  },
);

test.each([
  ['portfolio_valued', 'marketSequence', 'marketSekuence'],
  ['order_accepted', 'schemaversion', 'schemavezsion'],
  ['trade_closed', 'pnl', 'pnk'],
  ['portfolio_opened', 'decisionsVersion', 'decisionsVersiom'],
  ['order_intended', 'sequence":', 'seqvence":'],
])('a byte changed in a name is found: %s %s', async (type, name, changed) => {
  const { finding } = await verdictOn((database) =>
    changeBody(database, type, (body) => body.replace(`"${name}`, `"${changed}`)),
  );
  expect(finding?.type).toBe(type);
});

test.each(['signal_skipped', 'order_intended', 'order_filled', 'portfolio_valued'])(
  'another place of the tape is found at a %s, whatever the price was there',
  async (type) => {
    for (const by of [-1, 1]) {
      let said = 0;
      const { finding } = await verdictOn((database) => {
        changeBody(database, type, (body) =>
          body.replace(/("marketSequence":)(\d+)/, (_, name, place) => {
            said = Number(place);
            return `${name}${said + by}`;
          }),
        );
      });
      expect(finding).toMatchObject({ type, field: 'data.marketSequence', recorded: said + by });
      expect(JSON.stringify(finding?.derived)).toContain(String(said));
    }
  },
);

test('another place of the tape is found at an order that protects', async () => {
  await using folder = await temporaryFolder();
  const database = openDatabase(await trippedLog(folder.path, 'stopBps=50', 'targetBps=80'));
  using _ = { [Symbol.dispose]: () => void database.close() };
  const rows = readPortfolios(database);
  const verdicts = () => rows.map((row) => verifyPortfolio(database, row, () => undefined));
  expect(verdicts().map(({ finding }) => finding)).toEqual([undefined, undefined]);
  database.exec('DROP TRIGGER events_are_never_changed');
  const [sequence, place] = database
    .prepare<[], [number, number]>(
      `UPDATE events SET body = json_set(body, '$.data.marketSequence', body ->> '$.data.marketSequence' + 1)
       WHERE (stream_id, sequence) = (SELECT stream_id, sequence FROM orders WHERE role = 'stop_loss' ORDER BY sequence LIMIT 1)
       RETURNING sequence, body ->> '$.data.marketSequence'`,
    )
    .raw()
    .all()[0] ?? [0, 0];
  expect(verdicts().flatMap(({ finding }) => finding ?? [])).toMatchObject([
    { sequence, field: 'data.marketSequence', recorded: place, derived: place - 1 },
  ]);
});

test('an opening that says that it had seen more than there was is found', async () => {
  const { finding } = await verdictOn((database) =>
    changeBody(database, 'portfolio_opened', (body) =>
      body.replace(/("marketSequence":)(\d+)/, (_, name, place) => `${name}${Number(place) + 1}`),
    ),
  );
  expect(finding).toMatchObject({ place: 1, field: 'data.marketSequence' });
});

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

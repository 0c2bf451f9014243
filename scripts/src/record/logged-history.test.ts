import { readPortfolio } from '@heliograph/trade-log';
import { expect, test } from 'vitest';
import { openKeptLog } from '../testing/kept-log.ts';
import { loggedHistory } from './logged-history.ts';

test('what a portfolio is worth at the last prices is what its journal said when they were seen', async () => {
  await using kept = await openKeptLog();
  const { database } = kept;
  const journal = "FROM events WHERE type = 'portfolio_valued' ORDER BY sequence LIMIT 1 OFFSET 3";
  const valued = database
    .prepare<[], Valued>(
      `SELECT sequence, body ->> '$.data.equity' AS equity, body ->> '$.data.marketSequence' AS market ${journal}`,
    )
    .get();
  // It goes on: nothing of what came later is there yet.
  database
    .prepare('DELETE FROM events WHERE portfolio IS NOT NULL AND sequence > ?')
    .run(valued?.sequence);
  database.prepare('DELETE FROM candles WHERE sequence > ?').run(valued?.market);
  database.exec('UPDATE portfolios SET ended_time = NULL');
  const row = readPortfolio(database);
  if (!row) throw new Error('no portfolio');
  expect([valued?.equity, row.end]).toEqual(['9949.839360345282', null]);
  expect(loggedHistory(database, row).lastEquity).toBe(valued?.equity);
  database.exec('DELETE FROM candles');
  expect(loggedHistory(database, row).lastEquity, 'no prices').toBe(undefined);
});

interface Valued {
  readonly sequence: number;
  readonly market: number;
  readonly equity: string;
}

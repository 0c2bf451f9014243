import { tradingStateBucket } from '@heliograph/contracts';
import { aJournalEvent } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { btc, json, place } from '../testing/control-place.ts';
import { journal, openPortfolio, startStandIn } from '../testing/stand-in-worker.ts';

describe.concurrent('status', () => {
  test('tells what needs somebody to look at it', async () => {
    await using here = await place();
    await openPortfolio(here.bus, 'paper', { held: [btc] });
    using _worker = startStandIn(here.bus, 'paper', { reaction: 'lose the answer' });
    await here.run('close', btc, '--wait', '5s');
    const recordedtime = new Date().toISOString();
    const yesterday = new Date(Date.now() - 90_000_000).toISOString();
    const incident = { kind: 'OVERFILL', severity: 'error', detail: 'more than ordered' } as const;
    await journal(here.bus, 'paper', [
      aJournalEvent(
        'incident_reported',
        { ...incident, kind: 'OUTAGE' },
        { recordedtime: yesterday },
      ),
      aJournalEvent('incident_reported', incident, { recordedtime }),
      aJournalEvent(
        'reconciliation_reported',
        { checked: 2, differences: [{ orderId: '', found: 'one coin too few' }] },
        { recordedtime },
      ),
    ]);
    const { code, stdout } = await here.run('status');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^paper \(paper, tape live\)\n/);
    expect(stdout).toMatch(/^Equity +1,000\.00 USDT, positions at what they cost, cash 900\.00$/m);
    expect(stdout).toMatch(/^ {2}BTC\/USDT +long +1 +100$/m);
    expect(stdout).toContain('UNKNOWN: the venue has not answered');
    expect(stdout).toMatch(/OVERFILL: more than ordered/);
    expect(stdout, 'older than a day').not.toContain('OUTAGE');
    expect(stdout).toMatch(/^Reconciled .*2 checked, one coin too few$/m);
  });

  test('tells of a trading state that nobody can read, until somebody says anew what is wanted', async () => {
    await using here = await place();
    await openPortfolio(here.bus, 'paper');
    await (await here.bus.bucket(tradingStateBucket)).put('paper', '{"state":"SLEEPING"}');
    const fault = /^Trading +ACTIVE; what is kept of it makes no sense: nothing is entered until/m;
    expect((await here.run('status')).stdout).toMatch(fault);
    await here.run('halt', '--wait', '0');
    expect((await here.run('status')).stdout).toMatch(/^Trading +ACTIVE; to be HALTED/m);
  });

  test('has nothing to tell before the first signal', async () => {
    await using here = await place();
    const { code, stdout, stderr } = await here.run('status');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('No portfolio is open');
    expect(json(await here.run('status', '--json'))).toEqual({
      code: 0,
      portfolios: [],
      waiting: [],
      unread: [],
    });
  });

  test('a portfolio that has ended is told of by its own name', async () => {
    await using here = await place();
    await openPortfolio(here.bus, 'paper-x', { tape: 'x' });
    const bucket = await here.bus.bucket('portfolios');
    await bucket.put('paper-x', JSON.stringify({ tape: 'x', status: 'marked' }));
    expect(json(await here.run('status', '--json')).portfolios).toEqual([]);
    const { stdout } = await here.run('status', '--portfolio', 'paper-x');
    expect(stdout).toContain('paper-x (paper, tape x, has ended)');
  });
});
